/**
 * Where two versions of one thing differ, in the words of the directory file. An empty list means that they are
 * the same. Pure; one answer for the decision to write and for what a person reads.
 */
import { LEG_STATES } from '../call/leg-event.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { SourceSettings } from './directory.ts';
import type {
  EndpointWithSecret,
  FunctionNumber,
  NumberPrivacy,
  Organisation,
  User,
} from './organisation.ts';

export function sourceDifferences(before: SourceSettings, after: SourceSettings): string[] {
  return differing({
    kind: before.kind === after.kind,
    host: before.host === after.host,
    port: before.port === after.port,
    tls: before.tls === after.tls,
    ca_file: before.caFile === after.caFile,
    username: before.username === after.username,
    secret: before.secret === after.secret,
    default_device_type: before.defaultDeviceType === after.defaultDeviceType,
  });
}

export function organisationDifferences(before: Organisation, after: Organisation): string[] {
  const [was, is] = [before.privacy, after.privacy];
  return differing({
    name: before.name === after.name,
    default_country: before.defaultCountry === after.defaultCountry,
    remove_local_user_id: was.removeLocalUserId === is.removeLocalUserId,
    modify_local_number: isSameNumberPrivacy(was.modifyLocalNumber, is.modifyLocalNumber),
    remove_local_email: was.removeLocalEmail === is.removeLocalEmail,
    remove_remote_user_id: was.removeRemoteUserId === is.removeRemoteUserId,
    modify_remote_number: isSameNumberPrivacy(was.modifyRemoteNumber, is.modifyRemoteNumber),
    remove_remote_email: was.removeRemoteEmail === is.removeRemoteEmail,
    remove_device_type: was.removeDeviceType === is.removeDeviceType,
  });
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
    secret: before.secret === after.secret,
    retry: isSameJson(before.delivery.retry, after.delivery.retry),
    expire: isSameExpiry(before.delivery, after.delivery),
    max_at_once: before.delivery.maxAtOnce === after.delivery.maxAtOnce,
    max_per_second: before.delivery.maxPerSecond === after.delivery.maxPerSecond,
  });
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

function isSameNumberPrivacy(before: NumberPrivacy, after: NumberPrivacy): boolean {
  if (typeof before === 'string' || typeof after === 'string') return before === after;
  return before.mask === after.mask;
}

function deviceTexts({ devices }: User): string[] {
  return devices.map(({ source, address, type }) => JSON.stringify([source, address, type])).toSorted();
}
