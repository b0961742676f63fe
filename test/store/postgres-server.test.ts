/** The PostgreSQL that tests and benchmarks run on can be what they need it for: killed, restarted, followed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { Client } from 'pg';
import { query, startPostgres, type Postgres } from '../support/postgres.ts';
import { startStandby } from '../support/postgres/standby.ts';
import { freshDatabase } from '../support/shared-postgres.ts';

async function started(t: TestContext): Promise<Postgres> {
  const postgres = await startPostgres();
  t.after(() => postgres.stop());
  return postgres;
}

test('every database is a new and empty one', async (t) => {
  const [one, other] = [await freshDatabase(t), await freshDatabase(t)];
  await query(one, 'create table calls (id int)');
  await query(other, 'create table calls (id int)');
  assert.deepEqual(await query(other, 'select * from calls'), []);
});

test('what was committed is there after a restart, on the same port', async (t) => {
  const postgres = await started(t);
  const database = await postgres.newDatabase();
  await query(database, 'create table calls as select 1 as id');
  const before = postgres.pid;
  await postgres.restart();
  assert.notEqual(postgres.pid, before);
  assert.deepEqual(await query(database, 'select * from calls'), [{ id: 1 }]);
});

test('a killed server cuts its connections at once and recovers what was committed', async (t) => {
  const postgres = await started(t);
  const database = await postgres.newDatabase();
  await query(database, 'create table calls as select 1 as id');
  const client = new Client(database);
  await client.connect();
  const cut = once(client, 'error');
  postgres.kill();
  assert.match(String(await cut), /terminated unexpectedly/);
  await postgres.start();
  assert.deepEqual(await query(database, 'select * from calls'), [{ id: 1 }]);
});

test('a stopped server leaves nothing behind', async () => {
  const postgres = await startPostgres();
  const { pid, postmaster } = postgres;
  await postgres.stop();
  await postgres.stop();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  assert.equal(existsSync(postmaster.place.folder), false);
});

test('a standby has every commit and takes over when the first server is killed', async (t) => {
  const primary = await started(t);
  const database = await primary.newDatabase();
  await query(database, 'create table calls as select 1 as id');
  const standby = await startStandby(primary);
  t.after(() => standby.stop());
  await query(database, 'insert into calls values (2)');
  primary.kill();
  await standby.promote();
  const there = new URL(database);
  there.port = new URL(standby.url).port;
  assert.deepEqual(await query(there.href, 'insert into calls values (3) returning id'), [{ id: 3 }]);
  assert.deepEqual(await query(there.href, 'select id from calls order by id'), [
    { id: 1 },
    { id: 2 },
    { id: 3 },
  ]);
});

test('while the standby is away, a commit waits for it', async (t) => {
  const primary = await started(t);
  const database = await primary.newDatabase();
  const standby = await startStandby(primary);
  t.after(() => standby.stop());
  standby.kill();
  let committed = false;
  const commit = query(database, 'create table calls as select 1 as id').then(() => (committed = true));
  const waiting = `select 1 from pg_stat_activity where wait_event = 'SyncRep'`;
  while ((await query(primary.url, waiting)).length === 0);
  assert.equal(committed, false);
  await standby.start();
  await commit;
});
