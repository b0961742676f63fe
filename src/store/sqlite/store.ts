/**
 * The embedded store: one SQLite file, nine rooms over one connection. Its calls answer through promises as the
 * contract wants, but do their work at once.
 */
import { existsSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite';
import { CallhookError } from '../../runtime/errors.ts';
import type { SecretBox } from '../../runtime/keys.ts';
import type { Store, StoreOptions } from '../store.ts';
import { createAccountStore } from '../sql-account-store.ts';
import { withSecrets, type SealedColumns } from '../endpoint-columns.ts';
import { createCallStore } from './calls.ts';
import { openDatabase } from './database.ts';
import { createDirectoryStore, endpointOf, type EndpointRow } from './directory.ts';
import { EndpointBook } from './endpoint-book.ts';
import { createFeed } from './feed.ts';
import { healthOf } from './health-write.ts';
import { createHealthStore } from './health.ts';
import { createLeaseStore } from './leases.ts';
import { createLogStore } from './log.ts';
import { watchOtherProcesses } from './other-processes.ts';
import { createOutboxStore } from './outbox.ts';
import { createPort } from './port.ts';
import { isLocked, unavailable } from './storage-problem.ts';
import { createUpkeepStore } from './upkeep.ts';

/** @param path a file, or `:memory:` */
export function openSqliteStore(path: string, options: StoreOptions): Store {
  const db = openDatabase(path);
  const { secrets, node } = options;
  const book = new EndpointBook();
  const loadBook = prepareBook(db, book, secrets);
  loadBook();
  const others = watchOtherProcesses(db, loadBook);
  const port = createPort(db);
  const feed = createFeed(db);
  const directory = createDirectoryStore(db, port, secrets, feed.writer);
  return {
    directory: {
      ...directory,
      async write(changes, record) {
        await directory.write(changes, record);
        loadBook();
      },
      async replaceSecret(...asked) {
        const endpoint = await directory.replaceSecret(...asked);
        loadBook();
        return endpoint;
      },
    },
    calls: createCallStore(db, book, node, feed.writer),
    outbox: createOutboxStore(db, book, others, feed.writer, options),
    health: createHealthStore(db, book, others, feed.writer),
    leases: createLeaseStore(db, node),
    upkeep: createUpkeepStore(db, book, others, feed.writer, options),
    accounts: createAccountStore(port, secrets),
    log: createLogStore(db),
    feed: feed.store,
    node,
    nowMs: () => Date.now(),
    async close() {
      if (db.isOpen) db.close();
    },
  };
}

/** @returns reads the book from the file */
function prepareBook(db: DatabaseSync, book: EndpointBook, secrets: SecretBox): () => void {
  const select = db.prepare(`
    SELECT endpoint.*, state.health, EXISTS (
      SELECT 1 FROM lane WHERE lane.organisation_id = endpoint.organisation_id AND lane.endpoint_id = endpoint.id
        AND lane.due_at_ms IS NOT NULL) AS waits
    FROM endpoint LEFT JOIN endpoint_state AS state
      ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id`);
  return () => {
    const rows = select.all() as unknown as (EndpointRow &
      SealedColumns & { organisation_id: string; health: string | null; waits: number })[];
    book.load(
      rows.map((row) => ({
        organisationId: row.organisation_id,
        endpoint: withSecrets(endpointOf(row), row, secrets),
        health: healthOf(row.health),
        waits: row.waits === 1,
      })),
    );
  };
}

/** No journal on the disk: nothing is written, so that it can be taken on a full disk. */
const TAKE_LOCK = 'PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE';
/** A `status` that looks at the lock at this very moment lets go of it well before. */
const LOCK_TIMEOUT_MS = 1_000;

/**
 * Keeps a second `serve` off the same file: claims live in memory, two of them would send everything twice. The lock is
 * on a file of its own beside the database, so that others can still read. It is the operating system's and ends with
 * the process, however it ends.
 * @returns lets go of the lock
 * @throws CallhookError `DATABASE_IN_USE`, `DATABASE_UNAVAILABLE`
 */
export function lockForServing(path: string): () => void {
  const lock = lockAt(path, { timeout: LOCK_TIMEOUT_MS }, TAKE_LOCK);
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

/** True while some process serves this file. Takes a shared lock only: any number may look at once. */
export function isServed(path: string): boolean {
  if (!existsSync(lockPath(path))) return false;
  const lock = lockAt(path, { timeout: 0, readOnly: true }, 'SELECT count(*) FROM sqlite_master');
  lock?.close();
  return lock === undefined;
}

function lockPath(path: string): string {
  return `${path}-serving`;
}

/** @returns undefined if another process holds the lock that `sql` asks for */
function lockAt(path: string, options: DatabaseSyncOptions, sql: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(lockPath(path), options);
    lock.exec(sql);
    return lock;
  } catch (error) {
    lock?.close();
    if (isLocked(error)) return undefined;
    throw unavailable(path, error);
  }
}
