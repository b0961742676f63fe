/** The log over HTTP: messages, calls, why a CRM did not pop, figures, and the installation at a glance. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { finding, findingWords } from '../../src/api/calls/findings.ts';
import type { Finding } from '../../src/policy/explanation.ts';
import type { Store } from '../../src/store/store.ts';
import { startApi, twoOrganisations, type Client, type TestApi } from '../support/api.ts';
import { attempt, step } from '../support/logged.ts';
import { needsPostgres } from '../support/needs.ts';
import { NOTE } from '../support/note.ts';
import { openAlone } from '../support/postgres-stores.ts';
import { openTestStore } from '../support/store.ts';

const BACKENDS = [
  { name: 'SQLite', needs: {}, open: async () => openTestStore() },
  { name: 'PostgreSQL', needs: needsPostgres(), open: openAlone },
];
const BEGAN = Date.parse('2026-11-23T12:30:00Z');
const SECOND = 1_000;
const O = 'organisations/acme';

/** `acme` has two endpoints, and a queue behind 7000. */
async function start(t: TestContext, store: Store): Promise<TestApi & { viewer: Client }> {
  const { sources, organisations } = twoOrganisations();
  const [acme, beta] = organisations;
  const erp = { ...acme!.endpoints[0]!, id: 'erp', url: 'https://erp.acme.example/in?token=secret' };
  const functionNumbers = [{ number: '7000', kind: 'QUEUE' as const }];
  const withErp = { ...acme!, endpoints: [...acme!.endpoints, erp], functionNumbers };
  const api = await startApi(t, { store, directory: { sources, organisations: [withErp, beta!] } });
  return { ...api, viewer: (await api.key('read', 'acme')).client };
}

// oxlint-disable-next-line typescript/no-explicit-any -- whatever was answered
type Item = Record<string, any>;

/** Reads a list to its end. */
async function all(client: Client, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor = ''; ;) {
    const { status, body } = await client('GET', `${path}${cursor}`);
    assert.equal(status, 200);
    items.push(...body.items);
    if (body.next_cursor === undefined) return items;
    cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
  }
}

