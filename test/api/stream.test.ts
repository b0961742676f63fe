/** The live stream over real connections: what is told, going on where it broke off, limits, and each way it ends. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { STREAM_LIMITS, type StreamLimits } from '../../src/api/stream/listeners.ts';
import { FEED_KEPT_MS } from '../../src/store/feed.ts';
import type { Store } from '../../src/store/store.ts';
import { settleAll, told } from '../store/feed-contract.ts';
import { startApi, type TestApi } from '../support/api.ts';
import { openStream, type EventStream } from '../support/event-stream.ts';
import { needsPostgres } from '../support/needs.ts';
import { NOTE } from '../support/note.ts';
import { openAlone, openBeside } from '../support/postgres-stores.ts';
import { openTestStore } from '../support/store.ts';

const PATH = '/api/v1/organisations/acme/stream';
const QUICK: StreamLimits = { ...STREAM_LIMITS, heartbeatMs: 20 };

async function listening(t: TestContext, api: TestApi, more: { path?: string; lastId?: string } = {}) {
  const { token } = await api.key('read', 'acme');
  const headers: Record<string, string> = { authorization: `Bearer ${token}` };
  if (more.lastId !== undefined) headers['last-event-id'] = more.lastId;
  const stream = await openStream(`${api.url}${more.path ?? PATH}`, headers);
  t.after(() => stream.close());
  return stream;
}

const namesOf = ({ events }: EventStream) =>
  events.map(({ name, data }) => `${name} ${data.message_id ?? ''}`.trim());

const nowMs = () => Date.now();
let ids = 0;
/** A call with one message that is delivered. */
async function call(store: Store): Promise<string> {
  const id = `m-${(ids += 1)}`;
  await store.calls.commit([told(id, `call-${id}`)], nowMs());
  await settleAll(store, nowMs());
  return id;
}
const FOUR = (id: string) => ['step', `message ${id}`, `attempt ${id}`, `finished ${id}`];

test('a session or a key hears each step, message, attempt and end, as the document says', async (t) => {
  const api = await startApi(t);
  const viewer = await api.account('viewer', 'acme');
  const stream = await openStream(api.url + PATH, { cookie: viewer.cookie });
  t.after(() => stream.close());
  assert.equal(stream.status, 200);
  const { headers } = stream;
  assert.deepEqual(
    [headers['content-type'], headers['cache-control'], headers['x-accel-buffering']],
    ['text/event-stream; charset=utf-8', 'no-store', 'no'],
  );
  await stream.until(() => stream.lastId() !== '');
  assert.equal(stream.retryMs(), 2_000);
  const id = await call(api.store);
  await api.store.health.enable('acme', 'crm', false, nowMs(), NOTE);
  await stream.until(() => stream.events.length === 5);
  assert.deepEqual(namesOf(stream), [...FOUR(id), 'health']);
  const [step, message, attempt, finished, health] = stream.events.map(
    ({ data: { at: _at, ...data } }) => data,
  );
  const event = {
    call_id: `call-${id}`,
    branch_id: 'branch-1.',
    timestamp: '2026-11-23T00:00:00.000+00:00',
    state: 'EARLY',
    direction: 'INCOMING',
  };
  const of = { message_id: id, endpoint: 'crm', call_id: `call-${id}`, seq_num: 1 };
  assert.deepEqual(step, { event, sent_to: ['crm'], refusals: [], came_late: false });
  assert.deepEqual(message, { ...of, event });
  const { started_at, ...made } = attempt;
  assert.match(started_at, /^\d{4}-.*Z$/);
  assert.deepEqual(made, { ...of, number: 1, duration_ms: 2, outcome: 'delivered' });
  assert.deepEqual(finished, { ...of, outcome: 'delivered' });
  assert.equal(health.state, 'disabled');
  assert.equal(health.disabled_because, 'operator');

  const document = (await api.nobody('GET', 'openapi.json')).body;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ ...document, $id: 'document' });
  const validate = ajv.compile({ $ref: 'document#/components/schemas/StreamEvent' });
  for (const { name, id: place, data } of stream.events) {
    assert.ok(validate({ event: name, id: place, data }), `${name}: ${ajv.errorsText(validate.errors)}`);
  }
});

test('another organisation’s events are not heard', async (t) => {
  const api = await startApi(t);
  const stream = await listening(t, api);
  await stream.until(() => stream.lastId() !== '');
  await api.store.calls.commit([told('b', 'call-b', 'beta'), told('a', 'call-a')], nowMs());
  await stream.until(() => stream.events.length === 2);
  assert.deepEqual(namesOf(stream), ['step', 'message a']);
  const place = stream.lastId();
  // A place of acme is none of beta's.
  const { token } = await api.key('read', 'beta');
  const other = await openStream(`${api.url}${PATH.replace('acme', 'beta')}`, {
    authorization: `Bearer ${token}`,
    'last-event-id': place,
  });
  t.after(() => other.close());
  await other.until(() => other.events.length === 1);
  assert.deepEqual(namesOf(other), ['reset']);
});

