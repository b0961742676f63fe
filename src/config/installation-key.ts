/** Finds the installation's keys, or makes the first one for a new database. The file's form is in key-file.ts. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { systemCodeOf } from '../runtime/errors.ts';
import { createKeyRing, INSTALLATION_KEY_BYTES, type KeyRing, type KeySet } from '../runtime/keys.ts';
import { readKeys, unusable, wordKeys } from './key-file.ts';

/** Where the keys are, and what they belong to. */
export interface KeyPlace {
  /** Made, readable by its owner only, when neither it nor the database is there. */
  key_file: string;
  /** The database's file: one that is there already has a key somewhere, and no other will do. */
  database: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The ring follows the file: when that is replaced, it is read again.
 * @param env `CALLHOOK_KEY` wins over the file
 * @throws CallhookError `KEY_INVALID`
 */
export function loadKeys(place: KeyPlace, env: Environment): KeyRing {
  const inVariable = keysInVariable(env);
  if (inVariable !== undefined) return createKeyRing(() => inVariable);
  if (read(place.key_file) === undefined) makeFirst(place);
  return createKeyRing(followFile(place.key_file));
}

/** @returns undefined where the file has them. @throws CallhookError `KEY_INVALID` */
export function keysInVariable({ CALLHOOK_KEY: text }: Environment): KeySet | undefined {
  return text === undefined ? undefined : readKeys(text, 'CALLHOOK_KEY');
}

/** @throws CallhookError `KEY_INVALID` */
export function keysInFile(keyFile: string): KeySet {
  const text = read(keyFile);
  if (text === undefined) throw unusable(keyFile, 'is not there');
  return readKeys(text, keyFile);
}

/** A file that is away or spoilt for a moment changes nothing for whoever has read it once. */
function followFile(keyFile: string): () => KeySet {
  let seen = versionOf(keyFile);
  let keys = keysInFile(keyFile);
  return () => {
    const version = versionOf(keyFile);
    if (version === undefined || version === seen) return keys;
    try {
      keys = keysInFile(keyFile);
      seen = version;
    } catch {
      // Read again next time.
    }
    return keys;
  };
}

/** Another one when the file was written or replaced. */
function versionOf(keyFile: string): string | undefined {
  const found = statSync(keyFile, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev} ${found.ino} ${found.size} ${found.mtimeNs}`;
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
function makeFirst({ key_file: keyFile, database }: KeyPlace): void {
  if (existsSync(database)) {
    throw unusable(
      keyFile,
      `is not there, but the database ${database} is. Bring back the key that belongs to it, from a backup or as CALLHOOK_KEY`,
    );
  }
  const draft = `${keyFile}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(draft, wordKeys({ current: newKey(), former: [] }), { mode: 0o600, flag: 'wx' });
    linkSync(draft, keyFile);
  } catch (error) {
    if (systemCodeOf(error) !== 'EEXIST') {
      throw unusable(keyFile, `cannot be written (${systemCodeOf(error)})`, error);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

export function newKey(): Uint8Array {
  return randomBytes(INSTALLATION_KEY_BYTES);
}
