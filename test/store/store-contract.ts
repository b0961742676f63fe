/**
 * The store's contract: every backend must pass it. Each behaviour is named; a backend's test file calls
 * `storeContract` with how to open it.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LegState } from '../../src/call/leg-event.ts';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Signal } from '../../src/policy/endpoint-health.ts';
import { LeaseLost } from '../../src/store/leases.ts';
import {
  type AttemptRecord,
  type Claim,
  type DraftMessage,
  type LegsAsked,
  type NextStep,
  type OpenLeg,
  type Store,
} from '../../src/store/store.ts';
import { BAD_NOTE, NOTE } from '../support/note.ts';
import { RULES } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';

export interface Backend {
  name: string;
  /** Why its tests cannot run, if they cannot. */
  needs?: { skip?: string };
  /** A fresh, empty store. */
  open(): Promise<Store>;
  /** The same database again, as after a restart. The store given is not used any more. */
  reopen(store: Store): Promise<Store>;
}

const ATTEMPT: AttemptRecord = { startedAtMs: 1, durationMs: 2, outcome: 'delivered', statusCode: 204 };
const ALL = { total: 1_000, perEndpoint: () => 1_000 };
const LONG_MS = 1e12;

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
  return { messageId, organisationId: 'acme', endpointId, event, expireAfterMs: LONG_MS };
}

