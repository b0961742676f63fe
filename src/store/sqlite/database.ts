/**
 * Opens the one database file: WAL, `synchronous=FULL` (a commit survives power-off), migrations.
 * The only place that runs pragmas. Statements are prepared once by the rooms beside this file.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { CallhookError } from '../../runtime/errors.ts';
import { sql as first } from './migrations/0001-first.ts';
import { sql as delivery } from './migrations/0002-delivery.ts';
import { sql as endedLegs } from './migrations/0003-ended-legs.ts';
import { sql as endpointSettings } from './migrations/0004-endpoint-settings.ts';
import { sql as accounts } from './migrations/0005-accounts.ts';
import { sql as log } from './migrations/0006-log.ts';
import { sql as feed } from './migrations/0007-feed.ts';
import { sql as keysAndAudit } from './migrations/0008-keys-and-audit.ts';
import { sql as auditPages } from './migrations/0009-audit-pages.ts';
import { sql as attemptDetails } from './migrations/0010-attempt-details.ts';
import { sql as allowedDevices } from './migrations/0011-allowed-devices.ts';
import { sql as sourceNews } from './migrations/0012-source-news.ts';
import { unavailable, worded } from './storage-problem.ts';

/** In order; the position is the number. */
const MIGRATIONS: readonly string[] = [
  first,
  delivery,
  endedLegs,
  endpointSettings,
  accounts,
  log,
  feed,
  keysAndAudit,
  auditPages,
  attemptDetails,
  allowedDevices,
  sourceNews,
];

const BUSY_TIMEOUT_MS = 5_000;
/** At most; a small database takes less. */
const CACHE_KIB = 32 * 1024;
/** Of 4 kB. */
const CHECKPOINT_PAGES = 4_000;

/**
 * A database that is up to date is opened without writing to it, so that a full disk keeps nobody from looking.
 * @param path a file, or `:memory:`
 * @throws CallhookError `DATABASE_UNAVAILABLE`, `DATABASE_NEWER`
 */
export function openDatabase(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    // Personal data lies in it until it is delivered: for the owner's eyes. SQLite's side files take the same mode.
    if (path !== ':memory:' && !existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    db.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    // What is deleted is overwritten: a leg that has ended leaves nothing of its people in free pages.
    db.exec('PRAGMA secure_delete = ON;');
    // Ids are random, so a commit touches pages all over: with SQLite's own 2 MB of cache and a checkpoint each 4 MB most
    // of the time went into reading and writing the same pages again (bench/http-ingest.ts: a third less CPU time).
    db.exec(`PRAGMA cache_size = -${CACHE_KIB}; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};`);
    const { journal_mode } = db.prepare('PRAGMA journal_mode').get() as { journal_mode: string };
    if (journal_mode !== 'wal') db.exec('PRAGMA journal_mode = WAL');
    migrate(db, path);
    return db;
  } catch (error) {
    if (db?.isOpen === true) db.close();
    throw unavailable(path, error);
  }
}

/**
 * Runs `work` in one transaction; whatever it throws, nothing of it is kept.
 * @throws CallhookError `DATABASE_UNAVAILABLE` when file or disk fail
 */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  return within(db, 'BEGIN IMMEDIATE', work);
}

/** All that `work` reads is of one moment. */
export function inSnapshot<T>(db: DatabaseSync, work: () => T): T {
  return within(db, 'BEGIN', work);
}

function within<T>(db: DatabaseSync, begin: string, work: () => T): T {
  try {
    db.exec(begin);
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // A failed COMMIT (disk full) may have rolled back by itself.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw worded(error);
  }
}

function migrate(db: DatabaseSync, path: string): void {
  if (versionOf(db, path) === MIGRATIONS.length) return;
  inTransaction(db, () => {
    for (const sql of MIGRATIONS.slice(versionOf(db, path))) db.exec(sql);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
  });
}

/** @throws CallhookError `DATABASE_NEWER` */
function versionOf(db: DatabaseSync, path: string): number {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version <= MIGRATIONS.length) return version;
  throw new CallhookError(
    'DATABASE_NEWER',
    `The database ${path} was written by a newer Callhook (schema ${version}, this one knows ${MIGRATIONS.length}). Install that version or a later one.`,
  );
}
