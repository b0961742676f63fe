/** Where a message goes and how we prove who we are there. Pure. */
import type { EndpointWithSecret } from '../policy/organisation.ts';
import { secretsInForce } from '../policy/signing.ts';
import type { TlsIdentity } from './agents.ts';
import type { OAuthClient } from './token-request.ts';

export interface Target {
  url: string;
  /** Every secret that signs. */
  secrets: readonly string[];
  /** Beside those that every message has, and weaker than them. */
  headers?: Readonly<Record<string, string>>;
  /** Own certificates. */
  tls?: TlsIdentity;
  /** A token is fetched and sent. */
  oauth?: OAuthClient;
}

export function targetOf(organisationId: string, endpoint: EndpointWithSecret, nowMs: number): Target {
  const { url, authentication, credentials, tls } = endpoint;
  const target: Target = { url, secrets: secretsInForce(endpoint, nowMs) };
  const headers = { ...credentials?.headers, ...authorizationOf(endpoint) };
  if (Object.keys(headers).length > 0) target.headers = headers;
  if (tls !== undefined) {
    const privateKey = credentials?.privateKey;
    target.tls = { ...tls, ...(privateKey !== undefined && { privateKey }) };
  }
  if (authentication?.kind === 'oauth2') {
    const clientSecret = credentials?.authentication ?? '';
    target.oauth = { ...authentication, clientSecret, of: `${organisationId}/${endpoint.id}` };
  }
  return target;
}

/** RFC 7617 section 2, in UTF-8, and RFC 6750 section 2.1. */
function authorizationOf({ authentication, credentials }: EndpointWithSecret): { authorization?: string } {
  const secret = credentials?.authentication ?? '';
  switch (authentication?.kind) {
    case 'basic': {
      const pair = Buffer.from(`${authentication.username}:${secret}`).toString('base64');
      return { authorization: `Basic ${pair}` };
    }
    case 'bearer':
      return { authorization: `Bearer ${secret}` };
    case 'oauth2':
    case undefined:
      return {};
  }
}
