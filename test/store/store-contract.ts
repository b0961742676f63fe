/**
 * The store's contract: every backend must pass it. Each behaviour is named; a backend's test file calls
 * `storeContract` with how to open it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { AttemptRecord, DraftMessage, NextStep, OpenLeg, Store } from '../../src/store/store.ts';
import { directoryFor } from '../support/transcripts.ts';

export interface Backend {
  name: string;
  /** A fresh, empty store. */
  open(): Promise<Store>;
  /** The same database again, as after a restart. The store given is not used any more. */
  reopen(store: Store): Promise<Store>;
}

const ATTEMPT: AttemptRecord = { startedAtMs: 1, durationMs: 2, outcome: 'delivered', statusCode: 204 };
const ALL = { total: 1_000, perEndpoint: 1_000 };

export const LEG: OpenLeg = {
  sourceId: 'pbx',
  leg: 'pbx1-1.1',
  organisationId: 'acme',
  callId: 'call-1',
  branchId: 'branch-1.',
  progress: { state: 'EARLY', answered: false, atMs: 1_000 },
  direction: 'INCOMING',
  person: { userId: 'matti', email: 'matti@acme.example', numbers: ['+358942721001'], extensions: ['1001'] },
  deviceType: 'SOFT',
  localNumber: '+358942721001',
  remoteNumber: '+358409401234',
};

export function draft(messageId: string, callId = 'call-1', endpointId = 'crm'): DraftMessage {
  const event: OutwardEvent = {
    call_id: callId,
    branch_id: 'branch-1.',
    timestamp: '2026-11-23T00:00:00.000+00:00',
    state: 'EARLY',
    direction: 'INCOMING',
  };
  return { messageId, organisationId: 'acme', endpointId, event };
}

