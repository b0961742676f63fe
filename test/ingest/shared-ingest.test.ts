/** Events that any node may receive: whatever the split, the repeats and the nodes, the messages are the same. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { LEG_STATES, type LegEvent } from '../../src/call/leg-event.ts';
import { SharedIngest, type Taken } from '../../src/ingest/shared-ingest.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import type { Store } from '../../src/store/store.ts';
import { assertContract, type Message } from '../support/expectation.ts';
import { fill, postedDirectory } from '../support/http-ingest.ts';
import { needsPostgres } from '../support/needs.ts';
import { openAlone, openBeside, select } from '../support/postgres-stores.ts';
import { KEYS, openTestStore } from '../support/store.ts';

const SOURCE = { id: 'platform', defaultDeviceType: 'DESKTOP' as const };
const clock: Clock = { nowMs: () => 5_000, sleep: () => Promise.resolve() };

function node(store: Store, told: Message[] = []): SharedIngest {
  return new SharedIngest({
    store,
    ids: KEYS.ids,
    clock,
    log: createLogger('silent'),
    committed: (messages) => told.push(...messages.map(({ body }) => JSON.parse(body) as Message)),
  });
}

const take = async (ingest: SharedIngest, events: readonly LegEvent[]): Promise<Taken> =>
  (await ingest.take({ kind: 'legs', source: SOURCE, events }))!;

/** All endpoints want all states, so that nothing that happens stays unseen; of no device it is known what it is. */
function filled(store: Store): Promise<void> {
  const [organisation] = postedDirectory().organisations;
  const endpoints = organisation!.endpoints.map((endpoint) => ({ ...endpoint, states: LEG_STATES }));
  const users = organisation!.users.map((user) => ({
    ...user,
    devices: user.devices.map(({ source, address }) => ({ source, address })),
  }));
  return fill(store, postedDirectory({ endpoints, users }));
}

/** A leg is on one device for its whole life. */
const onDevice = fc.constantFrom(
  { leg: 'a', device: '1001' },
  { leg: 'b', device: '1001' },
  { leg: 'c', device: '1002' },
  { leg: 'd', device: 'trunk' },
);

const wireEvent = fc.record(
  {
    call: fc.constantFrom('call-1', 'call-2'),
    direction: fc.constantFrom('INCOMING' as const, 'OUTGOING' as const),
    state: fc.constantFrom(...LEG_STATES),
    atMs: fc.integer({ min: 1_000, max: 1_005 }),
    ending: fc.constantFrom('ELSEWHERE' as const, 'REFUSED' as const, 'GIVEN_UP' as const),
    userAgent: fc.constantFrom('MicroSIP/3.21.3', 'Grandstream HT802 1.0.49.2', 'a phone of ours'),
  },
  { requiredKeys: ['call', 'direction', 'state', 'atMs', 'ending'] },
);

const legEvent = fc.tuple(wireEvent, onDevice).map(([said, leg]): LegEvent => ({ ...said, ...leg }));

/** Events in batches; an event may be said again at any place behind the first time. */
const posted = fc.array(legEvent, { minLength: 1, maxLength: 25 }).chain((events) =>
  fc.record({
    events: fc.constant(events),
    again: fc.array(fc.record({ nth: fc.nat(events.length - 1), at: fc.nat(60) }), { maxLength: 15 }),
    cuts: fc.array(fc.nat(40), { maxLength: 10 }),
    restarts: fc.array(fc.nat(10), { maxLength: 3 }),
  }),
);

test('any split into batches, any repeats and restarts give the same messages', async () => {
  await fc.assert(
    fc.asyncProperty(posted, async ({ events, again, cuts, restarts }) => {
      const plain = await play([events], []);
      const repeated: { event: LegEvent; nth: number }[] = events.map((event, nth) => ({ event, nth }));
      for (const { nth, at } of again) {
        const first = repeated.findIndex((entry) => entry.nth === nth);
        repeated.splice(Math.max(first + 1, at % (repeated.length + 1)), 0, { event: events[nth]!, nth });
      }
      const batches = split(
        repeated.map(({ event }) => event),
        cuts,
      );
      assert.deepEqual(await play(batches, restarts), plain);
      assertContract(plain);
    }),
    { numRuns: 150 },
  );
});

async function play(batches: readonly (readonly LegEvent[])[], restarts: readonly number[]) {
  const store = openTestStore();
  const messages: Message[] = [];
  try {
    await filled(store);
    let ingest = node(store, messages);
    for (const [index, events] of batches.entries()) {
      if (restarts.includes(index)) ingest = node(store, messages);
      await take(ingest, events);
    }
    return messages;
  } finally {
    await store.close();
  }
}

function split<T>(items: readonly T[], cuts: readonly number[]): T[][] {
  const at = [0, ...cuts.map((cut) => cut % (items.length + 1)), items.length].toSorted((a, b) => a - b);
  return at.slice(1).map((end, i) => items.slice(at[i], end));
}

