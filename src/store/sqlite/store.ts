/**
 * The embedded store: one SQLite file, nine rooms over one connection. Its calls answer through promises as the
 * contract wants, but do their work at once.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { SecretBox } from '../../runtime/secret-box.ts';
import type { Store, StoreOptions } from '../store.ts';
import { createAccountStore } from '../sql-account-store.ts';
import { createKeyStore } from '../sql-keys.ts';
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
    keys: createKeyStore(port, secrets),
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
