/**
 * Ed25519 keys as Standard Webhooks writes them: `whsk_` and base64 of 32 bytes of seed and 32 of public key, `whpk_` and
 * base64 of the public key. Between those texts and Node's keys stand the constant heads of RFC 8410.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as signBytes,
  verify as verifyBytes,
  type KeyObject,
} from 'node:crypto';

const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const HALF_BYTES = 32;
/** What comes before the seed in PKCS #8, and before the public key in SPKI. */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Reading a key takes as long as signing with it. */
const MOST_KEPT = 256;
const kept = new Map<string, KeyObject>();

/** @returns a new private key, `whsk_…` */
export function generatePrivateKey(): string {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const seed = privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(PKCS8_HEAD.length);
  const half = publicKey.export({ type: 'spki', format: 'der' }).subarray(SPKI_HEAD.length);
  return PRIVATE_PREFIX + Buffer.concat([seed, half]).toString('base64');
}

/** @param privateKey `whsk_…` @returns `whpk_…` */
export function publicKeyOf(privateKey: string): string {
  return PUBLIC_PREFIX + halvesOf(privateKey).publicHalf.toString('base64');
}

export function signEd25519(privateKey: string, text: string): Buffer {
  return signBytes(null, Buffer.from(text), keyOf(privateKey));
}

export function isPublicKey(text: string): boolean {
  return new RegExp(`^${PUBLIC_PREFIX}[A-Za-z0-9+/]{43}=$`).test(text);
}

/** @param publicKey `whpk_…` */
export function verifyEd25519(publicKey: string, text: string, signature: Uint8Array): boolean {
  const half = Buffer.from(publicKey.slice(PUBLIC_PREFIX.length), 'base64');
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, half]), type: 'spki', format: 'der' });
  return verifyBytes(null, Buffer.from(text), key, signature);
}

function keyOf(privateKey: string): KeyObject {
  let key = kept.get(privateKey);
  if (key === undefined) {
    const { seed } = halvesOf(privateKey);
    key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), type: 'pkcs8', format: 'der' });
    const [oldest] = kept.keys();
    if (kept.size >= MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(privateKey, key);
  }
  return key;
}

function halvesOf(privateKey: string): { seed: Buffer; publicHalf: Buffer } {
  const bytes = Buffer.from(privateKey.slice(PRIVATE_PREFIX.length), 'base64');
  if (!privateKey.startsWith(PRIVATE_PREFIX) || bytes.length !== 2 * HALF_BYTES) {
    throw new TypeError('not a Standard Webhooks private key');
  }
  return { seed: bytes.subarray(0, HALF_BYTES), publicHalf: bytes.subarray(HALF_BYTES) };
}