export function storeContract(backend: Backend): void {
  const behaviour = (
    sentence: string,
    prove: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
  ) =>
    test(`${backend.name}: ${sentence}`, backend.needs ?? {}, async () => {
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
    claim: Claim,
    next: NextStep,
    nowMs: number,
    signal: Signal = { kind: 'answered' },
  ) => {
    const { laneId, token, messageId, organisationId, endpoint } = claim;
    const endpointId = endpoint.id;
    return store.outbox.settle(
      [{ laneId, token, messageId, organisationId, endpointId, attempt: ATTEMPT, next, signal }],
      nowMs,
    );
  };

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

  /** As a platform that posts would move it. */
  const moved = (leg: string, state: LegState, more: Partial<OpenLeg> = {}): OpenLeg => ({
    ...LEG,
    leg,
    progress: { state, answered: false, atMs: 1_000 },
    ...more,
  });
  const asked = (...legs: string[]): LegsAsked[] => [
    { sourceId: 'pbx', legs: new Set(legs), allOpen: false },
  ];

  behaviour('shared legs are decided upon as they are: open, ended, or never seen', async (store, reopen) => {
    const seen: [string[], string[]][] = [];
    const move = (at: Store, legs: readonly LegsAsked[], changes: readonly OpenLeg[]) =>
      at.calls.commitShared(
        legs,
        (found) => {
          const { open, ended } = found.get('pbx')!;
          seen.push([[...open.keys()].toSorted(), [...ended].toSorted()]);
          return changes.map((leg) => ({ leg, messages: [draft(`${leg.leg}-${leg.progress.state}`)] }));
        },
        500,
      );
    const first = await move(store, asked('a', 'b'), [moved('a', 'EARLY'), moved('b', 'EARLY')]);
    assert.deepEqual(
      first.map(({ messageId, seqNum }) => [messageId, seqNum]),
      [
        ['a-EARLY', 1],
        ['b-EARLY', 2],
      ],
    );
    await move(store, asked('a', 'c'), [moved('a', 'TERMINATED'), moved('c', 'TERMINATED')]);
    const again = await reopen();
    await move(again, asked('a', 'b', 'c', 'd'), []);
    await move(again, [{ sourceId: 'pbx', legs: new Set(['a']), allOpen: true }], []);
    assert.deepEqual(seen, [
      [[], []],
      [['a'], []],
      [['b'], ['a', 'c']],
      [['b'], ['a']],
    ]);
    assert.deepEqual(
      (await again.calls.openLegs('pbx')).map(({ leg }) => leg),
      ['b'],
    );
  });

  behaviour('what a decision throws is thrown, and nothing of it is kept', async (store) => {
    const no = new Error('no');
    const decided = store.calls.commitShared(
      asked('a'),
      () => {
        throw no;
      },
      0,
    );
    await assert.rejects(decided, no);
    const free = await store.calls.commitShared(
      asked('a'),
      () => [{ leg: moved('a', 'EARLY'), messages: [draft('a')] }],
      0,
    );
    assert.deepEqual(
      free.map(({ seqNum }) => seqNum),
      [1],
    );
  });

  behaviour('a source that is not in the directory is left out of a decision', async (store) => {
    const legs = [...asked('a'), { sourceId: 'gone', legs: new Set(['a']), allOpen: true }];
    let sources: string[] = [];
    await store.calls.commitShared(
      legs,
      (found) => {
        sources = [...found.keys()];
        return [];
      },
      0,
    );
    assert.deepEqual(sources, ['pbx']);
  });

  behaviour('that legs have ended is forgotten in time, the oldest first', async (store) => {
    const end = (leg: string, nowMs: number) =>
      store.calls.commitShared(asked(leg), () => [{ leg: moved(leg, 'TERMINATED'), messages: [] }], nowMs);
    for (const [leg, nowMs] of [
      ['a', 100],
      ['b', 200],
      ['c', 300],
    ] as const)
      await end(leg, nowMs);
    const ended = async () => {
      let left: readonly string[] = [];
      await store.calls.commitShared(
        asked('a', 'b', 'c'),
        (found) => {
          left = [...found.get('pbx')!.ended].toSorted();
          return [];
        },
        0,
      );
      return left;
    };
    assert.equal(await store.upkeep.forgetLegs(300, 1), 1);
    assert.deepEqual(await ended(), ['b', 'c']);
    assert.equal(await store.upkeep.forgetLegs(300, 10), 1);
    assert.deepEqual(await ended(), ['c']);
    assert.equal(await store.upkeep.forgetLegs(300, 10), 0);
  });

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
      await settle(store, a, { kind: 'later', dueAtMs: 500, usesRetry: true }, 1);
      assert.deepEqual(await store.outbox.claim(499, ALL), []);
      assert.equal(await store.outbox.nextDueAtMs(), 500);
      const [again] = await store.outbox.claim(500, ALL);
      assert.deepEqual([again?.messageId, again?.attemptsMade], ['a', 1]);
    },
  );

  behaviour('a message that joins a waiting lane does not make its head due sooner', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [a] = await store.outbox.claim(1, ALL);
    await settle(store, a!, { kind: 'later', dueAtMs: 500, usesRetry: true }, 1);
    await store.calls.commit([{ leg: LEG, messages: [draft('b')] }], 2);
    assert.deepEqual(await store.outbox.claim(3, ALL), []);
  });

  behaviour('a claim that is given back is due as before', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [a] = await store.outbox.claim(1, ALL);
    await store.outbox.release([a!]);
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
      const first = await store.outbox.claim(1, { total: 100, perEndpoint: () => 3 });
      const perEndpoint = Object.groupBy(first, ({ endpoint }) => endpoint.id);
      assert.deepEqual([perEndpoint['crm']?.length, perEndpoint['erp']?.length], [3, 3]);
      assert.deepEqual(await store.outbox.claim(1, { total: 100, perEndpoint: () => 0 }), []);
      await store.outbox.release(first);
      assert.equal((await store.outbox.claim(1, { total: 5, perEndpoint: () => 100 })).length, 5);
    },
  );

  behaviour('one endpoint’s backlog does not keep another from its turn', async (store) => {
    const backlog = Array.from({ length: 200 }, (_, i) => draft(`a${i}`, `call-${i}`));
    await store.calls.commit([{ leg: LEG, messages: [...backlog, draft('b', 'call-1', 'erp')] }], 0);
    const seen = new Set<string>();
    for (let round = 0; round < 3; round += 1) {
      for (const claim of await store.outbox.claim(1, { total: 2, perEndpoint: () => 2 }))
        seen.add(claim.endpoint.id);
    }
    assert.deepEqual([...seen].toSorted(), ['crm', 'erp']);
  });

  behaviour(
    'what was claimed when the process ended is due again once the claim has lapsed, at the latest',
    async (store, reopen) => {
      await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
      const [a] = await store.outbox.claim(1, ALL);
      await settle(store, a!, { kind: 'delivered' }, 1);
      await store.outbox.claim(1, ALL);
      const again = await reopen();
      assert.deepEqual(
        (await again.outbox.claim(1 + RULES.claimMs, ALL)).map(({ messageId }) => messageId),
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
    const down = { id: 'pbx', status: 'down', sinceMs: 3, advice: 'Start Asterisk.', openLegs: 1 } as const;
    assert.deepEqual(sources, [{ ...down, reconnects: 0, countedSinceMs: 3 }]);
    assert.deepEqual(await store.health.sources(), sources);
    const crm = endpoints.find(({ id }) => id === 'crm');
    assert.deepEqual(
      [crm?.pending, crm?.oldestPendingAtMs, crm?.delivered, crm?.dead, crm?.last],
      [1, 7, 1, 0, ATTEMPT],
    );
    const own = endpoints.filter(({ organisationId }) => organisationId === 'acme');
    assert.deepEqual(
      await store.health.endpoints('acme'),
      own.map((one) => (one.id === 'crm' ? { ...one, deliveredAboutMs: 0 } : one)),
    );
    assert.deepEqual(await store.health.endpoints('nobody'), []);
    const off = store.health.enable('acme', 'erp', false, 10, NOTE);
    assert.equal(await off, true);
    const erp = (await store.health.overview()).endpoints.find(({ id }) => id === 'erp');
    const summary = { sources, byHealth: { healthy: 1, disabled: 1 } };
    const backlog = { messages: 1, lanes: 1, oldestAtMs: 7 };
    assert.deepEqual(await store.health.summary(9), { ...summary, backlog, concerning: [crm, erp] });
    assert.deepEqual((await store.health.summary(1)).concerning, [crm]);
  });

  behaviour(
    'a source is so since it became so, and its breaks are counted with the last reason',
    async (store, reopen) => {
      const tell = (status: 'connecting' | 'connected' | 'down', sinceMs: number, advice?: string) =>
        store.health.sourceState('pbx', { status, sinceMs, ...(advice !== undefined && { advice }) });
      const source = async () => (await store.health.sources())[0];
      assert.deepEqual(await source(), { id: 'pbx', status: 'connecting', openLegs: 0, reconnects: 0 });
      await tell('connecting', 1);
      await tell('connected', 2);
      await tell('connected', 3, 'Asterisk sends no events.');
      const connected = { id: 'pbx', status: 'connected', sinceMs: 2, openLegs: 0, countedSinceMs: 1 };
      assert.deepEqual(await source(), { ...connected, advice: 'Asterisk sends no events.', reconnects: 0 });
      await tell('down', 4, 'Asterisk closed the connection.');
      await tell('connecting', 5);
      await tell('down', 6, 'Start Asterisk.');
      const lastBreak = { atMs: 4, why: 'Asterisk closed the connection.' };
      const down = { ...connected, status: 'down', sinceMs: 4, reconnects: 1, lastBreak };
      assert.deepEqual(await source(), { ...down, advice: 'Start Asterisk.' });
      await tell('connected', 7);
      assert.deepEqual(await source(), { ...connected, sinceMs: 7, reconnects: 1, lastBreak });
      store = await reopen();
      // A node that begins anew has not lost its connection.
      await tell('connecting', 8);
      await tell('down', 9, 'Start Asterisk.');
      assert.deepEqual((await source())?.lastBreak, lastBreak);
      await store.health.sourceState('removed', { status: 'connected', sinceMs: 1 });
      assert.equal((await store.health.sources()).length, 1);
    },
  );

  behaviour('what was heard of a source last is kept, whichever node tells it first', async (store) => {
    const { health } = store;
    await health.sourcesHeard([{ id: 'pbx', heardAtMs: 1 }]);
    await health.sourceState('pbx', { status: 'connected', sinceMs: 2 });
    assert.equal((await health.sources())[0]?.heardAtMs, undefined);
    await health.sourcesHeard([{ id: 'pbx', heardAtMs: 20, lagMs: 300 }]);
    await health.sourcesHeard([{ id: 'pbx', heardAtMs: 10 }]);
    const [source] = await health.sources();
    assert.deepEqual([source?.heardAtMs, source?.lagMs, source?.sinceMs], [20, 300, 2]);
    await health.sourcesHeard([{ id: 'pbx', heardAtMs: 30 }]);
    assert.equal((await health.sources())[0]?.lagMs, undefined, 'no time was told with the last events');
  });

  behaviour('messages that wait for an endpoint which is removed become dead letters', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b', 'call-1', 'erp')] }], 0);
    await store.directory.write([{ do: 'remove-endpoint', organisationId: 'acme', endpointId: 'crm' }]);
    assert.deepEqual(
      (await store.outbox.claim(1, ALL)).map(({ messageId }) => messageId),
      ['b'],
    );
  });

  const oneOfEach = async (store: Store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 0);
    const [claim] = await store.outbox.claim(1, ALL);
    return claim!;
  };
  const messageIds = async (store: Store, nowMs: number) =>
    (await store.outbox.claim(nowMs, ALL)).map(({ messageId }) => messageId);
  const crmOf = async (store: Store) =>
    (await store.health.overview()).endpoints.find(({ id }) => id === 'crm')!;
  const failed: Signal = { kind: 'failed', reason: 'It is down.' };
  const retryAt = (dueAtMs: number): NextStep => ({ kind: 'later', dueAtMs, usesRetry: true });

  behaviour('a step of the retry schedule is counted apart from the attempts', async (store) => {
    const first = await oneOfEach(store);
    await settle(store, first, { kind: 'later', dueAtMs: 10, usesRetry: false }, 2);
    const [second] = await store.outbox.claim(10, ALL);
    await settle(store, second!, { kind: 'later', dueAtMs: 20, usesRetry: true }, 11);
    const [third] = await store.outbox.claim(20, ALL);
    assert.deepEqual([third?.attemptsMade, third?.retriesUsed], [2, 1]);
  });

  behaviour('an outcome under a claim that is no longer held changes nothing', async (store) => {
    const claim = await oneOfEach(store);
    const lost = await settle(store, { ...claim, token: 'another' }, { kind: 'delivered' }, 2);
    assert.deepEqual(lost, ['a']);
    assert.equal((await crmOf(store)).delivered, 0);
    assert.deepEqual(await settle(store, claim, { kind: 'delivered' }, 3), []);
    assert.equal((await crmOf(store)).delivered, 1);
  });

  behaviour(
    'a head that has expired is finished as such, and the next one says what was skipped',
    async (store) => {
      const ringing = { ...draft('a'), expireAfterMs: 30 };
      await store.calls.commit([{ leg: LEG, messages: [ringing, draft('b'), draft('c')] }], 0);
      let claims = await store.outbox.claim(30, ALL);
      if (claims.length === 0) claims = await store.outbox.claim(30, ALL);
      assert.deepEqual(
        claims.map(({ messageId, skipped }) => [messageId, skipped]),
        [['b', [1]]],
      );
      assert.equal((await crmOf(store)).expired, 1);
      await settle(store, claims[0]!, { kind: 'delivered' }, 31);
      const [next] = await store.outbox.claim(31, ALL);
      assert.deepEqual([next?.messageId, next?.skipped], ['c', []]);
    },
  );

  behaviour('what died is told as skipped too', async (store) => {
    await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
    const [a] = await store.outbox.claim(1, ALL);
    await settle(store, a!, { kind: 'dead' }, 2);
    const [b] = await store.outbox.claim(2, ALL);
    assert.deepEqual([b?.messageId, b?.skipped], ['b', [1]]);
  });

  behaviour(
    'upkeep expires what waits behind a head that does not expire, never what is claimed',
    async (store) => {
      const middle = { ...draft('b'), expireAfterMs: 30 };
      const claimed = { ...draft('d', 'call-2'), expireAfterMs: 30 };
      await store.calls.commit([{ leg: LEG, messages: [draft('a'), middle, draft('c'), claimed] }], 0);
      const claims = await store.outbox.claim(1, ALL);
      const a = claims.find(({ messageId }) => messageId === 'a')!;
      await settle(store, a, retryAt(50), 2);
      assert.equal(await store.upkeep.expire(40, 100), 1);
      assert.equal(await store.upkeep.expire(40, 100), 0);
      assert.deepEqual(await messageIds(store, 41), [], 'its head keeps the time of its retry');
      const [again] = await store.outbox.claim(50, ALL);
      await settle(store, again!, { kind: 'delivered' }, 51);
      assert.deepEqual(again?.skipped, [], 'what is behind it is not skipped yet');
      const [c] = await store.outbox.claim(51, ALL);
      assert.deepEqual([c?.messageId, c?.skipped], ['c', [2]]);
      const d = claims.find(({ messageId }) => messageId === 'd')!;
      assert.deepEqual(await settle(store, d, { kind: 'delivered' }, 52), []);
    },
  );

  behaviour(
    'after failures in a row an endpoint is paused, then one probe at a time goes out',
    async (store) => {
      const messages = Array.from({ length: 6 }, (_, i) => draft(`a${i}`, `call-${i}`));
      await store.calls.commit([{ leg: LEG, messages }], 0);
      for (const claim of await store.outbox.claim(1, { total: 3, perEndpoint: () => 3 })) {
        await settle(store, claim, retryAt(2), 1, failed);
      }
      assert.equal((await crmOf(store)).health.kind, 'paused');
      assert.deepEqual(await messageIds(store, 900), []);
      assert.ok(((await store.outbox.nextDueAtMs()) ?? 0) >= 1_001);
      const probes = await store.outbox.claim(1_001, ALL);
      assert.deepEqual(
        probes.map(({ probe }) => probe),
        [true],
      );
      assert.deepEqual(await messageIds(store, 1_002), []);
      assert.match((await crmOf(store)).health.kind, /paused|probing/);
      await settle(store, probes[0]!, { kind: 'delivered' }, 1_003);
      assert.equal((await crmOf(store)).health.kind, 'recovering');
      assert.ok((await messageIds(store, 1_004)).length < 5, 'not all at once');
    },
  );

  behaviour('the health of an endpoint outlives a restart', async (store, reopen) => {
    const claim = await oneOfEach(store);
    await settle(store, claim, retryAt(2), 1, { kind: 'gone', reason: 'It wants no more.' });
    const again = await reopen();
    assert.equal((await crmOf(again)).health.kind, 'disabled');
    assert.deepEqual(await messageIds(again, 10), []);
  });

  behaviour('a disabled endpoint keeps its messages until it is enabled', async (store) => {
    assert.equal(await store.health.enable('acme', 'crm', false, 0, NOTE), true);
    assert.equal(await store.health.enable('acme', 'nobody', false, 0, NOTE), false);
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 1);
    assert.deepEqual(await messageIds(store, 2), []);
    await store.health.enable('acme', 'crm', true, 3, NOTE);
    assert.deepEqual(await messageIds(store, 4), ['a']);
  });

  behaviour('the switch and its note are one: both are kept, or neither', async (store) => {
    const audited = async () => (await store.accounts.audit({}, { limit: 10 })).length;
    await assert.rejects(store.health.enable('acme', 'crm', false, 0, BAD_NOTE));
    assert.equal((await crmOf(store)).health.kind, 'healthy');
    await store.calls.commit([{ leg: LEG, messages: [draft('a')] }], 1);
    assert.deepEqual(await messageIds(store, 2), ['a'], 'it was not disabled in memory either');
    assert.equal(await audited(), 0);
    await store.health.enable('acme', 'crm', true, 3, NOTE);
    await store.health.enable('acme', 'nobody', false, 3, NOTE);
    assert.equal(await audited(), 0, 'nothing was changed');
    for (let i = 0; i < 2; i += 1) await store.health.enable('acme', 'crm', false, 4, NOTE);
    assert.equal(await audited(), 1);
  });

  behaviour('a step of a replay and its note are one: both are kept, or neither', async (store) => {
    const messages = ['a', 'b', 'c'].map((name) => draft(name, `call-${name}`));
    await store.calls.commit([{ leg: LEG, messages }], 0);
    for (const claim of await store.outbox.claim(1, ALL))
      await settle(store, claim, { kind: 'delivered' }, 2);
    const audited = async () => (await store.accounts.audit({}, { limit: 10 })).length;
    const order = { organisationId: 'acme', endpointId: 'crm', what: { kind: 'since', sinceMs: 0 } } as const;
    await assert.rejects(store.outbox.replay(order, 10, 2, BAD_NOTE));
    assert.deepEqual(await messageIds(store, 11), []);
    assert.equal(await store.outbox.replay(order, 10, 2, NOTE), 2);
    assert.equal(await audited(), 1);
    assert.equal(await store.outbox.replay(order, 10, 2), 1);
    assert.equal(await store.outbox.replay(order, 10, 2, NOTE), 0);
    assert.equal(await audited(), 1, 'nothing was found');
  });

  behaviour('a replay takes what was finished when it was asked for, each message once', async (store) => {
    const deliverAt = async (nowMs: number) => {
      const claims = await store.outbox.claim(nowMs, ALL);
      for (const claim of claims) await settle(store, claim, { kind: 'delivered' }, nowMs);
      return claims.map(({ messageId }) => messageId).toSorted();
    };
    await store.calls.commit([{ leg: LEG, messages: [draft('a', 'call-a'), draft('b', 'call-b')] }], 0);
    await deliverAt(5);
    const order = { organisationId: 'acme', endpointId: 'crm', what: { kind: 'since', sinceMs: 0 } } as const;
    assert.equal(await store.outbox.replay(order, 10, 1), 1);
    const [first] = await deliverAt(20);
    await store.calls.commit([{ leg: LEG, messages: [draft('later', 'call-c')] }], 21);
    assert.deepEqual(await deliverAt(22), ['later']);
    assert.equal(await store.outbox.replay(order, 10, 9), 1, 'it goes on where it stopped');
    assert.deepEqual(
      await deliverAt(30),
      ['a', 'b'].filter((name) => name !== first),
    );
    assert.equal(await store.outbox.replay(order, 10, 9), 0);
  });

  behaviour(
    'an endpoint that fails for long is announced, disabled, and its notices are kept until settled',
    async (store) => {
      const messages = Array.from({ length: 3 }, (_, i) => draft(`a${i}`, `call-${i}`));
      await store.calls.commit([{ leg: LEG, messages }], 0);
      for (const claim of await store.outbox.claim(1, ALL)) await settle(store, claim, retryAt(2), 1, failed);
      // It is asked again and again, and never answers.
      const told: number[] = [];
      for (let nowMs = 2; nowMs <= 102_000; nowMs += 1_000) {
        for (const claim of await store.outbox.claim(nowMs, ALL)) {
          await settle(store, claim, { kind: 'later', dueAtMs: nowMs + 1, usesRetry: false }, nowMs, failed);
        }
        if ((await store.upkeep.watchHealth(nowMs)) > 0) told.push(Math.round(nowMs / 10_000));
      }
      assert.deepEqual(told, [5, 8, 10]);
      assert.equal((await crmOf(store)).health.kind, 'disabled');
      const notices = await store.upkeep.dueNotices(102_001, 100);
      assert.deepEqual(
        notices.filter(({ channel }) => channel === 'mail').map(({ notice }) => notice.kind),
        ['paused', 'disable_soon', 'disable_soon', 'disabled'],
      );
      assert.equal(notices[0]?.url, 'https://crm.acme.example/calls');
      await store.upkeep.settleNotice(notices[0]?.id ?? 0, 200_000);
      await store.upkeep.settleNotice(notices[1]?.id ?? 0, undefined);
      assert.equal((await store.upkeep.dueNotices(102_002, 100)).length, notices.length - 2);
      const [later] = (await store.upkeep.dueNotices(200_000, 100)).filter(({ id }) => id === notices[0]?.id);
      assert.equal(later?.attemptsMade, 1);
    },
  );

  behaviour('an endpoint’s own limits hold: attempts at once and per second', async (store) => {
    const [acme] = directoryFor('PJSIP').organisations;
    const slow = { ...acme!.endpoints[0]!, delivery: { maxAtOnce: 2 } };
    const paced = { ...acme!.endpoints[0]!, id: 'erp', delivery: { maxPerSecond: 10 } };
    for (const endpoint of [slow, paced]) {
      await store.directory.write([{ do: 'put-endpoint', is: 'changed', organisationId: 'acme', endpoint }]);
    }
    const messages = Array.from({ length: 40 }, (_, i) => [
      draft(`a${i}`, `call-${i}`),
      draft(`b${i}`, `call-${i}`, 'erp'),
    ]).flat();
    await store.calls.commit([{ leg: LEG, messages }], 0);
    const sent: number[] = [];
    for (let nowMs = 10; nowMs <= 1_010; nowMs += 50) {
      const claims = await store.outbox.claim(nowMs, ALL);
      const byEndpoint = Map.groupBy(claims, ({ endpoint }) => endpoint.id);
      assert.ok((byEndpoint.get('crm')?.length ?? 0) <= 2);
      for (const claim of byEndpoint.get('crm') ?? [])
        await settle(store, claim, { kind: 'delivered' }, nowMs);
      sent.push(byEndpoint.get('erp')?.length ?? 0);
    }
    const total = sent.reduce((sum, count) => sum + count);
    assert.ok(total >= 10 && total <= 13, `${total} in a second`);
  });

  behaviour(
    'what is finished is sent again as it was, marked, and live messages keep their order',
    async (store) => {
      await store.calls.commit([{ leg: LEG, messages: [draft('a'), draft('b')] }], 0);
      for (let i = 0; i < 2; i += 1) {
        const [claim] = await store.outbox.claim(5, ALL);
        await settle(store, claim!, i === 0 ? { kind: 'delivered' } : { kind: 'dead' }, 5);
      }
      const order = { organisationId: 'acme', endpointId: 'crm' };
      assert.equal(
        await store.outbox.replay({ ...order, what: { kind: 'call', callId: 'call-1' } }, 10, 1),
        1,
      );
      assert.equal(
        await store.outbox.replay({ ...order, what: { kind: 'call', callId: 'call-1' } }, 10, 9),
        1,
      );
      assert.equal(
        await store.outbox.replay({ ...order, what: { kind: 'call', callId: 'call-1' } }, 10, 9),
        0,
      );
      await store.calls.commit([{ leg: LEG, messages: [draft('c')] }], 11);
      const seen: unknown[] = [];
      for (let i = 0; i < 3; i += 1) {
        const [claim] = await store.outbox.claim(13, ALL);
        seen.push([
          claim?.messageId,
          claim?.replay,
          (JSON.parse(claim!.body) as { seq_num: number }).seq_num,
        ]);
        await settle(store, claim!, { kind: 'delivered' }, 13);
      }
      assert.deepEqual(seen, [
        ['a', true, 1],
        ['b', true, 2],
        ['c', false, 3],
      ]);
    },
  );

  behaviour(
    'replays are chosen by message, by time and by having failed, of one endpoint alone',
    async (store) => {
      const messages = [draft('a', 'call-1'), draft('b', 'call-2'), draft('x', 'call-1', 'erp')];
      await store.calls.commit([{ leg: LEG, messages }], 0);
      await store.calls.commit([{ leg: LEG, messages: [draft('c', 'call-3')] }], 100);
      for (const claim of await store.outbox.claim(101, ALL)) {
        await settle(store, claim, claim.messageId === 'b' ? { kind: 'dead' } : { kind: 'delivered' }, 110);
      }
      const replayed = async (what: Parameters<typeof store.outbox.replay>[0]['what'], nowMs: number) => {
        await store.outbox.replay({ organisationId: 'acme', endpointId: 'crm', what }, nowMs, 100);
        const claims = await store.outbox.claim(nowMs, ALL);
        for (const claim of claims) await settle(store, claim, { kind: 'delivered' }, nowMs);
        return claims.map(({ messageId }) => messageId).toSorted();
      };
      assert.deepEqual(await replayed({ kind: 'since', sinceMs: 105, only: 'failed' }, 200), ['b']);
      assert.deepEqual(await replayed({ kind: 'since', sinceMs: 50 }, 300), ['c']);
      assert.deepEqual(await replayed({ kind: 'message', messageId: 'a' }, 400), ['a']);
      assert.deepEqual(await replayed({ kind: 'message', messageId: 'x' }, 500), []);
    },
  );

  behaviour('live messages go before replays', async (store) => {
    const old = Array.from({ length: 20 }, (_, i) => draft(`a${i}`, `call-${i}`));
    await store.calls.commit([{ leg: LEG, messages: old }], 0);
    for (const claim of await store.outbox.claim(1, ALL))
      await settle(store, claim, { kind: 'delivered' }, 2);
    const order = { organisationId: 'acme', endpointId: 'crm', what: { kind: 'since', sinceMs: 0 } } as const;
    assert.equal(await store.outbox.replay(order, 10, 100), 20);
    await store.calls.commit([{ leg: LEG, messages: [draft('live', 'call-99')] }], 20);
    const [first] = await store.outbox.claim(21, { total: 1, perEndpoint: () => 1 });
    assert.equal(first?.messageId, 'live');
  });

  behaviour(
    'what is finished is forgotten after its time, in steps; a call that goes on keeps its numbers',
    async (store) => {
      const messages = Array.from({ length: 5 }, (_, i) => draft(`a${i}`, `call-${i + 2}`));
      await store.calls.commit([{ leg: LEG, messages: [draft('open'), ...messages] }], 0);
      for (const claim of await store.outbox.claim(1, ALL))
        await settle(store, claim, { kind: 'delivered' }, 50);
      assert.equal(await store.upkeep.forget(50, 100), 0);
      assert.equal(await store.upkeep.forget(51, 4), 4);
      assert.equal(await store.upkeep.forget(51, 4), 2);
      assert.equal(await store.upkeep.forget(51, 4), 0);
      const [next] = await store.calls.commit([{ leg: LEG, messages: [draft('next')] }], 60);
      assert.equal(next?.seqNum, 2, 'a number is never used twice');
      const everything = { kind: 'since', sinceMs: 0 } as const;
      assert.equal(
        await store.outbox.replay({ organisationId: 'acme', endpointId: 'crm', what: everything }, 70, 100),
        0,
      );
    },
  );

  behaviour(
    'a lease is held by one node, renewed under the same term, and handed over under the next',
    async (store) => {
      const first = await store.leases.hold('source/pbx', 1_000, 0);
      assert.deepEqual(await store.leases.hold('source/pbx', 1_000, 500), first);
      const held = await store.leases.held('source/', 600);
      assert.deepEqual(
        held.map(({ name, term, untilMs }) => [name, term, untilMs]),
        [['source/pbx', first!.term, 1_500]],
      );
      await store.calls.commit([{ leg: LEG, messages: [] }], 600, [first!]);
      await store.leases.release('source/pbx');
      assert.deepEqual(await store.leases.held('source/', 600), []);
      const second = await store.leases.hold('source/pbx', 1_000, 700);
      assert.ok(second!.term > first!.term);
      await assert.rejects(
        store.calls.commit([{ leg: { ...LEG, leg: 'x' }, messages: [] }], 701, [first!]),
        LeaseLost,
      );
      assert.deepEqual(
        (await store.calls.openLegs('pbx')).map(({ leg }) => leg),
        [LEG.leg],
        'nothing was kept',
      );
    },
  );
}
