/** Finds the installation's key, or makes it for a new database. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import { deriveKeys, INSTALLATION_KEY_BYTES, type Keys } from '../runtime/keys.ts';

/** Where the key is, and what it belongs to. */
export interface KeyPlace {
  /** Made, readable by its owner only, when neither it nor the database is there. */
  key_file: string;
  /** The database's file: one that is there already has a key somewhere, and no other will do. */
  database: string;
}

/**
 * @param env `CALLHOOK_KEY` wins over the file
 * @throws CallhookError `KEY_INVALID`
 */
export function loadKeys(
  { key_file: keyFile, database }: KeyPlace,
  env: Readonly<Record<string, string | undefined>>,
): Keys {
  const fromEnv = env['CALLHOOK_KEY'];
  if (fromEnv !== undefined) return decode(fromEnv, 'CALLHOOK_KEY');
  const kept = read(keyFile);
  if (kept !== undefined) return decode(kept, keyFile);
  if (existsSync(database)) {
    throw unusable(
      keyFile,
      `is not there, but the database ${database} is. Bring back the key that belongs to it, from a backup or as CALLHOOK_KEY`,
    );
  }
  return decode(make(keyFile), keyFile);
}

function read(keyFile: string): string | undefined {
  try {
    return readFileSync(keyFile, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw unusable(keyFile, `cannot be read (${systemCodeOf(error)})`, error);
  }
}

/** When two processes start at once, one makes the key and the other reads it, never half of it. */
function make(keyFile: string): string {
  const made = randomBytes(INSTALLATION_KEY_BYTES).toString('base64');
  const draft = `${keyFile}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, `${made}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, keyFile);
    return made;
  } catch (error) {
    if (systemCodeOf(error) === 'EEXIST') return readFileSync(keyFile, 'utf8');
    throw unusable(keyFile, `cannot be written (${systemCodeOf(error)})`, error);
  } finally {
    rmSync(draft, { force: true });
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