for (const [name, open, needs] of [
  ['SQLite', async () => openTestStore(), {}],
  ['PostgreSQL', openAlone, needsPostgres()],
] as const) {
  test(
    `${name}: whoever comes back at any event misses nothing and hears nothing twice`,
    needs,
    async (t) => {
      const api = await startApi(t, { store: await open() });
      const whole = await listening(t, api);
      await whole.until(() => whole.lastId() !== '');
      const begin = whole.lastId();
      for (let nth = 0; nth < 5; nth += 1) await call(api.store);
      await whole.until(() => whole.events.length === 20);
      for (const nth of [-1, 0, 3, 10, 18]) {
        const back = await listening(t, api, { lastId: nth < 0 ? begin : whole.events[nth]!.id });
        await back.until(() => back.events.length >= 19 - nth);
        assert.deepEqual(namesOf(back), namesOf(whole).slice(nth + 1));
        back.close();
      }
      const asked = `${PATH}?last_event_id=${encodeURIComponent(whole.events[16]!.id)}`;
      const back = await listening(t, api, { path: asked });
      await back.until(() => back.events.length === 3);
      assert.deepEqual(namesOf(back), namesOf(whole).slice(17));
    },
  );
}

test('another node goes on where one broke off, and tells what all nodes do', needsPostgres(), async (t) => {
  const one = await openAlone();
  const apis = [
    await startApi(t, { store: one }),
    await startApi(t, { store: await openBeside(one) }),
  ] as const;
  const first = await listening(t, apis[0]);
  await first.until(() => first.lastId() !== '');
  const begun = await call(one);
  await first.until(() => first.events.length === 4);
  first.close();
  const between = await call(one);
  const second = await listening(t, apis[1], { lastId: first.lastId() });
  await second.until(() => second.events.length === 4);
  const after = await call(apis[0].store);
  await second.until(() => second.events.length === 8);
  assert.deepEqual(namesOf(first), FOUR(begun));
  assert.deepEqual(namesOf(second), [...FOUR(between), ...FOUR(after)]);
});

test('a place that is too old, or is none, is answered with `reset`, and all is told from there on', async (t) => {
  const clock = { offsetMs: 0 };
  const { systemClock } = await import('../../src/runtime/clock.ts');
  const api = await startApi(t, { clock: { ...systemClock, nowMs: () => Date.now() + clock.offsetMs } });
  const first = await listening(t, api);
  await first.until(() => first.lastId() !== '');
  first.close();
  clock.offsetMs = FEED_KEPT_MS + 1_000;
  for (const lastId of [first.lastId(), 'nonsense']) {
    const stream = await listening(t, api, { lastId });
    await stream.until(() => stream.events.length === 1);
    const id = await call(api.store);
    await stream.until(() => stream.events.length === 5);
    assert.deepEqual(namesOf(stream), ['reset', ...FOUR(id)]);
    stream.close();
  }
});

test('heartbeats move the place on while nothing happens', async (t) => {
  const api = await startApi(t, { streams: QUICK });
  const stream = await listening(t, api);
  await stream.until(() => stream.heartbeats() >= 1);
  const place = stream.lastId();
  await stream.until(() => stream.heartbeats() >= 3);
  assert.notEqual(stream.lastId(), place);
  assert.deepEqual(stream.events, []);
});

for (const [what, end] of [
  ['the session ends', (api: TestApi, account: Account) => account.client('POST', 'logout').then(() => api)],
  ['the account is disabled', disable],
] as const) {
  test(`the stream ends when ${what}`, async (t) => {
    const api = await startApi(t, { streams: QUICK });
    const account = await api.account('viewer', 'acme');
    const stream = await openStream(api.url + PATH, { cookie: account.cookie });
    t.after(() => stream.close());
    await stream.until(() => stream.heartbeats() > 0);
    await end(api, account);
    await stream.ended;
    assert.deepEqual(stream.events.at(-1)?.data.reason, 'access_ended');
    assert.equal((await openStream(api.url + PATH, { cookie: account.cookie })).status, 401);
  });
}

type Account = Awaited<ReturnType<TestApi['account']>>;

