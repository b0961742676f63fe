/**
 * Opens the one database file: WAL, `synchronous=FULL` (a commit survives power-off), migrations.
 * The only place that runs pragmas. Statements are prepared once by the rooms beside this file.
 */
import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import { sql as first } from './migrations/0001-first.ts';
import { sql as delivery } from './migrations/0002-delivery.ts';

/** In order; the position is the number. */
const MIGRATIONS: readonly string[] = [first, delivery];

const BUSY_TIMEOUT_MS = 5_000;

/**
 * @param path a file, or `:memory:`
 * @throws CallhookError `DATABASE_UNAVAILABLE`, `DATABASE_NEWER`
 */
export function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync;
  try {
    // Personal data lies in it until it is delivered: for the owner's eyes. SQLite's side files take the same mode.
    if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    // What is deleted is overwritten: a leg that has ended leaves nothing of its people in free pages.
    db.exec('PRAGMA secure_delete = ON;');
  } catch (cause) {
    throw new CallhookError(
      'DATABASE_UNAVAILABLE',
      `The database ${path} cannot be opened (${reasonOf(cause)}). Does its folder exist, may this user write there, is the disk full?`,
      { cause },
    );
  }
  migrate(db, path);
  return db;
}

/** Runs `work` in one transaction; whatever it throws, nothing of it is kept. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A failed COMMIT (disk full) may have rolled back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function migrate(db: DatabaseSync, path: string): void {
  inTransaction(db, () => {
    const version = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (version > MIGRATIONS.length) {
      throw new CallhookError(
        'DATABASE_NEWER',
        `The database ${path} was written by a newer Callhook (schema ${version}, this one knows ${MIGRATIONS.length}). Install that version or a later one.`,
      );
    }
    for (const sql of MIGRATIONS.slice(version)) db.exec(sql);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : (systemCodeOf(error) ?? 'unknown reason');
}
