/** Lanes under whatever outcomes: order kept, everything delivered or a dead letter, nothing sent twice at once. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Attempted, Attempter } from '../../src/delivery/attempt.ts';
import { Dispatcher } from '../../src/delivery/dispatcher.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import type { OutboxStore, Store } from '../../src/store/store.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { openTestStore, RULES } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';
import { draft, LEG } from '../store/store-contract.ts';

const DELIVERED: Attempted['outcome'] = { ok: true, statusCode: 204 };
const FAILED: Attempted['outcome'] = {
  ok: false,
  code: 'receiver_error',
  statusCode: 503,
  detail: 'It failed.',
};

interface Sent {
  lane: string;
  id: string;
  body: string;
  ok: boolean;
  atMs: number;
}

interface Bench {
  store: Store;
  clock: FakeClock;
  sent: Sent[];
  /** The most attempts that were under way at once, per lane. */
  mostPerLane: () => number;
  /** How many messages were settled as delivered or dead. */
  ended: () => number;
  dispatcher: Dispatcher;
  stop(): Promise<void>;
}

/** @param outcomeOf decides each attempt, in the order in which they are made */
async function start(
  outcomeOf: (nth: number) => boolean,
  wrap = (outbox: OutboxStore) => outbox,
): Promise<Bench> {
  const store = openTestStore(':memory:', { ...RULES, pauseAfterFailures: 1_000_000 });
  const directory = directoryFor('PJSIP');
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
  );
  const clock = createFakeClock();
  const sent: Sent[] = [];
  const underWay = new Map<string, number>();
  let most = 0;
  const attempter: Attempter = {
    async attempt(_target, { id, body }) {
      const lane = (JSON.parse(body) as { call_id: string }).call_id;
      const count = (underWay.get(lane) ?? 0) + 1;
      underWay.set(lane, count);
      most = Math.max(most, count);
      const ok = outcomeOf(sent.length);
      sent.push({ lane, id, body, ok, atMs: clock.nowMs() });
      await new Promise((resolve) => setImmediate(resolve));
      underWay.set(lane, count - 1);
      return { outcome: ok ? DELIVERED : FAILED, startedAtMs: clock.nowMs(), durationMs: 0, details: {} };
    },
    giveUp: () => {},
    close: async () => {},
  };
  let ended = 0;
  const outbox = wrap(store.outbox);
  const dispatcher = new Dispatcher({
    outbox: {
      ...outbox,
      async settle(settlements, nowMs) {
        const lost = await outbox.settle(settlements, nowMs);
        ended += settlements.filter(({ next }) => next.kind !== 'later').length;
        return lost;
      },
    },
    attempter,
    clock,
    random: () => 0.5,
    log: createLogger('silent'),
    limits: { total: 8, perEndpoint: 8 },
    graceMs: 1_000,
  });
  const stopping = new AbortController();
  const running = dispatcher.run(stopping.signal);
  return {
    store,
    clock,
    sent,
    mostPerLane: () => most,
    ended: () => ended,
    dispatcher,
    async stop() {
      stopping.abort();
      await running;
      await store.close();
    },
  };
}

async function pending(store: Store): Promise<{ pending: number; delivered: number; dead: number }> {
  const { endpoints } = await store.health.overview();
  return endpoints[0]!;
}

test('whatever the outcomes, each lane keeps its order and ends delivered or dead', async () => {
  const lanes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 });
  const outcomes = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(lanes, outcomes, fc.boolean(), async (sizes, script, thenAll) => {
      const bench = await start((nth) => script[nth] ?? thenAll);
      const messages = sizes.flatMap((size, lane) =>
        Array.from({ length: size }, (_, i) => draft(`${lane}-${i + 1}`, `call-${lane}`)),
      );
      await bench.store.calls.commit([{ leg: LEG, messages }], 0);
      bench.dispatcher.wake();
      await bench.clock.runUntil(() => bench.ended() === messages.length);

      assert.equal(bench.mostPerLane(), 1, 'one attempt at a time in a lane');
      for (const [lane, ofLane] of Map.groupBy(bench.sent, (sent) => sent.lane)) {
        const firsts = ofLane.filter((one, index) => ofLane.findIndex(({ id }) => id === one.id) === index);
        assert.deepEqual(
          firsts.map(({ id }) => id),
          firsts.map((_, i) => `${lane.slice(5)}-${i + 1}`),
        );
        for (const [index, { id, ok }] of ofLane.entries()) {
          if (ok) assert.ok(!ofLane.slice(index + 1).some((later) => later.id === id), 'delivered once');
        }
        assert.equal(
          new Set(ofLane.map(({ id, body }) => id + body)).size,
          firsts.length,
          'the same bytes each time',
        );
      }
      const state = await pending(bench.store);
      const delivered = bench.sent.filter(({ ok }) => ok).length;
      assert.deepEqual([state.delivered, state.dead], [delivered, messages.length - delivered]);
      await bench.stop();
    }),
    { numRuns: 25 },
  );
});

test('a message that fails for three days is a dead letter, and the next of its lane goes out', async () => {
  const bench = await start((nth) => nth >= 20);
  await bench.store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
  bench.dispatcher.wake();
  await bench.clock.runUntil(() => bench.sent.some(({ id, ok }) => id === 'b' && ok));
  const hours = (bench.sent.findLast(({ id }) => id === 'a')!.atMs - bench.sent[0]!.atMs) / 3_600_000;
  assert.ok(bench.sent.some(({ id, ok }) => id === 'a' && ok) || (hours > 60 && hours < 84), `${hours} h`);
  await bench.stop();
});

test('while outcomes cannot be stored nothing of the lane is sent again, and then it goes on', async () => {
  let failures = 3;
  const bench = await start(
    () => true,
    (outbox) => ({
      ...outbox,
      async settle(settlements, nowMs) {
        if (failures-- > 0) throw new Error('database or disk is full');
        return outbox.settle(settlements, nowMs);
      },
    }),
  );
  await bench.store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
  bench.dispatcher.wake();
  await bench.clock.runUntil(() => bench.sent.length === 2);
  assert.deepEqual(
    bench.sent.map(({ id }) => id),
    ['a', 'b'],
  );
  await bench.stop();
});

test('one lane that fails does not hold up the others', async () => {
  const bench = await start((nth) => nth > 0);
  await bench.store.calls.commit(
    [{ leg: LEG, messages: [draft('a'), draft('b', 'call-2'), draft('c', 'call-2')] }],
    0,
  );
  bench.dispatcher.wake();
  await bench.clock.runUntil(() => bench.sent.length === 4);
  assert.deepEqual(
    bench.sent.map(({ id }) => id),
    ['a', 'b', 'c', 'a'],
  );
  assert.equal(bench.sent[2]?.atMs, bench.sent[0]?.atMs, 'at once, without waiting for the failed one');
  await bench.stop();
});

test('a stop ends also while the database takes nothing back', async () => {
  const bench = await start(
    () => false,
    (outbox) => ({
      ...outbox,
      settle: () => Promise.reject(new Error('the database is away')),
      release: () => Promise.reject(new Error('the database is away')),
    }),
  );
  await bench.store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b', 'call-2')] }], 0);
  bench.dispatcher.wake();
  await bench.clock.runUntil(() => bench.sent.length === 2);
  let stopped = false;
  void bench.stop().then(() => (stopped = true));
  await bench.clock.runUntil(() => stopped);
});
