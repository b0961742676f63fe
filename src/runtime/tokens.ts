/** Secrets that are shown once and kept as a hash: sessions, API keys, links. */
import { createHash, randomBytes } from 'node:crypto';

const TOKEN_BYTES = 32;
const ID_BYTES = 9;

/** Prefixes let scanners for lost secrets find them, and tell what a token is for. */
export const TOKEN_PREFIX = { session: 'chses_', key: 'chkey_', link: 'chlnk_' } as const;

/** 256 random bits: nobody guesses one, so a plain hash of it is enough to keep. */
export function newToken(kind: keyof typeof TOKEN_PREFIX): string {
  return TOKEN_PREFIX[kind] + randomBytes(TOKEN_BYTES).toString('base64url');
}

/** What is kept of a token. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** A short name for a person, a session, a key: unique, and no secret. */
export function newId(): string {
  return randomBytes(ID_BYTES).toString('base64url');
}