async function disable(api: TestApi, { id }: Account): Promise<TestApi> {
  const { client } = await api.account('operator');
  const path = `organisations/acme/accounts/${id}`;
  const answer = await client(
    'PUT',
    path,
    { name: 'x', role: 'viewer', disabled: true },
    { 'if-match': '*' },
  );
  assert.equal(answer.status, 200);
  return api;
}

test('the stream ends when the key is revoked, and when the organisation is removed', async (t) => {
  const api = await startApi(t, { streams: QUICK });
  const operator = await api.account('operator');
  const made = await operator.client('POST', 'organisations/acme/api-keys', { name: 'k', scope: 'read' });
  const stream = await openStream(api.url + PATH, { authorization: `Bearer ${made.body.key}` });
  assert.equal(stream.status, 200);
  const watching = await openStream(api.url + PATH, { cookie: operator.cookie });
  await operator.client('DELETE', `organisations/acme/api-keys/${made.body.id}`);
  await stream.ended;
  assert.equal(stream.events.at(-1)?.data.reason, 'access_ended');
  await operator.client('DELETE', 'organisations/acme', undefined, { 'if-match': '*' });
  await watching.ended;
  assert.equal(watching.events.at(-1)?.data.reason, 'access_ended');
});

test('a session that only listens grows old as if it did nothing', async (t) => {
  const api = await startApi(t, { streams: QUICK });
  const { cookie, client } = await api.account('viewer', 'acme');
  const seen = async () => (await client('GET', 'me/sessions')).body.items[0].seen_at;
  const before = await seen();
  const stream = await openStream(api.url + PATH, { cookie });
  t.after(() => stream.close());
  await stream.until(() => stream.heartbeats() >= 3);
  assert.equal(await seen(), before);
});

test('nobody has more streams than may be, and one that is closed makes room', async (t) => {
  const api = await startApi(t, { streams: { ...QUICK, perActor: 2, inAll: 3 } });
  const { token } = await api.key('read', 'acme');
  const headers = { authorization: `Bearer ${token}` };
  const open = () => openStream(api.url + PATH, headers);
  const [first] = [await open(), await open()];
  const third = await open();
  assert.deepEqual(
    [third.status, third.headers['content-type']],
    [429, 'application/problem+json; charset=utf-8'],
  );
  assert.equal((await listening(t, api)).status, 200);
  assert.equal((await listening(t, api)).status, 429);
  first.close();
  // It is known to be gone a moment later.
  while ((await open()).status !== 200);
});

test('a listener that takes nothing is cut off, holds up nobody, and can come back', async (t) => {
  const api = await startApi(t, { streams: { ...QUICK, cutAfterMs: 300, perActor: 1 } });
  const { token } = await api.key('read', 'acme');
  const headers = { authorization: `Bearer ${token}` };
  const slow = await openStream(api.url + PATH, headers);
  t.after(() => slow.close());
  const quick = await listening(t, api);
  await Promise.all([slow, quick].map((stream) => stream.until(() => stream.lastId() !== '')));
  const place = slow.lastId();
  slow.pause();
  // More than all buffers on the way hold.
  const detail = 'x'.repeat(15_000);
  for (let from = 0; from < 1_000; from += 100) {
    const changes = Array.from({ length: 100 }, (_, nth) => {
      const change = told(`big-${from + nth}`, `big-${from + nth}`);
      const event = { ...change.messages[0]!.event, local_user_id: detail };
      return { ...change, messages: [{ ...change.messages[0]!, event }] };
    });
    await api.store.calls.commit(changes, nowMs());
  }
  await quick.until(() => quick.events.length === 2_000);
  // One stream for each key: the second is let in once the first is cut off.
  let back = await openStream(api.url + PATH, { ...headers, 'last-event-id': place });
  while (back.status !== 200) back = await openStream(api.url + PATH, { ...headers, 'last-event-id': place });
  t.after(() => back.close());
  await back.until(() => back.events.length === 2_000);
});

test('when the server stops, listeners are told and the connection ends', async (t) => {
  const api = await startApi(t);
  const stream = await listening(t, api);
  await stream.until(() => stream.lastId() !== '');
  await Promise.all([api.stop(), stream.ended]);
  assert.deepEqual(stream.events.at(-1)?.data.reason, 'stopping');
});

test('HEAD is answered with the headers alone', async (t) => {
  const api = await startApi(t);
  const { client } = await api.key('read', 'acme');
  const { status, headers } = await client('HEAD', PATH);
  assert.deepEqual([status, headers.get('content-type')], [200, 'text/event-stream; charset=utf-8']);
});

test('an organisation that is not there has no stream', async (t) => {
  const api = await startApi(t);
  const { client } = await api.key('read');
  assert.equal((await client('GET', 'organisations/nobody/stream')).status, 404);
});
