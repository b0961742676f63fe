/**
 * How an endpoint lies in its columns: settings that anybody may read as JSON, everything secret sealed. The same in both
 * backends.
 */
import type { Credentials, EndpointSettings, FormerSecret } from '../policy/endpoint-settings.ts';
import type { Endpoint, EndpointWithSecret } from '../policy/organisation.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import { placeOf } from './sealed-columns.ts';

interface Sealed {
  formerSecrets?: readonly FormerSecret[];
  credentials?: Credentials;
}

/** The secret columns as they lie in the database. */
export interface SealedColumns {
  organisation_id: string;
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
  organisationId: string,
  { id, formerSecrets = [], credentials }: EndpointWithSecret,
  secrets: SecretBox,
): Uint8Array | null {
  const sealed: Sealed = {
    ...(formerSecrets.length > 0 && { formerSecrets }),
    ...(credentials && { credentials }),
  };
  if (Object.keys(sealed).length === 0) return null;
  return secrets.seal(JSON.stringify(sealed), placeOf('endpointMore', organisationId, id));
}

export function sealedSecretOf(
  organisationId: string,
  { id, secret }: EndpointWithSecret,
  secrets: SecretBox,
): Uint8Array {
  return secrets.seal(secret, placeOf('endpointSecret', organisationId, id));
}

/** When the first of its former secrets ends, for upkeep; null where it has none. */
export function firstEndMs({ formerSecrets = [] }: EndpointWithSecret): number | null {
  return formerSecrets.length === 0 ? null : Math.min(...formerSecrets.map(({ untilMs }) => untilMs));
}

export function withSecrets(
  endpoint: Endpoint,
  { organisation_id, secret, sealed }: SealedColumns,
  secrets: SecretBox,
): EndpointWithSecret {
  const moreText = sealed && secrets.open(sealed, placeOf('endpointMore', organisation_id, endpoint.id));
  const more = moreText === null ? {} : (JSON.parse(moreText) as Sealed);
  const place = placeOf('endpointSecret', organisation_id, endpoint.id);
  return { ...endpoint, secret: secrets.open(secret, place), ...more };
}
