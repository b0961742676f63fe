/** The contract of the store's room `feed`: what happens is told to whoever listens, once, on every backend. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Signal } from '../../src/policy/endpoint-health.ts';
import { FEED_KEPT_MS, type FeedEvent } from '../../src/store/feed.ts';
import type { LegChange, NextStep, Store } from '../../src/store/store.ts';
import { NOTE } from '../support/note.ts';
import { directoryFor } from '../support/transcripts.ts';
import { draft, LEG, type Backend } from './store-contract.ts';

const ALL = { total: 1_000, perEndpoint: () => 1_000 };
const NOW_MS = Date.now();

export function told(messageId: string, callId: string, organisationId = 'acme'): LegChange {
  const message = { ...draft(messageId, callId), organisationId };
  return { leg: { ...LEG, organisationId, callId, leg: messageId }, messages: [message] };
}

/** A step that nobody was told of. */
function untold(callId: string): LegChange {
  const { event } = draft('none', callId);
  const refusals = [{ endpointId: 'crm', why: 'filter' }] as const;
  return { leg: { ...LEG, callId, leg: callId }, messages: [], trail: { event, sentTo: [], refusals } };
}

export function wordOf(event: FeedEvent): string {
  switch (event.kind) {
    case 'step':
      return `step ${event.step.event.call_id}`;
    case 'message':
      return `message ${event.messageId}`;
    case 'attempt':
      return `attempt ${event.messageId} ${event.attempt.number} ${event.attempt.outcome}`;
    case 'finished':
      return `${event.outcome} ${event.messageId}`;
    case 'health':
      return `${event.endpointId} ${event.health.kind}`;
  }
}

/** All behind a place, and the place behind that. */
export async function rest(store: Store, place: string, organisation = 'acme', nowMs = NOW_MS) {
  const words: string[] = [];
  for (;;) {
    const read = await store.feed.after(organisation, place, nowMs);
    assert.ok(read !== undefined);
    words.push(...read.items.map(({ event }) => wordOf(event)));
    ({ place } = read);
    if (!read.more) return { words, place };
  }
}

export async function settleAll(
  store: Store,
  nowMs: number,
  next: NextStep = { kind: 'delivered' },
  signal: Signal = { kind: 'answered' },
): Promise<void> {
  const claims = await store.outbox.claim(nowMs, ALL);
  const outcome = next.kind === 'delivered' ? 'delivered' : 'TIMED_OUT';
  const settlements = claims.map(({ endpoint, laneId, token, messageId, organisationId }) => ({
    laneId,
    token,
    messageId,
    organisationId,
    endpointId: endpoint.id,
    next,
    signal,
    attempt: { startedAtMs: nowMs, durationMs: 2, outcome },
  }));
  await store.outbox.settle(settlements, nowMs);
}

