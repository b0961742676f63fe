/**
 * Encrypts short secrets for the database: AES-256-GCM, a fresh nonce for each. A sealed secret begins with its stamp: a
 * magic, a version, the id of the key that opens it. It is bound to its place: copied into another row or column it does
 * not open. What was sealed before there were stamps, a bare nonce, tag and text bound to no place, opens as well.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { CallhookError } from './errors.ts';

export interface SecretBox {
  /** @param place where it will lie; it opens nowhere else */
  seal(clear: string, place: string): Uint8Array;
  /** @throws CallhookError `KEY_INVALID` if it was sealed under another key or for another place, or damaged */
  open(sealed: Uint8Array, place: string): string;
  /** How everything begins that is sealed now; `STAMP_BYTES`. */
  stamp(): Uint8Array;
}

/** An installation key's part for sealing. */
export interface SealingKey {
  /** `k_` and eight hex digits. */
  id: string;
  key: Uint8Array;
}

export interface SealingKeys {
  current: SealingKey;
  next?: SealingKey;
  former: readonly SealingKey[];
}

/** A magic that says nothing, and the version. */
const BEGINNING = Buffer.from([0xca, 0x11, 0x00, 0x4b, 0x01]);
const KEY_ID_BYTES = 4;
export const STAMP_BYTES = BEGINNING.length + KEY_ID_BYTES;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @returns the id of the key by what a sealed secret begins with; undefined if it has no stamp */
export function keyIdIn(sealed: Uint8Array): string | undefined {
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  if (bytes.length < STAMP_BYTES || !bytes.subarray(0, BEGINNING.length).equals(BEGINNING)) return undefined;
  return `k_${bytes.toString('hex', BEGINNING.length, STAMP_BYTES)}`;
}

/** @param keysNow asked when something is sealed, and when something is met whose key is not known */
export function createSecretBox(keysNow: () => SealingKeys): SecretBox {
  let known = keysNow();
  let isNextMet = false;

  /** Somebody seals under the next key already: the change has been made, here too from now on. */
  const sealingKey = (): SealingKey => {
    known = keysNow();
    return isNextMet && known.next !== undefined ? known.next : known.current;
  };
  const all = () => [known.current, ...(known.next === undefined ? [] : [known.next]), ...known.former];
  const keysOf = (id: string) => all().filter((one) => one.id === id);

  return {
    seal(clear, place) {
      const { id, key } = sealingKey();
      return Buffer.concat([stampOf(id), encrypt(key, clear, place)]);
    },

    open(sealed, place) {
      const id = keyIdIn(sealed);
      if (id !== undefined) {
        if (keysOf(id).length === 0) known = keysNow();
        if (id === known.next?.id) isNextMet = true;
        for (const { key } of keysOf(id)) {
          const clear = decrypt(key, sealed.subarray(STAMP_BYTES), place);
          if (clear !== undefined) return clear;
        }
      }
      // A bare nonce may by chance look like a stamp: so even what has one may have none.
      for (const { key } of all()) {
        const clear = decrypt(key, sealed, undefined);
        if (clear !== undefined) return clear;
      }
      throw cannotOpen(id, all());
    },

    stamp: () => stampOf(sealingKey().id),
  };
}

function stampOf(id: string): Buffer {
  return Buffer.concat([BEGINNING, Buffer.from(id.slice(2), 'hex')]);
}

function encrypt(key: Uint8Array, clear: string, place: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(place));
  const text = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @returns undefined if it is not what this key has sealed for this place */
function decrypt(key: Uint8Array, sealed: Uint8Array, place: string | undefined): string | undefined {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  if (place !== undefined) decipher.setAAD(Buffer.from(place));
  try {
    const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function cannotOpen(id: string | undefined, keys: readonly SealingKey[]): CallhookError {
  if (keys.some((key) => key.id === id)) {
    return new CallhookError(
      'KEY_INVALID',
      `A secret in the database is damaged, or was copied there from another place. It was stored under the key ${id}, which is there.`,
    );
  }
  const which = id === undefined ? 'another key' : `another key, ${id}`;
  return new CallhookError(
    'KEY_INVALID',
    `The secrets in the database were stored under ${which}. Put the key file of this database back in its place.`,
  );
}
