/**
 * The embedded store: one SQLite file, four rooms over one connection. Its calls answer through promises as the
 * contract wants, but do their work at once.
 */
import { DatabaseSync } from 'node:sqlite';
import { CallhookError } from '../../runtime/errors.ts';
import type { SecretBox } from '../../runtime/keys.ts';
import type { Store } from '../store.ts';
import { createCallStore } from './calls.ts';
import { openDatabase } from './database.ts';
import { createDirectoryStore } from './directory.ts';
import { createHealthStore } from './health.ts';
import { createOutboxStore } from './outbox.ts';

/** @param path a file, or `:memory:` */
export function openSqliteStore(path: string, secrets: SecretBox): Store {
  const db = openDatabase(path);
  return {
    directory: createDirectoryStore(db, secrets),
    calls: createCallStore(db),
    outbox: createOutboxStore(db, secrets),
    health: createHealthStore(db),
    async close() {
      if (db.isOpen) db.close();
    },
  };
}

/**
 * Keeps a second `serve` off the same file: claims live in memory, two of them would send everything twice.
 * The lock is the operating system's and ends with the process, however it ends.
 * @returns lets go of the lock
 * @throws CallhookError `DATABASE_IN_USE`, `DATABASE_UNAVAILABLE`
 */
export function lockForServing(path: string): () => void {
  const lock = openLock(path);
  if (lock === undefined) {
    throw new CallhookError(
      'DATABASE_IN_USE',
      `Another \`callhook serve\` already works on ${path}. Stop that one first.`,
    );
  }
  return () => {
    if (lock.isOpen) lock.close();
  };
}

/** True while some process serves this file. */
export function isServed(path: string): boolean {
  const lock = openLock(path);
  lock?.close();
  return lock === undefined;
}

/** The lock on a file of its own beside the database, so that others can still read; undefined if it is taken. */
function openLock(path: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(`${path}-serving`, { timeout: 0 });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;');
    return lock;
  } catch (cause) {
    lock?.close();
    if (cause instanceof Error && /locked/.test(cause.message)) return undefined;
    throw new CallhookError(
      'DATABASE_UNAVAILABLE',
      `The database ${path} cannot be used. Does its folder exist, may this user write there, is the disk full?`,
      { cause },
    );
  }
}