for (const { name, needs, open } of BACKENDS) {
  const behaviour = (
    sentence: string,
    prove: (api: Awaited<ReturnType<typeof start>>) => Promise<void>,
  ): void => {
    test(`${name}: ${sentence}`, needs, async (t) => prove(await start(t, await open())));
  };

  behaviour(
    'messages come in pages, newest first, and by what is asked of them',
    async ({ viewer, store }) => {
      for (let nth = 0; nth < 5; nth += 1) {
        await store.calls.commit([step({ call: `call-${nth}`, remote: '+358409401234' })], BEGAN + nth);
      }
      await store.calls.commit([step({ call: 'call-5', to: ['erp'], user: 'maija' })], BEGAN + 5 * SECOND);
      const items = await all(viewer, `${O}/messages?limit=2`);
      assert.deepEqual(
        items.map(({ body }) => body['call_id']),
        ['call-5', 'call-4', 'call-3', 'call-2', 'call-1', 'call-0'],
      );
      const idsOf = async (query: string) =>
        (await all(viewer, `${O}/messages?${query}`)).map(({ body }) => body['call_id']);
      assert.deepEqual(await idsOf('endpoint=erp'), ['call-5']);
      assert.deepEqual(await idsOf('user=maija&outcome=pending&state=EARLY'), ['call-5']);
      assert.deepEqual(await idsOf('call=call-2&branch=call-2-a.'), ['call-2']);
      assert.deepEqual(await idsOf('from=2026-11-23T14:30:01%2B02:00'), ['call-5']);
      assert.deepEqual(await idsOf('to=2026-11-23T12:30:00.001Z&text=%2B358%2040%20940'), ['call-0']);
      for (const query of ['cursor=nonsense', 'from=yesterday', 'outcome=lost', 'txt=1', 'limit=201']) {
        const { status, body } = await viewer('GET', `${O}/messages?${query}`);
        const pointer = `/${query.split('=')[0]}`;
        assert.deepEqual([status, body.code, body.errors[0].pointer], [422, 'REQUEST_INVALID', pointer]);
      }
    },
  );

  behaviour('a message shows its very text, its attempts, when it is tried next', async (api) => {
    const { viewer, store } = api;
    await store.calls.commit([step({ call: 'one' })], BEGAN);
    await attempt(store, BEGAN, { kind: 'later', dueAtMs: BEGAN + 5 * SECOND, usesRetry: true }, 30);
    const [listed] = (await viewer('GET', `${O}/messages`)).body.items;
    assert.equal(listed.last_attempt.status_code, 503);
    const { body, status } = await viewer('GET', `${O}/messages/${listed.id}`);
    const stored = await store.log.message('acme', listed.id);
    assert.equal(status, 200);
    assert.equal(body.body_text, stored?.body);
    assert.deepEqual(body.body, JSON.parse(body.body_text));
    assert.deepEqual(
      [body.outcome, body.created_at, body.next_attempt_at],
      ['pending', '2026-11-23T12:30:00.000Z', '2026-11-23T12:30:05.000Z'],
    );
    assert.deepEqual(body.attempts, [
      {
        number: 1,
        started_at: '2026-11-23T12:30:00.000Z',
        duration_ms: 30,
        outcome: 'receiver_error',
        status_code: 503,
        detail: 'The receiver answered 503: it failed.',
        timings: { dns: 2.1, connect: 8, tls: 21.4, wait: 310, read: 0.2 },
        address: '192.0.2.7',
        tls_version: 'TLSv1.3',
        certificate_ends_at: '2026-12-01T00:00:00.000Z',
        response_headers: { server: 'nginx', 'x-request-id': 'r-"1"' },
        request_headers: {
          'content-type': 'application/json',
          'webhook-id': listed.id,
          'webhook-timestamp': String(Math.floor(BEGAN / SECOND)),
          'webhook-signature': '…',
          'callhook-skipped': '1,2',
        },
      },
    ]);
    assert.equal((await viewer('GET', `${O}/messages/no-such`)).status, 404);
    const beta = (await api.key('read', 'beta')).client;
    assert.equal((await beta('GET', `organisations/beta/messages/${listed.id}`)).status, 404);
  });

  behaviour('“why did my CRM not pop?” is answered in words, in one request', async ({ viewer, store }) => {
    const refusals = [{ endpointId: 'erp', why: 'state', asks: ['TERMINATED'] }] as const;
    await store.calls.commit([step({ call: 'one', refusals, remote: '7000' })], BEGAN);
    await attempt(store, BEGAN, { kind: 'later', dueAtMs: BEGAN + 5 * SECOND, usesRetry: true });
    await store.health.enable('acme', 'erp', false, BEGAN + SECOND, NOTE);
    const { status, body } = await viewer('GET', `${O}/calls/one`);
    assert.equal(status, 200);
    const texts = Object.fromEntries(body.findings.map((found: never) => [found['code'], found['text']]));
    assert.equal(
      texts['function-number'],
      'The other end is 7000, a function number (queue): no user sits there.',
    );
    assert.equal(texts['not-asked-for'], 'No message to erp.acme.example: it asks only for TERMINATED.');
    assert.equal(
      texts['retrying'],
      'EARLY: crm.acme.example answered 503 since 12:30:00 UTC. The next try is at 12:30:05 UTC.',
    );
    const retrying = body.findings.find(({ code }: { code: string }) => code === 'retrying');
    assert.deepEqual(
      { ...retrying, text: '' },
      {
        code: 'retrying',
        text: '',
        endpoint: 'crm',
        host: 'crm.acme.example',
        states: ['EARLY'],
        trouble: {
          code: 'receiver_error',
          status_code: 503,
          detail: 'The receiver answered 503: it failed.',
          attempts: 1,
        },
        since: '2026-11-23T12:30:00.000Z',
        next_at: '2026-11-23T12:30:05.000Z',
      },
    );
    const [taken] = body.steps;
    assert.deepEqual(
      [taken.event.state, taken.taken_at, taken.sent_to, taken.refusals],
      [
        'EARLY',
        '2026-11-23T12:30:00.000Z',
        ['crm'],
        [{ endpoint: 'erp', why: 'state', asks: ['TERMINATED'] }],
      ],
    );
    assert.equal(body.messages[0].attempts.length, 1);
    const erp = body.endpoints.find(({ id }: { id: string }) => id === 'erp');
    assert.deepEqual(erp, {
      id: 'erp',
      host: 'erp.acme.example',
      health: {
        state: 'disabled',
        since: '2026-11-23T12:30:01.000Z',
        disabled_because: 'operator',
        reason: 'It was switched off.',
      },
    });
    assert.deepEqual(body.function_numbers, [{ number: '7000', kind: 'QUEUE' }]);
    assert.equal((await viewer('GET', `${O}/calls/no-such`)).status, 404);
  });

  behaviour('calls are listed by what became of them', async ({ viewer, store }) => {
    await store.calls.commit([step({ call: 'good' })], BEGAN);
    await attempt(store, BEGAN, { kind: 'delivered' });
    await store.calls.commit([step({ call: 'bad' })], BEGAN + 1);
    await attempt(store, BEGAN + 1, { kind: 'dead' });
    await store.calls.commit([step({ call: 'silent', to: [], user: 'maija' })], BEGAN + 2);
    await store.calls.commit([step({ call: 'waits', remote: '+358409401234' })], BEGAN + 3);
    assert.deepEqual((await viewer('GET', `${O}/calls?limit=1`)).body.items[0].branches, [
      {
        branch_id: 'waits-a.',
        direction: 'INCOMING',
        local_user_id: 'matti',
        remote_number: '+358409401234',
        began_at: '1970-01-01T00:00:01.000Z',
        state: 'EARLY',
        reported: true,
      },
    ]);
    const namesOf = async (query: string) =>
      (await all(viewer, `${O}/calls?${query}`)).map((one) => one['call_id']);
    assert.deepEqual(await namesOf('limit=1'), ['waits', 'silent', 'bad', 'good']);
    for (const [result, call] of Object.entries({
      delivered: 'good',
      failed: 'bad',
      not_reported: 'silent',
      waiting: 'waits',
    })) {
      const [found, ...others] = await all(viewer, `${O}/calls?result=${result}`);
      assert.deepEqual([found?.['call_id'], found?.['result'], others], [call, result, []]);
    }
    assert.deepEqual(await namesOf('user=maija'), ['silent']);
    assert.deepEqual(await namesOf('from=2026-11-23T12:30:00.001Z&to=2026-11-23T12:30:00.002Z'), ['bad']);
    assert.equal((await viewer('GET', `${O}/calls?cursor=nonsense`)).body.code, 'REQUEST_INVALID');
  });

  behaviour('what was not reported is told with the reason, for each leg and endpoint', async (api) => {
    const { viewer, store } = api;
    const filtered = [{ endpointId: 'erp', why: 'filter' }] as const;
    const ended = [{ endpointId: 'erp', why: 'state', asks: ['CONFIRMED'] }] as const;
    const late = step({ call: 'late', to: [] });
    await store.calls.commit([step({ call: 'reported', to: ['crm', 'erp'] })], BEGAN);
    await attempt(store, BEGAN, { kind: 'delivered' });
    await store.calls.commit([step({ call: 'filtered', refusals: filtered })], BEGAN + 1);
    await store.calls.commit([{ ...late, trail: { ...late.trail!, cameLate: true } }], BEGAN + 2);
    // What an endpoint asks for may still come.
    await store.calls.commit([step({ call: 'open', refusals: ended })], BEGAN + 3);
    await store.calls.commit([step({ call: 'ended', state: 'TERMINATED', refusals: ended })], BEGAN + 4);
    await attempt(store, BEGAN + 4, { kind: 'delivered' });
    const told = async (query: string) =>
      (await all(viewer, `${O}/not-reported?${query}`)).map(({ call_id, legs }) => [
        call_id,
        (legs as { reasons: { code: string; endpoint?: string }[] }[]).map(({ reasons }) =>
          reasons.map(({ code, endpoint }) => (endpoint === undefined ? code : `${code} ${endpoint}`)),
        ),
      ]);
    assert.deepEqual(await told('limit=1'), [
      ['ended', [['not-asked-for erp']]],
      ['late', [['came-late']]],
      ['filtered', [['filtered erp']]],
    ]);
    assert.deepEqual(await told('endpoint=crm'), [['late', [['came-late']]]]);
    assert.deepEqual(await told('to=2026-11-23T12:30:00.002Z'), [['filtered', [['filtered erp']]]]);
    await store.health.enable('acme', 'crm', false, BEGAN + 10, NOTE);
    await store.calls.commit([step({ call: 'off' })], BEGAN + 11);
    assert.deepEqual((await told('endpoint=crm'))[0], ['off', [['held-back crm']]]);
    const beta = (await api.key('read', 'beta')).client;
    assert.deepEqual((await beta('GET', 'organisations/beta/not-reported')).body, { items: [] });
    assert.equal((await viewer('GET', `${O}/not-reported?cursor=nonsense`)).body.code, 'REQUEST_INVALID');
  });

  behaviour('endpoints tell how they are, since when and why', async ({ viewer, store, key }) => {
    await store.calls.commit([step({ call: 'one', to: ['crm', 'erp'] })], BEGAN);
    await attempt(store, BEGAN + 60 * SECOND, { kind: 'delivered' }, 20, 'acme-crm-one-a.-EARLY');
    await store.calls.commit([step({ call: 'two' })], BEGAN + 120 * SECOND);
    await attempt(store, BEGAN + 120 * SECOND, { kind: 'dead' }, 20, 'acme-crm-two-a.-EARLY');
    await store.health.enable('acme', 'erp', false, BEGAN, NOTE);
    const { items } = (await viewer('GET', `${O}/endpoint-states`)).body;
    const [crm, erp] = items;
    assert.deepEqual(
      [crm.id, crm.health, crm.waiting, crm.delivered, crm.dead, crm.last_attempt.outcome],
      ['crm', { state: 'healthy' }, 0, 1, 1, 'receiver_error'],
    );
    // The last attempt failed: to ten minutes.
    assert.equal(crm.last_success_at, '2026-11-23T12:30:00.000Z');
    assert.deepEqual([erp.health.state, erp.host, erp.calls_waiting], ['disabled', 'erp.acme.example', 1]);
    const beta = (await key('read', 'beta')).client;
    const others = (await beta('GET', 'organisations/beta/endpoint-states')).body.items;
    assert.deepEqual(
      others.map(({ waiting, delivered }: Record<string, number>) => [waiting, delivered]),
      [[0, 0]],
    );
  });

  behaviour('figures are given by steps of time', async ({ viewer, store }) => {
    await store.calls.commit([step({ call: 'one', to: ['crm', 'erp'] })], BEGAN);
    await attempt(store, BEGAN, { kind: 'delivered' });
    const span = 'from=2026-11-23T12:00:00Z&to=2026-11-23T14:00:00Z';
    const { body } = await viewer('GET', `${O}/statistics?${span}&step=10m`);
    const { latency_ms: latency, ...counts } = body.items[0];
    assert.deepEqual(counts, {
      at: '2026-11-23T12:30:00.000Z',
      delivered: 2,
      failed: 0,
      expired: 0,
      dead: 0,
    });
    assert.ok(latency.p95 >= 18 && latency.p95 <= 22);
    const one = await viewer('GET', `${O}/statistics?${span}&endpoint=erp`);
    assert.deepEqual(
      [one.body.items.length, one.body.items[0].at, one.body.items[0].delivered],
      [1, '2026-11-23T12:00:00.000Z', 1],
    );
    for (const query of [
      'from=2026-11-23T12:00:00Z&to=2026-11-23T12:00:00Z',
      'from=2026-01-01T00:00:00Z&to=2026-11-23T12:00:00Z&step=10m',
    ]) {
      const refused = await viewer('GET', `${O}/statistics?${query}`);
      assert.deepEqual([refused.status, refused.body.errors[0].pointer], [422, '/from']);
    }
  });

  behaviour('the operator sees nodes, backlog, settings, unknown devices', async ({ key, store }) => {
    const operator = (await key('read')).client;
    await store.calls.commit([step({ call: 'one' })], BEGAN);
    await store.leases.hold('node/', 1e9, store.nowMs());
    const { body } = await operator('GET', 'overview');
    assert.deepEqual(
      [body.nodes, body.node, body.open_legs, body.endpoints.by_state],
      [[{ id: store.node }], store.node, 1, { healthy: 3 }],
    );
    assert.deepEqual(body.backlog, { messages: 1, calls: 1, oldest_since: '2026-11-23T12:30:00.000Z' });
    const [concerning, ...others] = body.endpoints.concerning;
    assert.deepEqual([concerning.organisation, concerning.id, others], ['acme', 'crm', []]);
    const settings = (await operator('GET', 'settings')).body.items;
    assert.deepEqual(settings[1], { name: 'smtp_url', secret: true, set: true, from: 'environment' });
    const seen = { events: 2, firstAtMs: BEGAN, lastAtMs: BEGAN + SECOND };
    await store.log.addUnknownDevices([{ sourceId: 'pbx', address: 'PJSIP/trunk', ...seen }]);
    assert.deepEqual((await operator('GET', 'unknown-devices')).body.items, [
      {
        source: 'pbx',
        address: 'PJSIP/trunk',
        events: 2,
        first_seen_at: '2026-11-23T12:30:00.000Z',
        last_seen_at: '2026-11-23T12:30:01.000Z',
      },
    ]);
  });

  behaviour('an organisation that is not there has no log', async ({ key }) => {
    const operator = (await key('read')).client;
    for (const list of ['messages', 'calls', 'not-reported', 'statistics', 'endpoint-states']) {
      assert.equal((await operator('GET', `organisations/no-such/${list}`)).status, 404, list);
    }
  });
}

