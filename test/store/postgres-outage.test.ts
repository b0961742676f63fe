/** PostgreSQL goes away in the middle: restarted, killed, cut off, replaced by its standby. Nothing is lost. */
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { planChanges } from '../../src/policy/directory-changes.ts';
import { CallhookError } from '../../src/runtime/errors.ts';
import type { Claim, Store } from '../../src/store/store.ts';
import { startCuttingProxy } from '../support/cutting-proxy.ts';
import { needsOwnPostgres } from '../support/needs.ts';
import { query, startPostgres, type Postgres } from '../support/postgres.ts';
import { startStandby } from '../support/postgres/standby.ts';
import { openTestPostgres } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';
import { draft, LEG } from './store-contract.ts';

const NEEDS = needsOwnPostgres();
const ALL = { total: 1_000, perEndpoint: () => 1_000 };

let started: Promise<Postgres> | undefined;
after(async () => (await started)?.stop());
/** One that these tests mistreat one after the other. */
const server = () => (started ??= startPostgres());

async function fill(store: Store): Promise<Store> {
  const nothing = { sources: [], organisations: [] };
  await store.directory.write(planChanges(nothing, directoryFor('PJSIP'), { prune: false }).changes);
  return store;
}

/** As all callers of the store do: again, until it works. @returns how often it failed before */
async function insist<T>(call: () => Promise<T>): Promise<{ result: T; failures: unknown[] }> {
  const failures: unknown[] = [];
  for (;;) {
    try {
      return { result: await call(), failures };
    } catch (error) {
      failures.push(error);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const settle = (store: Store, claims: readonly Claim[]) =>
  store.outbox.settle(
    claims.map(({ laneId, token, messageId, organisationId, endpoint }) => ({
      laneId,
      token,
      messageId,
      organisationId,
      endpointId: endpoint.id,
      attempt: { startedAtMs: 1, durationMs: 1, outcome: 'delivered' },
      next: { kind: 'delivered' },
      signal: { kind: 'answered' },
    })),
    2,
  );

function isUnavailable(error: unknown): error is CallhookError {
  return error instanceof CallhookError && error.code === 'DATABASE_UNAVAILABLE';
}

test('after a restart of the server all goes on by itself', NEEDS, async () => {
  const postgres = await server();
  const store = await fill(await openTestPostgres(await postgres.newDatabase()));
  await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
  const restarted = postgres.restart();
  const { failures } = await insist(() => store.calls.commit([{ leg: LEG, messages: [draft('b')] }], 0));
  for (const failure of failures) assert.ok(isUnavailable(failure), String(failure));
  await restarted;
  const { result: claims } = await insist(() => store.outbox.claim(1, ALL));
  assert.deepEqual(
    claims.map(({ messageId }) => messageId),
    ['a'],
  );
  await insist(() => settle(store, claims));
  assert.equal((await store.outbox.claim(2, ALL))[0]?.messageId, 'b');
  await store.close();
});

test('a server that is killed in a burst has lost nothing that was committed', NEEDS, async () => {
  const postgres = await server();
  const url = await postgres.newDatabase();
  const [one, other] = [await fill(await openTestPostgres(url)), await openTestPostgres(url)];
  const promised: string[] = [];
  const over = new AbortController();
  const burst = async (store: Store, name: string) => {
    for (let i = 0; !over.signal.aborted; i += 1) {
      const id = `${name}-${i}`;
      const messages = [draft(id, `call-${name}-${i % 5}`)];
      await insist(() => store.calls.commit([{ leg: { ...LEG, leg: name }, messages }], 0));
      promised.push(id);
    }
  };
  const bursts = [burst(one, 'one'), burst(other, 'other')];
  const grown = async (by: number) => {
    for (const enough = promised.length + by; promised.length < enough;)
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  for (let kills = 0; kills < 2; kills += 1) {
    await grown(50);
    postgres.kill();
    await postgres.start();
  }
  await grown(50);
  over.abort();
  await Promise.all(bursts);

  const arrived: string[] = [];
  for (let claims: readonly Claim[]; (claims = await one.outbox.claim(2, ALL)).length > 0;) {
    arrived.push(...claims.map(({ messageId }) => messageId));
    assert.deepEqual(await settle(one, claims), []);
  }
  assert.deepEqual(arrived.toSorted(), promised.toSorted());
  for (const [call, ids] of Map.groupBy(arrived, (id) => callOf(id))) {
    assert.deepEqual(
      ids,
      promised.filter((id) => callOf(id) === call),
    );
  }
  await Promise.all([one.close(), other.close()]);
});

function callOf(id: string): string {
  const [name, i] = id.split('-');
  return `${name}-${Number(i) % 5}`;
}

test('a commit whose answer is lost is repeated without harm', NEEDS, async () => {
  const postgres = await server();
  const proxy = await startCuttingProxy(await postgres.newDatabase());
  const store = await fill(await openTestPostgres(proxy.url));
  const changes = [{ leg: LEG, messages: [draft('a'), draft('b')] }];
  const cut = proxy.loseNextCommit();
  await assert.rejects(store.calls.commit(changes, 0), isUnavailable);
  await cut;
  assert.deepEqual(await store.calls.commit(changes, 0), [], 'it had been kept');
  const [next] = await store.calls.commit([{ leg: LEG, messages: [draft('c')] }], 0);
  assert.equal(next?.seqNum, 3);

  const claims = await store.outbox.claim(1, ALL);
  const cutAgain = proxy.loseNextCommit();
  await assert.rejects(settle(store, claims), isUnavailable);
  await cutAgain;
  assert.deepEqual(await settle(store, claims), []);
  assert.equal((await store.health.overview()).endpoints[0]?.delivered, 1);
  await store.close();
  await proxy.close();
});

test('the ear comes back by itself after the connection was lost', NEEDS, async () => {
  const postgres = await server();
  const url = await postgres.newDatabase();
  const [one, other] = [await fill(await openTestPostgres(url)), await openTestPostgres(url)];
  let heardOf = Promise.withResolvers<void>();
  const stop = other.outbox.listen(() => heardOf.resolve());
  const listeners = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()`;
  const heard = async () => {
    while ((await query(url, listeners)).length === 0)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await heard();
  await postgres.restart();
  await heard();
  heardOf = Promise.withResolvers();
  await insist(() => one.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0));
  await heardOf.promise;
  stop();
  await Promise.all([one.close(), other.close()]);
});

test('of several hosts the one that takes changes is found, also after it has changed', NEEDS, async () => {
  const primary = await startPostgres();
  const database = await primary.newDatabase();
  const standby = await startStandby(primary);
  try {
    const [first, second] = [new URL(primary.url), new URL(standby.url)];
    const hosts = `127.0.0.1:1,${second.host},${first.host}`;
    const store = await fill(
      await openTestPostgres(`postgresql://postgres:secretword@${hosts}${new URL(database).pathname}`),
    );
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    primary.kill();
    // The first one still had a connection.
    await assert.rejects(store.directory.revision(), isUnavailable);
    await assert.rejects(store.directory.revision(), (error) => {
      assert.ok(isUnavailable(error));
      assert.match(error.message, /standby/);
      assert.doesNotMatch(error.message, /secretword/);
      return true;
    });
    await standby.promote();
    await insist(() => store.calls.commit([{ leg: LEG, messages: [draft('b')] }], 0));
    assert.deepEqual(
      (await store.outbox.claim(1, ALL)).map(({ messageId }) => messageId),
      ['a'],
    );
    await store.close();
  } finally {
    await Promise.all([standby.stop(), primary.stop()]);
  }
});

test('a database that cannot be used is told with what to do, without the password', NEEDS, async () => {
  const postgres = await server();
  const here = new URL(postgres.url);
  here.password = 'secretword';
  const told = async (change: (url: URL) => void) => {
    const url = new URL(here);
    change(url);
    try {
      await openTestPostgres(url.href);
    } catch (error) {
      assert.ok(isUnavailable(error), String(error));
      assert.doesNotMatch(`${error.message} ${error.stack}`, /secretword/);
      return error.message;
    }
    return 'it was opened';
  };
  assert.match(await told((url) => (url.port = '1')), /127\.0\.0\.1:1.*Is PostgreSQL running/);
  assert.match(await told((url) => (url.pathname = '/none')), /no such database.*createdb/);
  assert.match(await told((url) => (url.username = 'nobody')), /refuses this login/);
  assert.match(
    await told((url) => (url.hostname = 'no-such-host.invalid')),
    /no such host|cannot be resolved/,
  );
  assert.match(await told((url) => url.searchParams.set('sslmode', 'require')), /does not speak TLS/);
});

test('a database of a newer version is refused and left as it is', NEEDS, async () => {
  const postgres = await server();
  const url = await postgres.newDatabase();
  await (await openTestPostgres(url)).close();
  await query(url, 'UPDATE schema_version SET version = 99');
  await assert.rejects(
    openTestPostgres(url),
    (error) => error instanceof CallhookError && error.code === 'DATABASE_NEWER',
  );
});

test('the time is the database’s', NEEDS, async () => {
  const postgres = await server();
  const url = await postgres.newDatabase();
  const store = await openTestPostgres(url);
  const [row] = await query(url, 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms');
  assert.ok(Math.abs(store.nowMs() - Number(row?.['at_ms'])) < 500);
  await store.close();
});
