/**
 * The installation's one key. Everything secret hangs on it: the outward ids and the secrets in the database are
 * derived from it, for different purposes under different names (HKDF, RFC 5869).
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { CallhookError } from './errors.ts';
import { createIds, type Ids } from './ids.ts';

export const INSTALLATION_KEY_BYTES = 32;

export interface Keys {
  ids: Ids;
  secrets: SecretBox;
  /** Tells two secrets apart without telling what they are: nobody without the key can try out guesses. */
  fingerprint(secret: string): string;
}

/** Encrypts short secrets for the database: AES-256-GCM, a fresh nonce for each. */
export interface SecretBox {
  seal(clear: string): Uint8Array;
  /** @throws CallhookError `KEY_INVALID` if it was sealed under another key or damaged */
  open(sealed: Uint8Array): string;
}

/** @param installationKey 32 bytes */
export function deriveKeys(installationKey: Uint8Array): Keys {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', installationKey, new Uint8Array(), `callhook ${purpose}`, 32));
  const fingerprintKey = derive('fingerprints of secrets');
  return {
    ids: createIds(derive('outward ids')),
    secrets: createSecretBox(derive('secrets at rest')),
    fingerprint: (secret) =>
      `fp_${createHmac('sha256', fingerprintKey).update(secret).digest('hex').slice(0, FINGERPRINT_CHARACTERS)}`,
  };
}

const FINGERPRINT_CHARACTERS = 12;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

function createSecretBox(key: Uint8Array): SecretBox {
  return {
    seal(clear) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const text = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), text]);
    },
    open(sealed) {
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new CallhookError(
          'KEY_INVALID',
          'The secrets in the database were stored under another key. Put the key file of this database back in its place.',
          { cause },
        );
      }
    },
  };
}
