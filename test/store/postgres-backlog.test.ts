/** How often a long backlog is counted on the shared database. The database is a real one; how long it takes is told. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createBacklog } from '../../src/store/postgres/backlog.ts';
import { needsPostgres } from '../support/needs.ts';
import { query } from '../support/postgres.ts';
import { databaseOf, openAlone } from '../support/postgres-stores.ts';

async function counting(takesMs: number) {
  const store = await openAlone();
  let nowMs = 0;
  let counts = 0;
  let failure: Error | undefined;
  const backlog = createBacklog(
    {
      async query<Row>(sql: string, [organisationId]: readonly unknown[] = []) {
        counts += 1;
        if (failure !== undefined) throw failure;
        const rows = await query(databaseOf(store), sql.replace('$1', `'${String(organisationId)}'`));
        nowMs += takesMs;
        return rows as Row[];
      },
    },
    () => nowMs,
  );
  return {
    backlog,
    counts: () => counts,
    later: (ms: number) => (nowMs += ms),
    fail: (error: Error | undefined) => (failure = error),
    close: () => store.close(),
  };
}

test('what is counted quickly is counted each time', needsPostgres(), async (t) => {
  const { backlog, counts, close } = await counting(20);
  t.after(close);
  assert.deepEqual(await backlog(), []);
  await backlog();
  assert.equal(counts(), 2);
});

test('a count that took a second stands for twenty, and serves all who ask', needsPostgres(), async (t) => {
  const { backlog, counts, later, close } = await counting(1_000);
  t.after(close);
  await Promise.all([backlog(), backlog()]);
  await backlog('acme');
  assert.equal(counts(), 2, 'one organisation is counted for itself');
  later(18_999);
  await Promise.all([backlog(), backlog('acme')]);
  assert.equal(counts(), 2);
  later(1);
  await backlog();
  assert.equal(counts(), 3);
});

test('a count that failed is made again', needsPostgres(), async (t) => {
  const { backlog, counts, fail, close } = await counting(1_000);
  t.after(close);
  fail(new Error('the database is away'));
  await assert.rejects(backlog(), /away/);
  fail(undefined);
  assert.deepEqual(await backlog(), []);
  assert.equal(counts(), 2);
});