test('a phone may tell its name with any event of its leg; the first name that says something counts', async () => {
  const told: Message[] = [];
  const store = openTestStore();
  try {
    await filled(store);
    const said = (state: LegEvent['state'], userAgent?: string): LegEvent => ({
      leg: 'a',
      call: 'c',
      device: '1001',
      direction: 'INCOMING',
      state,
      atMs: 1_000,
      ...(userAgent !== undefined && { userAgent }),
    });
    await take(node(store, told), [said('TRYING')]);
    await take(node(store, told), [said('EARLY', 'a phone of ours')]);
    await take(node(store, told), [said('EARLY', 'MicroSIP/3.21.3')]);
    await take(node(store, told), [said('CONFIRMED'), said('CONFIRMED', 'Grandstream HT802 1.0.49.2')]);
    await take(node(store, told), [said('TERMINATED', 'Grandstream HT802 1.0.49.2')]);
    assert.deepEqual(
      told.map((message) => message.device_type),
      ['DESKTOP', 'DESKTOP', 'SOFT', 'SOFT'],
    );
  } finally {
    await store.close();
  }
});

test(
  'events of one leg at two nodes at once: each state once, forward only, one end, and nothing is left open',
  needsPostgres(),
  (t) =>
    withNodes(t, async (stores) => {
      await filled(stores[0]!);
      const nodes = stores.map((store) => node(store));
      const legs = Array.from({ length: 60 }, (_, i) => `leg-${i}`);
      const eventOf = (leg: string, state: LegEvent['state']): LegEvent => ({
        leg,
        call: leg,
        device: '1001',
        direction: 'INCOMING',
        state,
        atMs: 1_000,
      });
      // Every node is told everything, each in another order, all at once.
      const counts: Taken[] = [];
      await Promise.all(
        nodes.flatMap((ingest, which) =>
          LEG_STATES.toSorted(
            (a, b) => ((a.length * (which + 3)) % 7) - ((b.length * (which + 3)) % 7),
          ).flatMap((state) =>
            split(legs, [20, 40]).map(async (some) => {
              counts.push(
                await take(
                  ingest,
                  some.map((leg) => eventOf(leg, state)),
                ),
              );
            }),
          ),
        ),
      );
      const bodies = await select(stores[0]!, 'SELECT body FROM message ORDER BY lane_id, seq');
      const messages = bodies.map((row) => JSON.parse(String(row['body'])) as Message);
      assertContract(messages);
      const ends = messages.filter(({ state }) => state === 'TERMINATED');
      assert.equal(ends.length, legs.length);
      assert.equal(
        counts.reduce((sum, { moved }) => sum + moved, 0),
        messages.length,
      );
      assert.deepEqual(await stores[1]!.calls.openLegs('platform'), []);
    }),
);

test('a leg that one node opens is moved by another, which finds it as it is', needsPostgres(), (t) =>
  withNodes(t, async ([one, other]) => {
    await filled(one!);
    const [here, there] = [node(one!), node(other!)];
    const event = (state: LegEvent['state'], device = '1001'): LegEvent => ({
      leg: 'a',
      call: 'c',
      device,
      direction: 'INCOMING',
      state,
      atMs: 1_000,
      remote: { withheld: false, number: '1002' },
    });
    await take(here, [event('EARLY')]);
    assert.equal((await take(there, [event('CONFIRMED')])).moved, 1);
    assert.equal((await take(here, [event('EARLY'), event('CONFIRMED')])).unchanged, 2);
    // Its device has become somebody else's meanwhile: it stays the leg of who it began with.
    await one!.directory.write([
      { do: 'remove-user', organisationId: 'acme', userId: 'user.1001@acme.example' },
    ]);
    assert.equal((await take(there, [event('TERMINATED')])).moved, 1);
    assert.equal((await take(here, [event('CONFIRMED'), event('TERMINATED')])).moved, 0);
    const list = { kind: 'alive', source: SOURCE, legs: new Set<string>(), atMs: 9_000 } as const;
    await take(here, [{ ...event('EARLY', '1002'), leg: 'b' }]);
    assert.deepEqual(await there.take(list), { moved: 1, unchanged: 0, nobodys: 0, open: 0 });
    const bodies = await select(one!, 'SELECT body FROM message ORDER BY lane_id, seq');
    const messages = bodies.map((row) => JSON.parse(String(row['body'])) as Message);
    assert.deepEqual(
      messages.map((message) => [message.state, message['termination-reason'], message.remote_user_id]),
      [
        ['EARLY', undefined, 'user.1002@acme.example'],
        ['CONFIRMED', undefined, 'user.1002@acme.example'],
        ['TERMINATED', 'HANGUP', 'user.1002@acme.example'],
        ['EARLY', undefined, undefined],
        ['TERMINATED', 'CANCELLED', undefined],
      ],
    );
  }),
);

async function withNodes(t: TestContext, prove: (stores: Store[]) => Promise<void>): Promise<void> {
  const one = await openAlone();
  const other = await openBeside(one);
  t.after(() => Promise.all([one.close(), other.close()]));
  await prove([one, other]);
}
