/** The contract of the store's room `log`: what is told of messages and calls afterwards is the same on every backend. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { planChanges } from '../../src/policy/directory-changes.ts';
import {
  CursorInvalid,
  type CallFilter,
  type CallNotReported,
  type Logged,
  type MessageFilter,
  type NotReportedFilter,
} from '../../src/store/log.ts';
import type { AllowedDevices } from '../../src/policy/allowed-devices.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import type { Store } from '../../src/store/store.ts';
import { attempt, DETAILS, step, type Told } from '../support/logged.ts';
import { NOTE } from '../support/note.ts';
import { directoryFor } from '../support/transcripts.ts';
import type { Backend } from './store-contract.ts';

const MINUTE_MS = 60_000;

export function logContract(backend: Backend): void {
  const behaviour = (sentence: string, prove: (store: Store) => Promise<void>) =>
    test(`${backend.name}: ${sentence}`, backend.needs ?? {}, async () => {
      const store = await backend.open();
      const { sources, organisations } = directoryFor('PJSIP');
      const [acme] = organisations;
      const erp = { ...acme!.endpoints[0]!, id: 'erp', url: 'https://erp.acme.example/in?token=t' };
      const wanted = {
        sources,
        organisations: [
          {
            ...acme!,
            endpoints: [...acme!.endpoints, erp],
            functionNumbers: [{ number: '7000', kind: 'QUEUE' as const }],
          },
          { ...acme!, id: 'other', users: [] },
        ],
      };
      const empty = { sources: [], organisations: [] };
      await store.directory.write(planChanges(empty, wanted, { prune: false }).changes);
      try {
        await prove(store);
      } finally {
        await store.close();
      }
    });

  const idsOf = async (store: Store, filter: MessageFilter, organisation = 'acme') =>
    (await store.log.messages(organisation, filter, { limit: 100 })).items.map(({ messageId }) => messageId);

  behaviour('messages come newest first, each once, however many arrive between the pages', async (store) => {
    const calls = Array.from({ length: 25 }, (_, nth) => `call-${String(nth).padStart(2, '0')}`);
    // Ten of one moment, then fifteen of another.
    await store.calls.commit(
      calls.slice(0, 10).map((call) => step({ call })),
      1_000,
    );
    await store.calls.commit(
      calls.slice(10).map((call) => step({ call })),
      2_000,
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { items: readonly { callId: string }[]; next?: string } = await store.log.messages(
        'acme',
        {},
        {
          limit: 4,
          ...(cursor !== undefined && { cursor }),
        },
      );
      seen.push(...page.items.map(({ callId }) => callId));
      cursor = page.next;
      await store.calls.commit([step({ call: `later-${seen.length}` })], 3_000);
    } while (cursor !== undefined);
    assert.deepEqual(seen, calls.toReversed());
    await assert.rejects(store.log.messages('acme', {}, { limit: 4, cursor: 'nonsense' }), CursorInvalid);
  });

  behaviour('messages are found by what is asked of them, and by all of it', async (store) => {
    await store.calls.commit([step({ call: 'one', to: ['crm', 'erp'], remote: '+358409401234' })], 1_000);
    await store.calls.commit([step({ call: 'one', branch: 'one-b.', user: 'maija' })], 2_000);
    await store.calls.commit([step({ call: 'two', state: 'TERMINATED', user: 'O"Neil_%' })], 3_000);
    await store.calls.commit([step({ call: 'one', organisationId: 'other' })], 3_000);
    await attempt(store, 4_000, { kind: 'dead' }, 20, 'acme-erp-one-a.-EARLY');
    const cases: [MessageFilter, string[]][] = [
      [{ endpointId: 'erp' }, ['acme-erp-one-a.-EARLY']],
      [{ outcome: 'dead' }, ['acme-erp-one-a.-EARLY']],
      [{ outcome: 'expired' }, []],
      [{ outcome: 'pending', endpointId: 'crm', state: 'TERMINATED' }, ['acme-crm-two-a.-TERMINATED']],
      [{ callId: 'two' }, ['acme-crm-two-a.-TERMINATED']],
      [{ callId: 'one', localUserId: 'maija' }, ['acme-crm-one-b.-EARLY']],
      [{ callId: 'one', toMs: 2_000, endpointId: 'crm' }, ['acme-crm-one-a.-EARLY']],
      [{ branchId: 'one-b.' }, ['acme-crm-one-b.-EARLY']],
      [{ localUserId: 'O"Neil_%' }, ['acme-crm-two-a.-TERMINATED']],
      [{ localUserId: 'mai' }, []],
      [{ fromMs: 2_000, toMs: 3_000 }, ['acme-crm-one-b.-EARLY']],
      [{ text: '+358 40 940 1234', endpointId: 'crm' }, ['acme-crm-one-a.-EARLY']],
      [{ text: 'MAIJA' }, ['acme-crm-one-b.-EARLY']],
      [{ text: 'o"neil_%' }, ['acme-crm-two-a.-TERMINATED']],
      [{ text: '%' }, ['acme-crm-two-a.-TERMINATED']],
      [{ text: 'no such' }, []],
    ];
    for (const [filter, found] of cases)
      assert.deepEqual(await idsOf(store, filter), found, JSON.stringify(filter));
    assert.deepEqual(await idsOf(store, {}, 'other'), ['other-crm-one-a.-EARLY']);
    assert.deepEqual(await idsOf(store, { callId: 'two' }, 'other'), []);
  });

  behaviour('a message tells its body and its attempts, to its own organisation alone', async (store) => {
    await store.calls.commit([step({ call: 'one' })], 1_000);
    await attempt(store, 1_000, { kind: 'later', dueAtMs: 5_000, usesRetry: true }, 30);
    const id = 'acme-crm-one-a.-EARLY';
    const [listed] = (await store.log.messages('acme', {}, { limit: 1 })).items;
    assert.deepEqual(
      [listed?.outcome, listed?.dueAtMs, listed?.last?.outcome],
      ['pending', 5_000, 'receiver_error'],
    );
    await attempt(store, 5_000, { kind: 'delivered' });
    const message = await store.log.message('acme', id);
    assert.equal(JSON.parse(message!.body).call_id, 'one');
    assert.deepEqual(
      [message?.outcome, message?.finishedAtMs, message?.attemptsMade],
      ['delivered', 5_000, 2],
    );
    assert.deepEqual(message?.attempts, [
      {
        number: 1,
        startedAtMs: 1_000,
        durationMs: 30,
        outcome: 'receiver_error',
        statusCode: 503,
        detail: 'The receiver answered 503: it failed.',
        details: DETAILS,
      },
      { number: 2, startedAtMs: 5_000, durationMs: 20, outcome: 'delivered', statusCode: 204 },
    ]);
    assert.deepEqual(listed?.last?.details, DETAILS);
    assert.equal(await store.log.message('other', id), undefined);
    assert.equal(await store.log.message('acme', 'no such'), undefined);
  });

  behaviour(
    'calls come newest first, each once: with messages at two endpoints, with one, with none',
    async (store) => {
      const refusals = [{ endpointId: 'erp', why: 'state', asks: ['TERMINATED'] }] as const;
      const names = Array.from({ length: 12 }, (_, nth) => `call-${nth}`);
      for (const [nth, call] of names.entries()) {
        const kinds: Told[] = [
          { call, to: ['crm', 'erp'] },
          { call, to: ['crm'], refusals },
          { call, to: [] },
        ];
        await store.calls.commit([step(kinds[nth % 3]!)], 1_000 + nth);
        await store.calls.commit(
          [step({ call, state: 'TERMINATED', to: nth % 3 === 2 ? [] : ['crm', 'erp'] })],
          2_000,
        );
      }
      await store.calls.commit([step({ call: 'call-1', organisationId: 'other' })], 9_000);
      const read = async (filter: CallFilter, limit: number) => {
        const seen: string[] = [];
        let cursor: string | undefined;
        do {
          const page: { items: readonly { callId: string }[]; next?: string } = await store.log.calls(
            'acme',
            filter,
            {
              limit,
              ...(cursor !== undefined && { cursor }),
            },
          );
          seen.push(...page.items.map(({ callId }) => callId));
          cursor = page.next;
        } while (cursor !== undefined);
        return seen;
      };
      assert.deepEqual(await read({}, 5), names.toReversed());
      assert.deepEqual(await read({ result: 'not reported' }, 2), ['call-11', 'call-8', 'call-5', 'call-2']);
      assert.deepEqual(await read({ fromMs: 1_002, toMs: 1_004 }, 5), ['call-3', 'call-2']);
      assert.deepEqual(await read({ localUserId: 'maija' }, 5), []);
      const [newest, next] = (await store.log.calls('acme', {}, { limit: 2 })).items;
      assert.deepEqual(newest, {
        callId: 'call-11',
        beganAtMs: 1_011,
        lastAtMs: 2_000,
        result: 'not reported',
        branches: [
          {
            branchId: 'call-11-a.',
            direction: 'INCOMING',
            localUserId: 'matti',
            beganAtMs: 1_000,
            endedAtMs: 1_000,
            state: 'TERMINATED',
            reported: false,
          },
        ],
        messages: { pending: 0, delivered: 0, expired: 0, dead: 0 },
      });
      assert.deepEqual([next?.result, next?.messages.pending, next?.beganAtMs], ['waiting', 3, 1_010]);
      await assert.rejects(store.log.calls('acme', {}, { limit: 4, cursor: 'nonsense' }), CursorInvalid);
    },
  );

  behaviour('what an endpoint tells of its last attempt is short', async (store) => {
    await store.calls.commit([step({ call: 'one' })], 1_000);
    await attempt(store, 1_000, { kind: 'dead' }, 30);
    const { endpoints } = await store.health.overview();
    const last = endpoints.find(({ organisationId, id }) => organisationId === 'acme' && id === 'crm')?.last;
    assert.deepEqual(last, {
      startedAtMs: 1_000,
      durationMs: 30,
      outcome: 'receiver_error',
      statusCode: 503,
      detail: 'The receiver answered 503: it failed.',
    });
  });

  behaviour('a timeline has the steps with their verdicts, messages, attempts, endpoints', async (store) => {
    const refusals = [{ endpointId: 'erp', why: 'state', asks: ['TERMINATED'] }] as const;
    const both = [...refusals, { endpointId: 'crm', why: 'filter' }] as const;
    const early = step({ call: 'one', to: ['crm'], refusals, remote: '7000' });
    await store.calls.commit([step({ call: 'one', state: 'TRYING', to: [], refusals: both }), early], 1_000);
    // An answer that got lost: the same steps once more.
    await store.calls.commit([early], 1_500);
    await store.calls.commit([step({ call: 'one', state: 'TERMINATED', to: ['crm', 'erp'] })], 2_000);
    await attempt(store, 2_000, { kind: 'delivered' });
    await store.health.enable('acme', 'erp', false, 2_500, NOTE);
    const timeline = await store.log.call('acme', 'one');
    assert.deepEqual(
      timeline?.steps.map(({ event, sentTo, refusals: refused, takenAtMs }) => [
        event.state,
        sentTo,
        refused,
        takenAtMs,
      ]),
      [
        ['TRYING', [], both, 1_000],
        ['EARLY', ['crm'], refusals, 1_000],
        ['TERMINATED', ['crm', 'erp'], [], 2_000],
      ],
    );
    assert.deepEqual(
      timeline?.messages.map(({ endpointId, seqNum, attempts }) => [endpointId, seqNum, attempts.length]),
      [
        ['crm', 1, 1],
        ['crm', 2, 0],
        ['erp', 1, 1],
      ],
    );
    assert.deepEqual(timeline?.endpoints.map(({ id, host, health }) => [id, host, health.kind]).toSorted(), [
      ['crm', 'crm.acme.example', 'healthy'],
      ['erp', 'erp.acme.example', 'disabled'],
    ]);
    assert.deepEqual(timeline?.functionNumbers, [{ number: '7000', kind: 'QUEUE' }]);
    assert.equal(await store.log.call('other', 'one'), undefined);
    assert.equal(await store.log.call('acme', 'no such'), undefined);
  });

  behaviour('calls that an endpoint heard nothing of are read in pages, with the reasons', async (store) => {
    const filtered = [{ endpointId: 'erp', why: 'filter' }] as const;
    const names = Array.from({ length: 200 }, (_, nth) => `call-${String(nth).padStart(3, '0')}`);
    // Every fortieth; the others went to both.
    const isFiltered = (nth: number) => nth % 40 === 0;
    for (const [nth, call] of names.entries()) {
      const told = isFiltered(nth) ? { call, refusals: filtered } : { call, to: ['crm', 'erp'] };
      await store.calls.commit([step(told)], 1_000 + nth);
    }
    const read = async (filter: NotReportedFilter, limit: number) => {
      const seen: string[] = [];
      let cursor: string | undefined;
      do {
        const page: Logged<CallNotReported> = await store.log.notReported('acme', filter, {
          limit,
          ...(cursor !== undefined && { cursor }),
        });
        seen.push(...page.items.map(({ callId }) => callId));
        cursor = page.next;
      } while (cursor !== undefined);
      return seen;
    };
    const expected = names.filter((_, nth) => isFiltered(nth)).toReversed();
    assert.deepEqual(await read({}, 2), expected);
    assert.deepEqual(await read({ endpointId: 'erp' }, 50), expected);
    assert.deepEqual(await read({ endpointId: 'crm' }, 50), []);
    assert.deepEqual(await read({ fromMs: 1_040, toMs: 1_080 }, 50), ['call-040']);
    const [call] = (await store.log.notReported('acme', {}, { limit: 1 })).items;
    assert.deepEqual(
      [call?.beganAtMs, call?.legs.map(({ leg, reasons }) => [leg.branchId, reasons])],
      [1_160, [['call-160-a.', [{ code: 'filtered', endpointId: 'erp', host: 'erp.acme.example' }]]]],
    );
    assert.deepEqual((await store.log.notReported('other', {}, { limit: 9 })).items, []);
    await assert.rejects(store.log.notReported('acme', {}, { limit: 4, cursor: 'nonsense' }), CursorInvalid);
  });

  behaviour('figures of each step of time, of one endpoint or of all', async (store) => {
    const at = (minute: number) => 1_800_000_000_000 + minute * MINUTE_MS;
    for (let nth = 0; nth < 100; nth += 1) {
      await store.calls.commit([step({ call: `call-${nth}` })], at(0));
      await attempt(store, at(0), { kind: 'delivered' }, nth < 90 ? 20 : 2_000);
    }
    await store.calls.commit(
      [step({ call: 'erp-1', to: ['erp'] }), step({ call: 'erp-2', to: ['erp'] })],
      at(11),
    );
    await attempt(store, at(11), { kind: 'later', dueAtMs: at(12), usesRetry: true });
    await attempt(store, at(12), { kind: 'dead' }, 20, 'acme-erp-erp-1-a.-EARLY');
    assert.equal(await store.upkeep.expire(at(30), 100), 1);
    const asked = { fromMs: at(0), toMs: at(60), stepMs: 10 * MINUTE_MS };
    const [first, ...rest] = await store.log.statistics('acme', asked);
    assert.deepEqual([first?.atMs, first?.delivered, first?.failed], [at(0), 100, 0]);
    const near = (figure: number | undefined, truth: number) =>
      assert.ok(Math.abs((figure ?? 0) - truth) <= truth / 10, `${figure} for ${truth}`);
    near(first?.latencyMs?.p50, 20);
    near(first?.latencyMs?.p95, 2_000);
    near(first?.latencyMs?.p99, 2_000);
    assert.deepEqual(rest, [
      { atMs: at(10), delivered: 0, failed: 3, expired: 0, dead: 1 },
      { atMs: at(30), delivered: 0, failed: 0, expired: 1, dead: 0 },
    ]);
    const hour = { ...asked, stepMs: 60 * MINUTE_MS };
    const [whole] = await store.log.statistics('acme', hour);
    assert.deepEqual([whole?.delivered, whole?.failed, whole?.expired, whole?.dead], [100, 3, 1, 1]);
    assert.equal((await store.log.statistics('acme', { ...hour, endpointId: 'erp' }))[0]?.delivered, 0);
    assert.deepEqual(await store.log.statistics('other', hour), []);
    assert.equal(await store.upkeep.forgetStatistics(at(11), 100), 2);
    assert.equal((await store.log.statistics('acme', hour))[0]?.delivered, 0);
  });

  behaviour('unknown devices are counted, the most recently seen kept', async (store) => {
    const device = (nth: number, lastAtMs: number) => ({
      sourceId: 'pbx',
      address: `PJSIP/trunk-${nth}`,
      events: 2,
      firstAtMs: 1_000,
      lastAtMs,
    });
    await store.log.addUnknownDevices([device(1, 1_000), device(2, 1_001)]);
    await store.log.addUnknownDevices([{ ...device(1, 5_000), firstAtMs: 4_000 }]);
    assert.deepEqual(await store.log.unknownDevices(10), [
      { ...device(1, 5_000), events: 4 },
      device(2, 1_001),
    ]);
    await store.log.addUnknownDevices(Array.from({ length: 1_000 }, (_, nth) => device(nth + 10, 6_000)));
    const kept = await store.log.unknownDevices(2_000);
    assert.deepEqual([kept.length, kept.some(({ address }) => address === 'PJSIP/trunk-1')], [1_000, false]);
  });

  behaviour(
    'an organisation sees of the unknown devices what it may add, and nobody sees what somebody has',
    async (store) => {
      const seen = ['PJSIP/acme-1', 'PJSIP/acme-2', 'PJSIP/trunk', 'PJSIP/beta-1'].map((address, nth) => ({
        sourceId: 'pbx',
        address,
        events: 1,
        firstAtMs: nth,
        lastAtMs: nth,
      }));
      await store.log.addUnknownDevices(seen);
      const organisation = (id: string, allowedDevices: AllowedDevices) =>
        ({
          do: 'put-organisation',
          is: 'new',
          organisation: { id, name: id, defaultCountry: 'FI', privacy: OPEN_PRIVACY, allowedDevices },
        }) as const;
      const user = {
        userId: 'a',
        numbers: [],
        extensions: [],
        devices: [{ source: 'pbx', address: 'PJSIP/acme-2' }],
      };
      const settings = { id: 'pbx', kind: 'http', secret: 's', defaultDeviceType: 'DESKTOP' } as const;
      await store.directory.write([
        { do: 'put-source', is: 'new', source: settings },
        organisation('some', [{ source: 'pbx', devices: ['PJSIP/acme-*'] }]),
        organisation('none', []),
        organisation('every', 'all'),
        { do: 'put-user', is: 'new', organisationId: 'every', user },
      ]);
      const addresses = async (of: Promise<readonly { address: string }[]>) =>
        (await of).map(({ address }) => address);
      assert.deepEqual(await addresses(store.log.unknownDevices(2)), ['PJSIP/beta-1', 'PJSIP/trunk']);
      assert.deepEqual(await addresses(store.log.unknownDevicesFor('some', 1)), ['PJSIP/acme-1']);
      assert.deepEqual(await addresses(store.log.unknownDevicesFor('none', 9)), []);
      assert.deepEqual(await addresses(store.log.unknownDevicesFor('nobody', 9)), []);
      assert.equal((await store.log.unknownDevicesFor('every', 9)).length, 3);
    },
  );

  behaviour('the trail is forgotten in steps, and what messages tell stays', async (store) => {
    const refusals = [{ endpointId: 'erp', why: 'filter' }] as const;
    await store.calls.commit([step({ call: 'one', to: ['crm'], refusals })], 1_000);
    await store.calls.commit([step({ call: 'two', to: [] }), step({ call: 'three', to: [] })], 2_000);
    await store.log.addUnknownDevices([
      { sourceId: 'pbx', address: 'PJSIP/trunk', events: 1, firstAtMs: 1_000, lastAtMs: 1_000 },
    ]);
    assert.equal(await store.upkeep.forgetTrail(2_000, 100), 1);
    assert.deepEqual((await store.log.call('acme', 'one'))?.steps[0]?.refusals, []);
    assert.deepEqual(await store.log.unknownDevices(10), []);
    assert.equal(await store.upkeep.forgetTrail(2_001, 1), 1);
    assert.equal(await store.upkeep.forgetTrail(2_001, 1), 1);
    assert.equal(await store.upkeep.forgetTrail(2_001, 1), 0);
    const calls = (await store.log.calls('acme', {}, { limit: 10 })).items;
    assert.deepEqual(
      calls.map(({ callId }) => callId),
      ['one'],
    );
  });
}
