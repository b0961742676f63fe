/**
 * Locks between processes of one machine, on files of their own. They are the operating system's and end with the process,
 * however it ends.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { CallhookError } from '../../runtime/errors.ts';
import { isLocked, unavailable } from './storage-problem.ts';

/** No journal on the disk: nothing is written, so that it can be taken on a full disk. */
const TAKE_LOCK = 'PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE';
/** A `status` that looks at the lock at this very moment lets go of it well before. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Keeps a second `serve` off the same file: claims live in memory, two of them would send everything twice. The lock is
 * on a file beside the database, so that others can still read.
 * @returns lets go of the lock
 * @throws CallhookError `DATABASE_IN_USE`, `DATABASE_UNAVAILABLE`
 */
export function lockForServing(path: string): () => void {
  const taken = take(servingPath(path), (error) => unavailable(path, error));
  if (taken !== undefined) return taken;
  throw new CallhookError(
    'DATABASE_IN_USE',
    `Another \`callhook serve\` already works on ${path}. Stop that one first.`,
  );
}

/** True while some process serves this file. Takes a shared lock only: any number may look at once. */
export function isServed(path: string): boolean {
  if (!existsSync(servingPath(path))) return false;
  const look = 'SELECT count(*) FROM sqlite_master';
  const lock = lockAt(servingPath(path), { timeout: 0, readOnly: true }, look, (error) =>
    unavailable(path, error),
  );
  lock?.close();
  return lock === undefined;
}

/**
 * Keeps a second command off the key file: it is read, and written with what was read.
 * @returns lets go of the lock
 * @throws CallhookError `KEY_INVALID`
 */
export function lockKeyFile(keyFile: string): () => void {
  const taken = take(
    `${keyFile}-changing`,
    (cause) =>
      new CallhookError('KEY_INVALID', `Beside the key ${keyFile} nothing can be written.`, { cause }),
  );
  if (taken !== undefined) return taken;
  throw new CallhookError(
    'KEY_INVALID',
    `Another \`callhook key\` changes the key ${keyFile} at this moment. Look with \`callhook key list\` when it is done.`,
  );
}

function servingPath(path: string): string {
  return `${path}-serving`;
}

type Worded = (error: unknown) => Error;

function take(path: string, worded: Worded): (() => void) | undefined {
  const lock = lockAt(path, { timeout: LOCK_TIMEOUT_MS }, TAKE_LOCK, worded);
  return (
    lock &&
    (() => {
      if (lock.isOpen) lock.close();
    })
  );
}

/** @returns undefined if another process holds the lock that `sql` asks for */
function lockAt(
  path: string,
  options: DatabaseSyncOptions,
  sql: string,
  worded: Worded,
): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(path, options);
    lock.exec(sql);
    return lock;
  } catch (error) {
    lock?.close();
    if (isLocked(error)) return undefined;
    throw worded(error);
  }
}
