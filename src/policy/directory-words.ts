/**
 * The things of the directory as plain values in the vocabulary of the directory file: what the API answers, what
 * `callhook export` writes, what the audit remembers. Without secrets: whoever shows one adds it. Pure.
 */
import { LEG_STATES } from '../call/leg-event.ts';
import type { DeliverySettings } from './delivery-settings.ts';
import type { SourceSettings } from './directory.ts';
import type { Authentication, EndpointFilter, Signing } from './endpoint-settings.ts';
import type {
  Device,
  Endpoint,
  FunctionNumber,
  Organisation,
  PrivacySettings,
  User,
} from './organisation.ts';

export type Words = Record<string, unknown>;

export function organisationWords(organisation: Omit<Organisation, 'privacy'>): Words {
  const { id, name, defaultCountry: default_country, allowedDevices: allowed_devices } = organisation;
  return { id, name, default_country, allowed_devices };
}

export function privacyWords(privacy: PrivacySettings): Words {
  return {
    remove_local_user_id: privacy.removeLocalUserId,
    modify_local_number: privacy.modifyLocalNumber,
    remove_local_email: privacy.removeLocalEmail,
    remove_remote_user_id: privacy.removeRemoteUserId,
    modify_remote_number: privacy.modifyRemoteNumber,
    remove_remote_email: privacy.removeRemoteEmail,
    remove_device_type: privacy.removeDeviceType,
    applies_to: privacy.onlyDirection ?? 'both',
  };
}

export function userWords({ userId, email, numbers, extensions, devices }: User): Words {
  return present({ user_id: userId, email, numbers, extensions, devices: devices.map(deviceWords) });
}

export function functionNumberWords({ number, kind }: FunctionNumber): Words {
  return { number, kind };
}

/** What everybody may know of an endpoint. How it proves who sends is in `proofWords`. */
export function endpointWords(endpoint: Omit<Endpoint, 'signing'> & { signing?: Signing }): Words {
  const { id, url, states, delivery, filter, payload, signing } = endpoint;
  return present({
    id,
    url,
    signing: signing === 'ed25519' ? signing : undefined,
    states,
    filter: filter && filterWords(filter),
    payload,
    ...deliveryWords(delivery),
  });
}

/** Authentication, own headers and certificates, each without what is secret of it; headers by name. */
export function proofWords({
  authentication,
  headers,
  tls,
}: Pick<Endpoint, 'authentication' | 'headers' | 'tls'>): Words {
  return present({
    authentication: authentication && authenticationWords(authentication),
    headers,
    tls: tls && present({ ca: tls.ca, certificate: tls.certificate }),
  });
}

function filterWords({ directions, deviceTypes: device_types, users, numbers }: EndpointFilter): Words {
  return present({ directions, device_types, users, numbers });
}

function authenticationWords(given: Authentication): Words {
  if (given.kind !== 'oauth2') return { ...given };
  const {
    kind,
    tokenUrl: token_url,
    clientId: client_id,
    clientAuthentication,
    scope,
    audience,
    resource,
  } = given;
  return present({
    kind,
    token_url,
    client_id,
    client_authentication: clientAuthentication,
    scope,
    audience,
    resource,
  });
}

export function sourceWords(source: SourceSettings): Words {
  const { id, kind, defaultDeviceType: default_device_type } = source;
  switch (source.kind) {
    case 'ami': {
      const { host, port, tls, caFile: ca_file, username } = source;
      return present({ id, kind, host, port, tls, ca_file, username, default_device_type });
    }
    case 'esl': {
      const { host, port, username } = source;
      return present({ id, kind, host, port, username, default_device_type });
    }
    case 'dialog-info': {
      const { host, port, transport, caFile: ca_file, username } = source;
      const { listenHost: listen_host, listenPort: listen_port, expiresSeconds: expires } = source;
      const listen = { listen_host, listen_port, expires };
      return present({ id, kind, host, port, transport, ca_file, username, ...listen, default_device_type });
    }
    case 'http':
      return { id, kind, default_device_type };
  }
}

function deviceWords({ source, address, type }: Device): Words {
  return present({ source, address, type });
}

/** Only what was said: a default that changes later changes for all who said nothing. */
function deliveryWords({ retry, expireAfterMs, maxAtOnce, maxPerSecond }: DeliverySettings): Words {
  const states = LEG_STATES.filter((state) => expireAfterMs?.[state] !== undefined);
  const expire = Object.fromEntries(states.map((state) => [state, durationText(expireAfterMs![state]!)]));
  return {
    retry: typeof retry === 'object' ? retry.map(durationText) : retry,
    expire: states.length === 0 ? undefined : expire,
    max_at_once: maxAtOnce,
    max_per_second: maxPerSecond,
  };
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** 30,000 → `30s`, as a person would write it. */
function durationText(ms: number): string {
  const [unit, inMs] = UNITS.find(([, each]) => ms % each === 0) ?? ['ms', 1];
  return `${ms / inMs}${unit}`;
}

function present(words: Words): Words {
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}
