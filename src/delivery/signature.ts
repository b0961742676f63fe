/**
 * Standard Webhooks 1.0 signatures (https://github.com/standard-webhooks/standard-webhooks, "Signature scheme"):
 * HMAC-SHA256 (`v1,`) or Ed25519 (`v1a,`) over `id.timestamp.body`, base64, one part per secret in force, separated by
 * spaces.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Signing } from '../policy/endpoint-settings.ts';
import { signingOf } from '../policy/signing.ts';
import { generatePrivateKey, isPublicKey, signEd25519, verifyEd25519 } from '../runtime/ed25519.ts';

const PREFIX = 'whsec_';

/** The specification's bounds of a symmetric secret, in bytes. */
const MIN_SECRET_BYTES = 24;
const MAX_SECRET_BYTES = 64;

export function generateSecret(signing: Signing = 'hmac-sha256'): string {
  return signing === 'ed25519' ? generatePrivateKey() : PREFIX + randomBytes(32).toString('base64');
}

/** @returns the key's bytes, or undefined if this is not `whsec_` (may be left out) and base64 of 24 to 64 bytes */
export function decodeSecret(secret: string): Uint8Array | undefined {
  const base64 = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= MIN_SECRET_BYTES && bytes.length <= MAX_SECRET_BYTES ? bytes : undefined;
}

/** What is signed: the `webhook-id`, the `webhook-timestamp` in whole seconds, the body's exact text. */
export interface Signed {
  id: string;
  timestampS: number;
  body: string;
}

/** The value of `webhook-signature`. @param secrets every secret in force, at least one; each must decode */
export function sign(secrets: readonly string[], message: Signed): string {
  return secrets.map((secret) => signOnce(secret, message)).join(' ');
}

function signOnce(secret: string, message: Signed): string {
  return signingOf(secret) === 'ed25519'
    ? `v1a,${signEd25519(secret, signedText(message)).toString('base64')}`
    : `v1,${mac(secret, message).toString('base64')}`;
}

/**
 * True if one part of `signature` is right under `secret`. Takes the same time whichever byte differs.
 * @param secret `whsec_…`, or a public key, `whpk_…`
 */
export function verify(secret: string, message: Signed, signature: string): boolean {
  if (isPublicKey(secret)) {
    return signature
      .split(' ')
      .filter((part) => part.startsWith('v1a,'))
      .some((part) => verifyEd25519(secret, signedText(message), Buffer.from(part.slice(4), 'base64')));
  }
  const expected = mac(secret, message);
  return signature.split(' ').some((part) => {
    if (!part.startsWith('v1,')) return false;
    const given = Buffer.from(part.slice(3), 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
}

function signedText({ id, timestampS, body }: Signed): string {
  return `${id}.${timestampS}.${body}`;
}

function mac(secret: string, message: Signed): Buffer {
  const key = decodeSecret(secret);
  if (key === undefined) throw new TypeError('not a Standard Webhooks secret');
  return createHmac('sha256', key).update(signedText(message)).digest();
}
