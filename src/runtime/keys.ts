/**
 * The installation's keys. Everything secret hangs on them: the secrets in the database are sealed under one of them
 * (`secret-box.ts`), and from the first one there was come the outward ids and the fingerprints, which stay what they
 * are when the key changes. Each is derived for its own purpose under its own name (HKDF, RFC 5869).
 */
import { createHmac, hkdfSync } from 'node:crypto';
import { createIds, type Ids } from './ids.ts';
import { createSecretBox, type SealingKey, type SealingKeys, type SecretBox } from './secret-box.ts';

export const INSTALLATION_KEY_BYTES = 32;

/** The keys there are at a time. A key is 32 bytes. */
export interface KeySet {
  /** New secrets are sealed under it. */
  current: Uint8Array;
  /** Takes its place soon: from when something sealed under it is met. */
  next?: Uint8Array;
  /** The last is the oldest. They open only. */
  former: readonly Uint8Array[];
}

/** What stays the same over every change of the key: call ids are a promise. */
export interface Identity {
  ids: Ids;
  /** Tells two secrets apart without telling what they are: nobody without the key can try out guesses. */
  fingerprint(secret: string): string;
}

export interface KeyRing {
  secrets: SecretBox;
  /** The identity's text, where the database keeps none yet: from the oldest key. */
  founding: string;
}

export type Keys = Identity & KeyRing;

/** @param keysNow asked often */
export function createKeyRing(keysNow: () => KeySet): KeyRing {
  let keys = keysNow();
  let sealing = sealingKeys(keys);
  return {
    secrets: createSecretBox(() => {
      const now = keysNow();
      if (now !== keys) sealing = sealingKeys(now);
      keys = now;
      return sealing;
    }),
    founding: identityText(keys.former.at(-1) ?? keys.current),
  };
}

function sealingKeys({ current, next, former }: KeySet): SealingKeys {
  return {
    current: sealingKey(current),
    ...(next && { next: sealingKey(next) }),
    former: former.map(sealingKey),
  };
}

/** The keys of an installation that has one. @param installationKey 32 bytes */
export function deriveKeys(installationKey: Uint8Array): Keys {
  const keys = { current: installationKey, former: [] };
  const ring = createKeyRing(() => keys);
  return { ...ring, ...identityFrom(ring.founding) };
}

/** By this it is called in the database, on screens and in the log; nothing can be read out of it. */
export function keyIdOf(installationKey: Uint8Array): string {
  return sealingKey(installationKey).id;
}

/** @param text of `KeyRing.founding`, or as the database keeps it */
export function identityFrom(text: string): Identity {
  const [ids = '', fingerprints = ''] = text.split(' ');
  const fingerprintKey = Buffer.from(fingerprints, 'base64');
  return {
    ids: createIds(Buffer.from(ids, 'base64')),
    fingerprint: (secret) =>
      `fp_${createHmac('sha256', fingerprintKey).update(secret).digest('hex').slice(0, FINGERPRINT_CHARACTERS)}`,
  };
}

/** The derived keys, not the installation's: that one can be thrown away. */
function identityText(installationKey: Uint8Array): string {
  return ['outward ids', 'fingerprints of secrets']
    .map((purpose) => derive(installationKey, purpose).toString('base64'))
    .join(' ');
}

function sealingKey(installationKey: Uint8Array): SealingKey {
  return {
    id: `k_${derive(installationKey, 'key id').toString('hex', 0, KEY_ID_BYTES)}`,
    key: derive(installationKey, 'secrets at rest'),
  };
}

function derive(installationKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', installationKey, new Uint8Array(), `callhook ${purpose}`, 32));
}

const FINGERPRINT_CHARACTERS = 12;
const KEY_ID_BYTES = 4;
