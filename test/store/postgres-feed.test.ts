/** The feed among many nodes: transactions end in another order than they began. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Client } from 'pg';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Store } from '../../src/store/store.ts';
import { needsPostgres } from '../support/needs.ts';
import { databaseOf, openAlone, openBeside } from '../support/postgres-stores.ts';
import { directoryFor } from '../support/transcripts.ts';
import { rest, settleAll, told } from './feed-contract.ts';

const NOW_MS = Date.now();
const FILE = `INSERT INTO feed (organisation_id, entry) VALUES ('acme', $1)`;

async function twoNodes(t: TestContext): Promise<[Store, Store]> {
  const one = await openAlone();
  const empty = { sources: [], organisations: [] };
  await one.directory.write(planChanges(empty, directoryFor('PJSIP'), { prune: false }).changes);
  const other = await openBeside(one);
  t.after(() => Promise.all([one.close(), other.close()]));
  return [one, other];
}

/** A connection of its own, for a transaction that takes its time. */
async function session(t: TestContext, store: Store): Promise<Client> {
  const client = new Client({ connectionString: databaseOf(store) });
  await client.connect();
  t.after(() => client.end());
  return client;
}

const entry = (messageId: string) =>
  JSON.stringify([{ kind: 'message', atMs: NOW_MS, messageId, endpointId: 'crm', body: '{}' }]);

test('each node tells what all nodes did', needsPostgres(), async (t) => {
  const [one, other] = await twoNodes(t);
  const place = await one.feed.begin('acme', NOW_MS);
  await one.calls.commit([told('a', 'call-1')], NOW_MS);
  await settleAll(other, NOW_MS);
  const expected = ['step call-1', 'message a', 'attempt a 1 delivered', 'delivered a'];
  assert.deepEqual((await rest(other, place)).words, expected);
  assert.deepEqual((await rest(one, place)).words, expected);
});

test(
  'what began first and is committed last is neither missed nor told twice, from any place, on any node',
  needsPostgres(),
  async (t) => {
    const [one, other] = await twoNodes(t);
    const [slow, slower, strange] = await Promise.all([session(t, one), session(t, one), session(t, one)]);
    const place = await one.feed.begin('acme', NOW_MS);
    // A transaction of somebody else that does not end: nothing waits for it.
    await strange.query('BEGIN; SELECT pg_current_xact_id()');
    for (const [client, name] of [
      [slow, 'slow'],
      [slower, 'slower'],
    ] as const) {
      await client.query('BEGIN');
      await client.query(FILE, [entry(name)]);
    }
    await one.calls.commit([told('a', 'call-1')], NOW_MS);
    const before = await rest(one, place);
    assert.deepEqual(before.words, ['step call-1', 'message a']);
    const between = (await one.feed.after('acme', place, NOW_MS))!.items[0]!.place;

    await slow.query('COMMIT');
    await one.calls.commit([told('b', 'call-2')], NOW_MS);
    const after = await rest(other, before.place);
    assert.deepEqual(after.words, ['message slow', 'step call-2', 'message b']);
    // From among the events of the first reading: the rest of that, then what came later, of the lower id.
    assert.deepEqual((await rest(other, between)).words, ['message a', ...after.words]);

    await slower.query('COMMIT');
    assert.deepEqual((await rest(one, after.place)).words, ['message slower']);
    assert.deepEqual((await rest(one, before.place)).words, [
      'message slow',
      'message slower',
      'step call-2',
      'message b',
    ]);
    await strange.query('ROLLBACK');
  },
);

test(
  'a commit that did not see anybody listen is over before the feed begins',
  needsPostgres(),
  async (t) => {
    const [one] = await twoNodes(t);
    const slow = await session(t, one);
    await slow.query('BEGIN');
    await slow.query('SELECT * FROM feed_watch');
    let begun = false;
    const beginning = one.feed.begin('acme', NOW_MS).then((place) => {
      begun = true;
      return place;
    });
    // Whoever comes now sees that somebody listens, and is not waited for.
    const watched = async () => (await slow.query('SELECT 1 FROM feed_watch')).rowCount === 1;
    while (!(await watched()));
    await one.calls.commit([told('a', 'call-1')], NOW_MS);
    assert.equal(begun, false);
    await slow.query('COMMIT');
    assert.deepEqual((await rest(one, await beginning)).words, []);
  },
);

test('many nodes at once: every listener hears every message once', needsPostgres(), async (t) => {
  const [one, other] = await twoNodes(t);
  const begun = await one.feed.begin('acme', NOW_MS);
  const commits = (store: Store, name: string) =>
    Array.from({ length: 60 }, (_, nth) =>
      store.calls.commit([told(`${name}-${nth}`, `${name}-${nth}`)], NOW_MS),
    );
  let isOver = false;
  const listen = async (store: Store) => {
    const heard: string[] = [];
    let place = begun;
    for (let last = false; !last;) {
      last = isOver;
      const read = await rest(store, place);
      heard.push(...read.words);
      ({ place } = read);
    }
    return heard;
  };
  const listening = [listen(one), listen(other)];
  await Promise.all([...commits(one, 'x'), ...commits(other, 'y')]);
  isOver = true;
  for (const heard of await Promise.all(listening)) {
    assert.equal(heard.length, 240);
    assert.equal(new Set(heard).size, 240);
  }
});