export function feedContract(backend: Backend): void {
  const behaviour = (
    sentence: string,
    prove: (store: Store, reopen: () => Promise<Store>) => Promise<void>,
  ) =>
    test(`${backend.name}: ${sentence}`, backend.needs ?? {}, async () => {
      let store = await backend.open();
      const { sources, organisations } = directoryFor('PJSIP');
      const [acme] = organisations;
      const wanted = { sources, organisations: [acme!, { ...acme!, id: 'beta', users: [] }] };
      const empty = { sources: [], organisations: [] };
      await store.directory.write(planChanges(empty, wanted, { prune: false }).changes);
      try {
        await prove(store, async () => (store = await backend.reopen(store)));
      } finally {
        await store.close();
      }
    });

  behaviour(
    'the feed tells steps, messages, attempts and ends in their order, and nothing of before',
    async (store) => {
      await store.calls.commit([told('before', 'call-0')], NOW_MS);
      const place = await store.feed.begin('acme', NOW_MS);
      await store.calls.commit([told('a', 'call-1'), untold('call-2')], NOW_MS);
      // The same again tells nothing.
      await store.calls.commit([told('a', 'call-1'), untold('call-2')], NOW_MS);
      const first = await rest(store, place);
      assert.deepEqual(first.words, ['step call-1', 'message a', 'step call-2']);
      await settleAll(store, NOW_MS);
      const second = await rest(store, first.place);
      assert.deepEqual(second.words.toSorted(), [
        'attempt a 1 delivered',
        'attempt before 1 delivered',
        'delivered a',
        'delivered before',
      ]);
      assert.ok(second.words.indexOf('attempt a 1 delivered') < second.words.indexOf('delivered a'));
      assert.deepEqual((await rest(store, second.place)).words, []);
    },
  );

  behaviour('an event of the feed has what was kept', async (store) => {
    const place = await store.feed.begin('acme', NOW_MS);
    const [message] = await store.calls.commit([told('a', 'call-1')], NOW_MS);
    await settleAll(
      store,
      NOW_MS + 5,
      { kind: 'later', dueAtMs: NOW_MS + 9, usesRetry: true },
      { kind: 'none' },
    );
    const { items } = (await store.feed.after('acme', place, NOW_MS))!;
    const of = { messageId: 'a', endpointId: 'crm', callId: 'call-1', seqNum: 1, atMs: NOW_MS + 5 };
    assert.deepEqual(
      items.map(({ event }) => event),
      [
        {
          kind: 'step',
          atMs: NOW_MS,
          step: { event: draft('a', 'call-1').event, sentTo: ['crm'], refusals: [] },
        },
        { kind: 'message', atMs: NOW_MS, messageId: 'a', endpointId: 'crm', body: message!.body },
        {
          kind: 'attempt',
          ...of,
          attempt: { number: 1, startedAtMs: NOW_MS + 5, durationMs: 2, outcome: 'TIMED_OUT' },
        },
      ],
    );
  });

  behaviour(
    'each other end of a message is told: dead, expired, and with its endpoint removed',
    async (store) => {
      const place = await store.feed.begin('acme', NOW_MS);
      await store.calls.commit([told('dead', 'call-1')], NOW_MS);
      await settleAll(store, NOW_MS, { kind: 'dead' });
      const short = { ...draft('short', 'call-2'), expireAfterMs: 5 };
      await store.calls.commit([{ leg: { ...LEG, callId: 'call-2' }, messages: [short] }], NOW_MS);
      await store.upkeep.expire(NOW_MS + 10, 10);
      await store.calls.commit(
        [{ leg: { ...LEG, callId: 'call-4' }, messages: [{ ...short, messageId: 'x' }] }],
        NOW_MS,
      );
      await store.outbox.claim(NOW_MS + 10, ALL);
      await store.calls.commit([told('orphan', 'call-3')], NOW_MS);
      await store.directory.write([{ do: 'remove-endpoint', organisationId: 'acme', endpointId: 'crm' }]);
      const { words } = await rest(store, place);
      assert.deepEqual(
        words.filter((word) => /^(dead|expired)/.test(word)),
        ['dead dead', 'expired short', 'expired x', 'dead orphan'],
      );
    },
  );

  behaviour('an endpoint’s becoming another kind of health is told', async (store) => {
    const place = await store.feed.begin('acme', NOW_MS);
    await store.health.enable('acme', 'crm', false, NOW_MS, NOTE);
    await store.health.enable('acme', 'crm', false, NOW_MS, NOTE);
    await store.health.enable('acme', 'crm', true, NOW_MS, NOTE);
    await store.calls.commit([told('a', 'call-1')], NOW_MS);
    await settleAll(store, NOW_MS);
    await store.upkeep.watchHealth(NOW_MS + 100_000);
    const { words } = await rest(store, place);
    assert.deepEqual(
      words.filter((word) => word.startsWith('crm')),
      ['crm disabled', 'crm paused', 'crm recovering', 'crm healthy'],
    );
  });

  behaviour('an organisation hears nothing of another, and its places are its own', async (store) => {
    const place = await store.feed.begin('acme', NOW_MS);
    const beta = await store.feed.begin('beta', NOW_MS);
    await store.calls.commit([told('a', 'call-1'), told('b', 'call-2', 'beta')], NOW_MS);
    assert.deepEqual((await rest(store, place)).words, ['step call-1', 'message a']);
    assert.deepEqual((await rest(store, beta, 'beta')).words, ['step call-2', 'message b']);
    assert.equal(await store.feed.after('acme', beta, NOW_MS), undefined);
  });

  behaviour(
    'whoever comes back to any place misses nothing and hears nothing twice, also after a restart',
    async (first, reopen) => {
      const place = await first.feed.begin('acme', NOW_MS);
      const many = Array.from({ length: 130 }, (_, nth) => told(`m-${nth}`, `call-${nth}`));
      await first.calls.commit(many, NOW_MS);
      for (let nth = 0; nth < 30; nth += 1) await first.calls.commit([told(`n-${nth}`, `c-${nth}`)], NOW_MS);
      const store = await reopen();
      const all = (await rest(store, place)).words;
      assert.equal(all.length, 320);
      const { items } = (await store.feed.after('acme', place, NOW_MS))!;
      for (const nth of [0, 1, 48, 49, 50, 99, 120, items.length - 1]) {
        const behind = (await rest(store, items[nth]!.place)).words;
        assert.deepEqual(behind, all.slice(nth + 1), `behind event ${nth}`);
      }
    },
  );

  behaviour('a place that is too old, or no place at all, is not known', async (store) => {
    const place = await store.feed.begin('acme', NOW_MS);
    assert.ok(await store.feed.after('acme', place, NOW_MS + FEED_KEPT_MS));
    assert.equal(await store.feed.after('acme', place, NOW_MS + FEED_KEPT_MS + 1), undefined);
    for (const text of [
      '',
      'x',
      `${place}9`.replace(/\..*/, ''),
      place.replace(/^[^.]+/, 'other'),
      `${place}.1:1:.5.5`,
    ]) {
      const read = await store.feed.after('acme', text, NOW_MS);
      assert.equal(read, undefined, text);
    }
  });

  behaviour(
    'a feed that nobody keeps ends, one that is kept goes on, and old events are forgotten',
    async (store) => {
      const place = await store.feed.begin('acme', NOW_MS);
      await store.calls.commit([told('a', 'call-1')], NOW_MS);
      await store.feed.keep('acme', NOW_MS + 60_000);
      await store.upkeep.forgetFeed(NOW_MS + FEED_KEPT_MS + 1, 100);
      assert.equal((await rest(store, place)).words.length, 2);
      assert.equal(await store.upkeep.forgetFeed(NOW_MS + 5 * FEED_KEPT_MS, 100), 1);
      assert.equal(await store.feed.after('acme', place, NOW_MS), undefined);
      await store.calls.commit([told('b', 'call-2')], NOW_MS);
      assert.deepEqual((await rest(store, await store.feed.begin('acme', NOW_MS))).words, []);
    },
  );

  behaviour('whoever listens is woken', async (store) => {
    const place = await store.feed.begin('acme', NOW_MS);
    const woken = Promise.withResolvers<void>();
    const stop = store.feed.listen((organisationId) => {
      if (organisationId === 'acme') woken.resolve();
    });
    const committing = (async () => {
      // On a database over a network listening begins a moment later.
      for (let nth = 0; nth < 50; nth += 1) {
        await store.calls.commit([told(`m-${nth}`, `call-${nth}`)], NOW_MS);
        if (
          await Promise.race([
            woken.promise.then(() => true),
            new Promise((resolve) => setTimeout(resolve, 20)),
          ])
        )
          return;
      }
    })();
    await woken.promise;
    await committing;
    assert.equal((await rest(store, place)).words[1], 'message m-0');
    stop();
  });
}
