/**
 * Where two versions of one thing differ, in the words of the directory file. An empty list means that they are
 * the same. Pure; one answer for the decision to write and for what a person reads.
 */
import { LEG_STATES } from '../call/leg-event.ts';
import type { AllowedDevices } from './allowed-devices.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { ReadSourceSettings, SourceSettings } from './directory.ts';
import type {
  EndpointWithSecret,
  FunctionNumber,
  NumberPrivacy,
  Organisation,
  PrivacySettings,
  User,
} from './organisation.ts';

export function sourceDifferences(before: SourceSettings, after: SourceSettings): string[] {
  if (before.kind !== after.kind) return ['kind'];
  const [was, is] = [sourceValues(before), sourceValues(after)];
  return differing(Object.fromEntries(Object.keys(is).map((name) => [name, was[name] === is[name]])));
}

export function organisationDifferences(before: Organisation, after: Organisation): string[] {
  const [was, is] = [privacyTexts(before.privacy), privacyTexts(after.privacy)];
  const changed = Object.entries(is).filter(([name, text]) => was[name] !== text);
  return [
    ...differing({
      name: before.name === after.name,
      default_country: before.defaultCountry === after.defaultCountry,
    }),
    ...allowedDifference(before.allowedDevices, after.allowedDevices),
    // From what to what: a slip here lets personal data out.
    ...changed.map(([name, text]) => `${name}: ${was[name]} → ${text}`),
  ];
}

/** From what to what, where that is a word each. */
function allowedDifference(before: AllowedDevices, after: AllowedDevices): string[] {
  if (isSameJson(before, after)) return [];
  const wordOf = (allowed: AllowedDevices) =>
    allowed === 'all' ? 'all' : allowed.length === 0 ? 'none' : 'some';
  const [was, is] = [wordOf(before), wordOf(after)];
  return [was === is ? 'allowed_devices' : `allowed_devices: ${was} → ${is}`];
}

/** The order of numbers and extensions means something (the first is given to others), that of devices does not. */
export function userDifferences(before: User, after: User): string[] {
  return differing({
    email: before.email === after.email,
    numbers: isSameList(before.numbers, after.numbers),
    extensions: isSameList(before.extensions, after.extensions),
    devices: isSameList(deviceTexts(before), deviceTexts(after)),
  });
}

export function functionNumberDifferences(before: FunctionNumber, after: FunctionNumber): string[] {
  return differing({ kind: before.kind === after.kind });
}

export function endpointDifferences(before: EndpointWithSecret, after: EndpointWithSecret): string[] {
  return differing({
    url: before.url === after.url,
    states: isSameList(before.states.toSorted(), after.states.toSorted()),
    filter: isSameJson(before.filter, after.filter),
    payload: before.payload === after.payload,
    signing: before.signing === after.signing,
    secret: before.secret === after.secret,
    authentication:
      isSameJson(before.authentication, after.authentication) &&
      before.credentials?.authentication === after.credentials?.authentication,
    headers: isSameJson(before.credentials?.headers, after.credentials?.headers),
    tls:
      isSameJson(before.tls, after.tls) && before.credentials?.privateKey === after.credentials?.privateKey,
    retry: isSameJson(before.delivery.retry, after.delivery.retry),
    expire: isSameExpiry(before.delivery, after.delivery),
    max_at_once: before.delivery.maxAtOnce === after.delivery.maxAtOnce,
    max_per_second: before.delivery.maxPerSecond === after.delivery.maxPerSecond,
  });
}

/** In the order of the file. */
function sourceValues(source: SourceSettings): Record<string, unknown> {
  const { secret, defaultDeviceType: default_device_type } = source;
  if (source.kind === 'http') return { secret, default_device_type };
  const { host, port, username } = source;
  return { host, port, ...ownValues(source), username, secret, default_device_type };
}

/** What one kind has alone. */
function ownValues(source: ReadSourceSettings): Record<string, unknown> {
  switch (source.kind) {
    case 'ami':
      return { tls: source.tls, ca_file: source.caFile };
    case 'esl':
      return {};
    case 'dialog-info': {
      const { transport, caFile: ca_file, listenHost: listen_host, listenPort: listen_port } = source;
      return { transport, ca_file, listen_host, listen_port, expires: source.expiresSeconds };
    }
  }
}

function isSameJson(before: unknown, after: unknown): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

function isSameExpiry(before: DeliverySettings, after: DeliverySettings): boolean {
  return LEG_STATES.every((state) => before.expireAfterMs?.[state] === after.expireAfterMs?.[state]);
}

function differing(sameness: Record<string, boolean>): string[] {
  return Object.keys(sameness).filter((name) => !sameness[name]);
}

function isSameList(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((item, index) => item === after[index]);
}

function privacyTexts(privacy: PrivacySettings): Record<string, string> {
  const numberText = (how: NumberPrivacy) => (typeof how === 'string' ? how : `mask ${how.mask}`);
  return {
    remove_local_user_id: String(privacy.removeLocalUserId),
    modify_local_number: numberText(privacy.modifyLocalNumber),
    remove_local_email: String(privacy.removeLocalEmail),
    remove_remote_user_id: String(privacy.removeRemoteUserId),
    modify_remote_number: numberText(privacy.modifyRemoteNumber),
    remove_remote_email: String(privacy.removeRemoteEmail),
    remove_device_type: String(privacy.removeDeviceType),
    applies_to: privacy.onlyDirection ?? 'both',
  };
}

function deviceTexts({ devices }: User): string[] {
  return devices.map(({ source, address, type }) => JSON.stringify([source, address, type])).toSorted();
}
