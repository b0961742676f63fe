/** Finds the installation's key, or makes it at the first start. */
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import { deriveKeys, INSTALLATION_KEY_BYTES, type Keys } from '../runtime/keys.ts';

/**
 * @param keyFile where it is kept; made, readable by its owner only, when it is not there
 * @param env `CALLHOOK_KEY` wins over the file
 * @throws CallhookError `KEY_INVALID`
 */
export function loadKeys(keyFile: string, env: Readonly<Record<string, string | undefined>>): Keys {
  const fromEnv = env['CALLHOOK_KEY'];
  if (fromEnv !== undefined) return decode(fromEnv, 'CALLHOOK_KEY');
  try {
    return decode(readFileSync(keyFile, 'utf8'), keyFile);
  } catch (error) {
    if (error instanceof CallhookError) throw error;
    if (systemCodeOf(error) !== 'ENOENT')
      throw unusable(keyFile, `cannot be read (${systemCodeOf(error)})`, error);
  }
  const made = randomBytes(INSTALLATION_KEY_BYTES).toString('base64');
  try {
    // `wx`: when two processes start at once, one makes the key and the other reads it.
    writeFileSync(keyFile, `${made}\n`, { mode: 0o600, flag: 'wx' });
    return decode(made, keyFile);
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return decode(readFileSync(keyFile, 'utf8'), keyFile);
    throw unusable(keyFile, `cannot be written (${systemCodeOf(error)})`, error);
  }
}

function decode(text: string, where: string): Keys {
  const bytes = Buffer.from(text.trim(), 'base64');
  if (bytes.length !== INSTALLATION_KEY_BYTES) {
    throw unusable(where, 'is not 32 bytes in base64 (`openssl rand -base64 32` makes one)');
  }
  return deriveKeys(bytes);
}

function unusable(where: string, why: string, cause?: unknown): CallhookError {
  return new CallhookError('KEY_INVALID', `The key ${where} ${why}.`, { cause });
}
