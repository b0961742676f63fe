/** What is set of how we prove who we are. Secrets are never read back. */
import type { Endpoint } from './endpoints.ts';

export interface Proof {
  authentication?: {
    kind: 'basic' | 'bearer' | 'oauth2';
    username?: string;
    token_url?: string;
    client_id?: string;
    client_authentication?: 'basic' | 'post';
    scope?: string;
    audience?: string;
    resource?: string;
  };
  /** Names. */
  headers?: string[];
  /** PEM. */
  tls?: { ca?: string; certificate?: string };
}

export function proofOf({ proves_by = {} }: Endpoint): Proof {
  return proves_by;
}
