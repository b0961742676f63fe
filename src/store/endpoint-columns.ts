/**
 * How an endpoint lies in its columns: settings that anybody may read as JSON, everything secret sealed. The same in both
 * backends.
 */
import type { Credentials, EndpointSettings, FormerSecret } from '../policy/endpoint-settings.ts';
import type { Endpoint, EndpointWithSecret } from '../policy/organisation.ts';
import type { SecretBox } from '../runtime/keys.ts';

interface Sealed {
  formerSecrets?: readonly FormerSecret[];
  credentials?: Credentials;
}

/** The secret columns as they lie in the database. */
export interface SealedColumns {
  secret: Uint8Array;
  /** Everything secret but the signing secret; null where there is no more. */
  sealed: Uint8Array | null;
}

export function settingsOf(endpoint: Endpoint): EndpointSettings {
  const { filter, payload, authentication, headers, tls, signing } = endpoint;
  return {
    ...(filter && { filter }),
    ...(payload && { payload }),
    ...(authentication && { authentication }),
    ...(headers && { headers }),
    ...(tls && { tls }),
    ...(signing && { signing }),
  };
}

export function sealedOf(
  { formerSecrets = [], credentials }: EndpointWithSecret,
  secrets: SecretBox,
): Uint8Array | null {
  const sealed: Sealed = {
    ...(formerSecrets.length > 0 && { formerSecrets }),
    ...(credentials && { credentials }),
  };
  return Object.keys(sealed).length === 0 ? null : secrets.seal(JSON.stringify(sealed));
}

/** When the first of its former secrets ends, for upkeep; null where it has none. */
export function firstEndMs({ formerSecrets = [] }: EndpointWithSecret): number | null {
  return formerSecrets.length === 0 ? null : Math.min(...formerSecrets.map(({ untilMs }) => untilMs));
}

export function withSecrets(
  endpoint: Endpoint,
  { secret, sealed }: SealedColumns,
  secrets: SecretBox,
): EndpointWithSecret {
  const more = sealed === null ? {} : (JSON.parse(secrets.open(sealed)) as Sealed);
  return { ...endpoint, secret: secrets.open(secret), ...more };
}
