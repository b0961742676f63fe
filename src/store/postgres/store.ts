/**
 * The shared store: one PostgreSQL, nine rooms over a pool of connections, any number of nodes. What nodes must agree on is
 * in rows, under locks that a node holds for a few milliseconds; none of them needs another one to be alive.
 */
import type { Store, StoreOptions } from '../store.ts';
import { createAccountStore } from '../sql-account-store.ts';
import { createKeyStore } from '../sql-keys.ts';
import { createCallStore } from './calls.ts';
import { Connections } from './connections.ts';
import { Database } from './database.ts';
import { createDirectoryStore } from './directory.ts';
import { createFeedStore } from './feed.ts';
import { createHealthStore } from './health.ts';
import { createLeaseStore } from './leases.ts';
import { createLogStore } from './log.ts';
import { migrate } from './migrate.ts';
import { createOutboxStore } from './outbox.ts';
import { placesOf } from './places.ts';
import { createPort } from './port.ts';
import { startSharedClock } from './shared-clock.ts';
import { createUpkeepStore } from './upkeep.ts';
import { Waker } from './wake.ts';

/**
 * @param connectionString `postgres://user:password@host:5432/database`; several hosts with commas between them
 * @throws CallhookError `DATABASE_UNAVAILABLE`, `DATABASE_NEWER`
 */
export async function openPostgresStore(
  connectionString: string,
  options: StoreOptions & { connections: number },
): Promise<Store> {
  const { secrets, node } = options;
  const connections = new Connections(placesOf(connectionString), options.connections);
  const db = new Database(connections);
  try {
    await migrate(db, connections.name);
    const clock = await startSharedClock(db);
    const waker = new Waker(connections, node);
    const port = createPort(db);
    return {
      directory: createDirectoryStore(db, port, secrets),
      calls: createCallStore(db, waker, node),
      outbox: createOutboxStore(db, waker, options),
      health: createHealthStore(db, waker),
      leases: createLeaseStore(db, node),
      upkeep: createUpkeepStore(db, options),
      accounts: createAccountStore(port, secrets),
      log: createLogStore(db),
      feed: createFeedStore(db, waker),
      keys: createKeyStore(port, secrets),
      node,
      nowMs: () => clock.nowMs(),
      async close() {
        clock.stop();
        waker.stop();
        await connections.close();
      },
    };
  } catch (error) {
    await connections.close();
    throw error;
  }
}
