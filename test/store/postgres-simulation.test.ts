/** Schedules on three nodes that share one PostgreSQL, crash and start again. */
import test, { after } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/store/store.ts';
import { anyPostgres, query } from '../support/postgres.ts';
import { openTestPostgres } from '../support/store.ts';
import { schedules, simulate, type World } from './simulation.ts';

const NODES = 3;

const postgres = await anyPostgres();
const database = await postgres.newDatabase();
const opened: Store[] = [];
after(async () => {
  await Promise.all(opened.map((store) => store.close()));
  await postgres.stop();
});

/** Opening takes longer than a schedule, so stores go on from one to the next; only their data do not. */
const stores: Store[] = [];

async function open(): Promise<Store> {
  const store = await openTestPostgres(database);
  opened.push(store);
  return store;
}

async function world(): Promise<World> {
  while (stores.length < NODES) stores.push(await open());
  const tables = `organisation, source, endpoint_queue, open_leg, lane, message, attempt, endpoint_state, notice, lease`;
  await query(database, `TRUNCATE ${tables} CASCADE`);
  return {
    stores,
    async restart(node) {
      await stores[node]!.close();
      return (stores[node] = await open());
    },
    async close() {},
  };
}

test('whatever the schedule, lanes keep their order, are held by one node and none is stuck', async () => {
  await fc.assert(
    fc.asyncProperty(schedules, async (steps) => simulate(await world(), steps)),
    { numRuns: 40 },
  );
});