export function storeContract(backend: Backend): void {
  const behaviour = (
    sentence: string,
    prove: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
  ) =>
    test(`${backend.name}: ${sentence}`, async () => {
      let store = await backend.open();
      const directory = directoryFor('PJSIP');
      const [acme] = directory.organisations;
      const second = { ...acme!.endpoints[0]!, id: 'erp' };
      const filled = { ...directory, organisations: [{ ...acme!, endpoints: [...acme!.endpoints, second] }] };
      const empty = { sources: [], organisations: [] };
      await store.directory.write(planChanges(empty, filled, { prune: false }).changes);
      try {
        await prove(store, async () => (store = await backend.reopen(store)));
      } finally {
        await store.close();
      }
    });

  const settle = (
    store: Store,
    claim: { laneId: number; messageId: string },
    next: NextStep,
    nowMs: number,
  ) =>
    store.outbox.settle(
      [{ laneId: claim.laneId, messageId: claim.messageId, organisationId: 'acme', attempt: ATTEMPT, next }],
      nowMs,
    );

  behaviour('messages of a call are numbered per endpoint in commit order', async (store) => {
    const committed = await store.calls.commit(
      [
        { leg: LEG, messages: [draft('a'), draft('b', 'call-1', 'erp'), draft('c'), draft('d', 'call-2')] },
        { leg: LEG, messages: [draft('e')] },
      ],
      0,
    );
    assert.deepEqual(
      committed.map(({ messageId, seqNum }) => [messageId, seqNum]),
      [
        ['a', 1],
        ['b', 1],
        ['c', 2],
        ['d', 1],
        ['e', 3],
      ],
    );
    assert.match(committed[2]!.body, /^\{"seq_num":2,"call_id":"call-1",/);
  });

  behaviour('a message that is already there is not stored again and takes no number', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const again = await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
    assert.deepEqual(
      again.map(({ messageId, seqNum }) => [messageId, seqNum]),
      [['b', 2]],
    );
  });

  behaviour(
    'an open leg is remembered whole over a restart, and forgotten when it ends',
    async (store, reopen) => {
      await store.calls.commit([{ leg: LEG, messages: [] }], 0);
      const again = await reopen();
      assert.deepEqual(await again.calls.openLegs('pbx'), [LEG]);
      assert.deepEqual(await again.calls.openLegs('another'), []);
      assert.deepEqual(await again.calls.sourcesWithLegs(), ['pbx']);
      const ended: OpenLeg = { ...LEG, progress: { state: 'TERMINATED', answered: false, atMs: 2_000 } };
      await again.calls.commit([{ leg: ended, messages: [] }], 0);
      assert.deepEqual(await again.calls.openLegs('pbx'), []);
    },
  );

  behaviour('a leg’s call never changes after its first commit', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [] }], 0);
    await store.calls.commit([{ leg: { ...LEG, callId: 'call-9' }, messages: [] }], 0);
    assert.equal((await store.calls.openLegs('pbx'))[0]?.callId, 'call-1');
  });

  behaviour('a commit is kept whole or not at all', async (store) => {
    const broken = { ...draft('b'), event: undefined as unknown as OutwardEvent };
    await assert.rejects(store.calls.commit([{ leg: LEG, messages: [draft('a'), broken] }], 0));
    assert.deepEqual(await store.calls.openLegs('pbx'), []);
    assert.deepEqual(await store.outbox.claim(1, ALL), []);
  });

  behaviour('only the head of a lane is given out, and only once', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b'), draft('c', 'call-2')] }], 0);
    const claims = await store.outbox.claim(1, ALL);
    assert.deepEqual(claims.map(({ messageId }) => messageId).toSorted(), ['a', 'c']);
    assert.deepEqual(await store.outbox.claim(1, ALL), []);
    assert.equal(claims[0]?.endpoint.url, 'https://crm.acme.example/calls');
    assert.equal(claims[0]?.endpoint.secret, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  });

  behaviour('after a delivery and after a dead letter the next of the lane is due', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b'), draft('c')] }], 0);
    for (const [messageId, next] of [
      ['a', { kind: 'delivered' }],
      ['b', { kind: 'dead' }],
      ['c', { kind: 'delivered' }],
    ] as const) {
      const [claim] = await store.outbox.claim(5, ALL);
      assert.ok(claim);
      assert.equal(claim.messageId, messageId);
      await settle(store, claim, next, 5);
    }
    assert.deepEqual(await store.outbox.claim(5, ALL), []);
    assert.equal(await store.outbox.nextDueAtMs(), undefined);
  });

  behaviour(
    'a message to be tried later keeps its place, its lane waits, other lanes do not',
    async (store) => {
      await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b'), draft('c', 'call-2')] }], 0);
      const claims = await store.outbox.claim(1, ALL);
      const a = claims.find(({ messageId }) => messageId === 'a')!;
      await settle(store, a, { kind: 'later', dueAtMs: 500 }, 1);
      assert.deepEqual(await store.outbox.claim(499, ALL), []);
      assert.equal(await store.outbox.nextDueAtMs(), 500);
      const [again] = await store.outbox.claim(500, ALL);
      assert.deepEqual([again?.messageId, again?.attemptsMade], ['a', 1]);
    },
  );

  behaviour('a message that joins a waiting lane does not make its head due sooner', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [a] = await store.outbox.claim(1, ALL);
    await settle(store, a!, { kind: 'later', dueAtMs: 500 }, 1);
    await store.calls.commit([{ leg: LEG, messages: [draft('b')] }], 2);
    assert.deepEqual(await store.outbox.claim(3, ALL), []);
  });

  behaviour('a claim that is given back is due as before', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [a] = await store.outbox.claim(1, ALL);
    await store.outbox.release([a!.laneId]);
    const [again] = await store.outbox.claim(1, ALL);
    assert.deepEqual([again?.messageId, again?.attemptsMade], ['a', 0]);
  });

  behaviour(
    'no endpoint gets more claims than its limit, and together not more than the total',
    async (store) => {
      const messages = Array.from({ length: 10 }, (_, i) => [
        draft(`a${i}`, `call-${i}`),
        draft(`b${i}`, `call-${i}`, 'erp'),
      ]).flat();
      await store.calls.commit([{ leg: LEG, messages }], 0);
      const first = await store.outbox.claim(1, { total: 100, perEndpoint: 3 });
      const perEndpoint = Object.groupBy(first, ({ endpoint }) => endpoint.id);
      assert.deepEqual([perEndpoint['crm']?.length, perEndpoint['erp']?.length], [3, 3]);
      assert.deepEqual(await store.outbox.claim(1, { total: 100, perEndpoint: 3 }), []);
      assert.equal((await store.outbox.claim(1, { total: 5, perEndpoint: 100 })).length, 5);
    },
  );

  behaviour('one endpoint’s backlog does not keep another from its turn', async (store) => {
    const backlog = Array.from({ length: 200 }, (_, i) => draft(`a${i}`, `call-${i}`));
    await store.calls.commit([{ leg: LEG, messages: [...backlog, draft('b', 'call-1', 'erp')] }], 0);
    const seen = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      for (const claim of await store.outbox.claim(1, { total: 2, perEndpoint: 2 }))
        seen.add(claim.endpoint.id);
    }
    assert.deepEqual([...seen].toSorted(), ['crm', 'erp']);
  });

  behaviour(
    'what was claimed when the process ended is due again at the next start',
    async (store, reopen) => {
      await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
      const [a] = await store.outbox.claim(1, ALL);
      await settle(store, a!, { kind: 'delivered' }, 1);
      await store.outbox.claim(1, ALL);
      const again = await reopen();
      assert.deepEqual(
        (await again.outbox.claim(1, ALL)).map(({ messageId }) => messageId),
        ['b'],
      );
    },
  );

  behaviour('how things are is told at a glance', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 7);
    const [a] = await store.outbox.claim(8, ALL);
    await settle(store, a!, { kind: 'delivered' }, 9);
    await store.health.sourceState('pbx', { status: 'down', sinceMs: 3, advice: 'Start Asterisk.' });
    const { sources, endpoints } = await store.health.overview();
    assert.deepEqual(sources, [
      { id: 'pbx', status: 'down', sinceMs: 3, advice: 'Start Asterisk.', openLegs: 1 },
    ]);
    const crm = endpoints.find(({ id }) => id === 'crm');
    assert.deepEqual(
      [crm?.pending, crm?.oldestPendingAtMs, crm?.delivered, crm?.dead, crm?.last],
      [1, 7, 1, 0, ATTEMPT],
    );
  });

  behaviour('messages that wait for an endpoint which is removed become dead letters', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b', 'call-1', 'erp')] }], 0);
    await store.directory.write([{ do: 'remove-endpoint', organisationId: 'acme', endpointId: 'crm' }]);
    assert.deepEqual(
      (await store.outbox.claim(1, ALL)).map(({ messageId }) => messageId),
      ['b'],
    );
  });
}
