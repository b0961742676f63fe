/**
 * Source tokens: who holds one may post that source's events. Whether a source is not there or its token is another one,
 * the answer is the same, and takes the same time.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** The prefix lets scanners for lost secrets find it. */
const PREFIX = 'chsrc_';
const TOKEN_BYTES = 32;

export function generateToken(): string {
  return PREFIX + randomBytes(TOKEN_BYTES).toString('base64url');
}

/** @param wanted undefined: there is no such source, and no token is right. Takes the same time for any two texts. */
export function isToken(given: string, wanted: string | undefined): boolean {
  // Digests are of one length, which the comparison needs and the token's own would tell.
  const isSame = timingSafeEqual(digestOf(given), digestOf(wanted ?? ''));
  return isSame && wanted !== undefined && wanted !== '';
}

/** The token of an `Authorization: Bearer …` header (RFC 6750), or '' when there is none. */
export function bearerOf(authorization: string | undefined): string {
  return /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1] ?? '';
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
