/** What a look at everything (the operator's page, `/metrics`) costs PostgreSQL while a long backlog waits: the first, and the next. */
import type { Store } from '../src/store/store.ts';
import { query, startPostgres } from '../test/support/postgres.ts';
import { openTestPostgres } from '../test/support/store.ts';
import { filling } from './filling.ts';

export async function benchOverview(size: { organisations: number; pending: number }): Promise<void> {
  const { organisations, pending } = size;
  const [many, waiting] = [organisations, pending].map((n) => n.toLocaleString('en'));
  const postgres = await startPostgres({ fsync: false });
  try {
    const database = await postgres.newDatabase();
    await (await openTestPostgres(database)).close();
    for (const sql of filling({ organisations, messages: pending }, 'PostgreSQL')) await query(database, sql);
    await query(database, `UPDATE message SET outcome = 'pending', finished_at_ms = NULL`);
    await query(database, 'UPDATE lane SET due_at_ms = 1');
    await query(database, 'VACUUM ANALYZE');
    const store = await openTestPostgres(database);
    console.log(`\nOverview (${many} endpoints, ${waiting} messages pending, PostgreSQL)`);
    console.log(`  the first one  ${await took(store)} ms`);
    console.log(`  the next one   ${await took(store)} ms`);
    await store.close();
  } finally {
    await postgres.stop();
  }
}

async function took(store: Store): Promise<number> {
  const began = performance.now();
  await store.health.summary(200);
  return Math.round(performance.now() - began);
}