test('every finding is told as the document says', () => {
  const at = { endpointId: 'crm', host: 'crm.acme.example' };
  const states = ['EARLY'] as const;
  const trouble = { code: 'receiver_error', statusCode: 503, detail: 'It failed.', attempts: 2 };
  const leg = { branchId: 'a.', direction: 'INCOMING', firstState: 'EARLY', beganAtMs: BEGAN } as const;
  const findings: { [Code in Finding['code']]: Extract<Finding, { code: Code }> } = {
    leg: {
      code: 'leg',
      ...leg,
      localUserId: 'matti',
      answeredAtMs: BEGAN,
      endedAtMs: BEGAN,
      reason: 'HANGUP',
    },
    'learnt-late': { code: 'learnt-late', byMs: 9_000 },
    'function-number': { code: 'function-number', number: '7000', kind: 'QUEUE' },
    'came-late': { code: 'came-late' },
    'no-endpoint': { code: 'no-endpoint' },
    'not-asked-for': { code: 'not-asked-for', ...at, asks: states },
    filtered: { code: 'filtered', endpointId: 'crm' },
    delivered: { code: 'delivered', ...at, states, afterMs: 400 },
    'delivered-late': { code: 'delivered-late', ...at, states, trouble, forMs: 400, atMs: BEGAN },
    retrying: { code: 'retrying', ...at, states, trouble, sinceMs: BEGAN, nextAtMs: BEGAN + 86_400_000 },
    'held-back': { code: 'held-back', ...at, states, health: 'paused', trouble },
    queued: { code: 'queued', ...at, states, sinceMs: BEGAN },
    expired: { code: 'expired', ...at, states, afterMs: 400 },
    dead: { code: 'dead', ...at, states, trouble },
  };
  for (const found of Object.values(findings)) {
    const words = findingWords(found, BEGAN);
    assert.deepEqual(finding.parse(words), words);
  }
  assert.match(findingWords(findings.retrying, BEGAN).text, /at 2026-11-24 12:30:00 UTC\.$/);
});
