/** What only several nodes on one database show: nobody's lane is another's, and nothing waits for a node that is gone. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Claim, Settlement, Store } from '../../src/store/store.ts';
import { LeaseLost } from '../../src/store/leases.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import { needsPostgres } from '../support/needs.ts';
import { openAlone, openBeside, select } from '../support/postgres-stores.ts';
import { newDatabase } from '../support/shared-postgres.ts';
import { openTestPostgres, RULES } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';
import { draft, LEG } from './store-contract.ts';

const NEEDS = needsPostgres();
const ALL = { total: 1_000, perEndpoint: () => 1_000 };

/** Two nodes on one database with an organisation. */
async function twoNodes(prove: (one: Store, other: Store) => Promise<void>): Promise<void> {
  const one = await openAlone();
  const other = await openBeside(one);
  try {
    const nothing = { sources: [], organisations: [] };
    await one.directory.write(planChanges(nothing, directoryFor('PJSIP'), { prune: false }).changes);
    await prove(one, other);
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}

function delivered(claim: Claim, startedAtMs: number): Settlement {
  const { laneId, token, messageId, organisationId, endpoint } = claim;
  return {
    laneId,
    token,
    messageId,
    organisationId,
    endpointId: endpoint.id,
    attempt: { startedAtMs, durationMs: 1, outcome: 'delivered', statusCode: 204 },
    next: { kind: 'delivered' },
    signal: { kind: 'answered' },
  };
}

test(
  'two nodes deliver together: no lane is held by both, each keeps its order, everything arrives once',
  NEEDS,
  () =>
    twoNodes(async (one, other) => {
      const LANES = 200;
      const DEEP = 10;
      for (let deep = 0; deep < DEEP; deep += 1) {
        const messages = Array.from({ length: LANES }, (_, lane) => draft(`${lane}-${deep}`, `call-${lane}`));
        await one.calls.commit([{ leg: LEG, messages }], 0);
      }
      const held = new Set<number>();
      const arrived: string[] = [];
      const shares = [0, 0];
      const work = async (store: Store, share: 0 | 1) => {
        while (arrived.length < LANES * DEEP) {
          const claims = await store.outbox.claim(10, { total: 40, perEndpoint: () => 40 });
          if (claims.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
          for (const { laneId } of claims) {
            assert.ok(!held.has(laneId), 'nobody else has it');
            held.add(laneId);
          }
          // In several settlements at once, as attempts end.
          await Promise.all(
            claims.map(async (claim, i) => {
              for (let turn = 0; turn < i % 4; turn += 1)
                await new Promise((resolve) => setImmediate(resolve));
              arrived.push(claim.messageId);
              held.delete(claim.laneId);
              assert.deepEqual(await store.outbox.settle([delivered(claim, 10)], 10), []);
            }),
          );
          shares[share] = (shares[share] ?? 0) + claims.length;
        }
      };
      await Promise.all([work(one, 0), work(other, 1)]);
      assert.equal(new Set(arrived).size, LANES * DEEP);
      assert.equal(arrived.length, LANES * DEEP);
      for (const [lane, ids] of Map.groupBy(arrived, (id) => id.split('-')[0]!)) {
        assert.deepEqual(
          ids,
          Array.from({ length: DEEP }, (_, deep) => `${lane}-${deep}`),
        );
      }
      assert.ok(Math.min(...shares) > LANES, `both had their share: ${shares.join(', ')}`);
      const [crm] = (await one.health.overview()).endpoints;
      assert.deepEqual([crm?.delivered, crm?.pending], [LANES * DEEP, 0]);
    }),
);

test('a claim that lapses is the other node’s, and the late outcome of the first is only logged', NEEDS, () =>
  twoNodes(async (one, other) => {
    await one.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [first] = await one.outbox.claim(1, ALL);
    assert.ok(first!.lapsesAtMs < 1 + RULES.claimMs, 'its holder stops before others take over');
    assert.deepEqual(await other.outbox.claim(RULES.claimMs, ALL), []);
    const [second] = await other.outbox.claim(1 + RULES.claimMs, ALL);
    assert.equal(second?.messageId, 'a');
    assert.deepEqual(await one.outbox.settle([delivered(first!, 2)], 5_100), ['a']);
    assert.equal((await one.health.overview()).endpoints[0]?.pending, 1);
    assert.deepEqual(await other.outbox.settle([delivered(second, 5_002)], 5_200), []);
    const attempts = await select(one, 'SELECT number, started_at_ms FROM attempt ORDER BY number');
    assert.deepEqual(
      attempts.map((row) => [row['number'], Number(row['started_at_ms'])]),
      [
        [1, 2],
        [2, 5_002],
      ],
    );
    assert.equal((await one.health.overview()).endpoints[0]?.delivered, 1);
  }),
);

test('a claim that nobody takes over is settled, however late', NEEDS, () =>
  twoNodes(async (one) => {
    await one.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [claim] = await one.outbox.claim(1, ALL);
    assert.deepEqual(await one.outbox.settle([delivered(claim!, 2)], 1_000_000), []);
  }),
);

test('an outcome that is settled twice, because the first answer got lost, counts once', NEEDS, () =>
  twoNodes(async (one) => {
    await one.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
    const [claim] = await one.outbox.claim(1, ALL);
    await one.outbox.settle([delivered(claim!, 2)], 3);
    assert.deepEqual(await one.outbox.settle([delivered(claim!, 2)], 4), []);
    assert.equal((await select(one, 'SELECT * FROM attempt')).length, 1);
    assert.equal((await one.health.overview()).endpoints[0]?.delivered, 1);
  }),
);

test('attempts at once are counted over all nodes', NEEDS, () =>
  twoNodes(async (one, other) => {
    const [acme] = directoryFor('PJSIP').organisations;
    const endpoint = { ...acme!.endpoints[0]!, delivery: { maxAtOnce: 3 } };
    await one.directory.write([{ do: 'put-endpoint', is: 'changed', organisationId: 'acme', endpoint }]);
    const messages = Array.from({ length: 20 }, (_, i) => draft(`a${i}`, `call-${i}`));
    await one.calls.commit([{ leg: LEG, messages }], 0);
    const first = await one.outbox.claim(1, { total: 2, perEndpoint: () => 2 });
    assert.equal(first.length, 2);
    const second = await other.outbox.claim(1, ALL);
    assert.equal(second.length, 1);
    assert.deepEqual(await other.outbox.claim(2, ALL), []);
    assert.equal(await other.outbox.nextDueAtMs(), 1 + RULES.claimMs);
    await one.outbox.settle([delivered(first[0]!, 1)], 3);
    assert.equal((await other.outbox.claim(4, ALL)).length, 1);
    await one.outbox.release([first[1]!]);
    assert.equal((await other.outbox.claim(5, ALL)).length, 1);
  }),
);

test('an endpoint that one node has no room for is left to the other, and not looked at again', NEEDS, () =>
  twoNodes(async (one, other) => {
    const messages = Array.from({ length: 6 }, (_, i) => draft(`a${i}`, `call-${i}`));
    await one.calls.commit([{ leg: LEG, messages }], 0);
    const two = { total: 100, perEndpoint: () => 2 };
    const mine = await one.outbox.claim(1, two);
    assert.equal(mine.length, 2);
    assert.equal(await one.outbox.nextDueAtMs(), 1 + RULES.claimMs, 'nothing for it before a claim lapses');
    assert.equal(await other.outbox.nextDueAtMs(), 1);
    assert.deepEqual(await one.outbox.claim(2, { total: 100, perEndpoint: () => 0 }), []);
    assert.equal((await other.outbox.claim(2, two)).length, 2);
    await one.outbox.settle([delivered(mine[0]!, 1)], 3);
    assert.equal((await one.outbox.claim(3, { total: 100, perEndpoint: () => 1 })).length, 1);
  }),
);

test('several nodes may start on an empty database at once', NEEDS, async () => {
  const database = await newDatabase();
  const stores = await Promise.all(Array.from({ length: 4 }, () => openTestPostgres(database)));
  assert.deepEqual(await Promise.all(stores.map((store) => store.directory.revision())), [0, 0, 0, 0]);
  await Promise.all(stores.map((store) => store.close()));
  const again = await openTestPostgres(database);
  await again.close();
  await again.close();
});

test('what one node stores wakes the others, and not itself', NEEDS, () =>
  twoNodes(async (one, other) => {
    const woken = { one: 0, other: Promise.withResolvers<void>() };
    // Listening itself wakes once, for what was stored before.
    const listening = { one: Promise.withResolvers<void>(), other: Promise.withResolvers<void>() };
    const stop = [
      one.outbox.listen(() => {
        woken.one += 1;
        listening.one.resolve();
      }),
      other.outbox.listen(() => {
        listening.other.resolve();
        woken.other.resolve();
      }),
    ];
    await Promise.all([listening.one.promise, listening.other.promise]);
    woken.one = 0;
    woken.other = Promise.withResolvers();
    const began = performance.now();
    await one.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    await woken.other.promise;
    assert.ok(performance.now() - began < 900, 'by the notification, not by the look of every second');
    assert.ok(woken.one <= 1);
    for (const deafen of stop) deafen();
  }),
);

test('what was read under a lease that another node has taken is refused, whole', NEEDS, () =>
  twoNodes(async (one, other) => {
    const mine = await one.leases.hold('source/pbx', 1_000, 0);
    assert.equal(await other.leases.hold('source/pbx', 1_000, 999), undefined);
    const theirs = await other.leases.hold('source/pbx', 1_000, 1_000);
    assert.equal(theirs?.term, mine!.term + 1);
    const change = { leg: LEG, messages: [draft('a')] };
    await assert.rejects(
      one.calls.commit([change], 1_001, [mine!]),
      (error) => error instanceof LeaseLost && error.lost[0] === 'source/pbx',
    );
    assert.deepEqual(await one.calls.openLegs('pbx'), []);
    assert.deepEqual(await one.outbox.claim(1_002, ALL), []);
    assert.equal((await other.calls.commit([change], 1_003, [theirs])).length, 1);
    await one.leases.release('source/pbx');
    assert.equal((await one.leases.held('source/', 1_004)).length, 1, 'only its holder lets go of it');
  }),
);

test('two nodes commit to the same calls and settle them: numbers have no gap, nothing is left', NEEDS, () =>
  twoNodes(async (one, other) => {
    const commits = async (store: Store, name: string) => {
      for (let i = 0; i < 40; i += 1) {
        const calls = [5, 3, 1, 4, 2].map((call) => (call + i) % 7);
        const messages = calls.map((call) => draft(`${name}-${i}-${call}`, `call-${call}`));
        await store.calls.commit([{ leg: { ...LEG, leg: name }, messages }], 1);
      }
    };
    const committing = new AbortController();
    const settles = async (store: Store) => {
      while (!committing.signal.aborted || (await store.outbox.nextDueAtMs()) !== undefined) {
        const claims = await store.outbox.claim(2, ALL);
        await Promise.all(claims.map((claim) => store.outbox.settle([delivered(claim, 2)], 2)));
      }
    };
    const committed = Promise.all([commits(one, 'one'), commits(other, 'other')]).finally(() =>
      committing.abort(),
    );
    await Promise.all([committed, settles(one), settles(other)]);
    const lanes = await select(
      one,
      `SELECT lane.last_seq, count(*)::int AS messages, max(seq) AS most FROM lane
       JOIN message ON message.lane_id = lane.id AND outcome = 'delivered' GROUP BY lane.id`,
    );
    assert.equal(lanes.length, 7);
    let sum = 0;
    for (const { last_seq, messages, most } of lanes) {
      assert.deepEqual([messages, most], [last_seq, last_seq]);
      sum += Number(messages);
    }
    assert.equal(sum, 400);
  }),
);
