/** Senders that are clumsy or mean: each gets an answer that tells, none gets the log, the memory or a connection for ever. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import test, { type TestContext } from 'node:test';
import { createApi, listen } from '../../src/api/server.ts';
import type { ApiContext } from '../../src/api/context.ts';
import type { EventsOptions } from '../../src/api/events.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { event, fill, postedDirectory, startIngestApi, TOKEN } from '../support/http-ingest.ts';
import { openTestStore } from '../support/store.ts';

const AUTHORISED = [`Authorization: Bearer ${TOKEN}`, 'Content-Type: application/json'];
const EVENTS = 'POST /api/v1/sources/platform/events';

async function start(t: TestContext, more: Partial<EventsOptions> = {}) {
  const store = openTestStore();
  t.after(() => store.close());
  await fill(store);
  const logged: object[] = [];
  const log = { error: (...given: object[]) => logged.push(given) } as unknown as EventsOptions['log'];
  return { logged, ...(await startIngestApi(t, store, { log, ...more })) };
}

/** What is written here is all that is sent. */
const request = (line: string, headers: readonly string[], body = '') =>
  [`${line} HTTP/1.1`, 'Host: callhook', ...headers, '', body].join('\r\n');

/** @returns all that was answered until the connection was closed */
function say(url: string, text: string, then: 'hang up' | 'wait'): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
    socket.write(text, () => then === 'hang up' && socket.destroy());
  });
  let answer = '';
  socket.setEncoding('utf8').on('data', (more: string) => (answer += more));
  // A reset is one way to be hung up on.
  socket.on('error', () => {}).on('close', () => resolve(answer));
  return promise;
}

function assertProblem(answer: string, status: number, code: string): void {
  const [head = '', text = ''] = answer.split('\r\n\r\n');
  assert.match(head, new RegExp(`^HTTP/1.1 ${status} `));
  assert.match(head, /^content-type: application\/problem\+json/im);
  const problem = JSON.parse(text) as { status: number; code: string };
  assert.deepEqual([problem.status, problem.code], [status, code]);
}

test('a path that is there, with a method that is not, is 405 with those that go', async (t) => {
  const { url } = await start(t);
  for (const [path, allow, methods] of [
    ['/api/v1/sources/platform/events', 'POST', ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']],
    ['/api/v1/sources/platform/alive', 'POST', ['GET', 'PUT']],
    ['/api/v1/schemas/events.json', 'GET, HEAD', ['POST', 'DELETE']],
    ['/health/ready', 'GET, HEAD', ['POST']],
    ['/metrics', 'GET, HEAD', ['PUT']],
  ] as const) {
    for (const method of methods) {
      const told = await fetch(url + path, { method });
      assert.deepEqual([told.status, told.headers.get('allow')], [405, allow], `${method} ${path}`);
      const text = await told.text();
      if (method !== 'HEAD') assert.equal((JSON.parse(text) as { code: string }).code, 'METHOD_NOT_ALLOWED');
    }
  }
  assert.equal((await fetch(`${url}/api/v1/schemas/events.json`, { method: 'HEAD' })).status, 200);
});

test('what is no HTTP, or has a path that cannot be read, is told by a problem document', async (t) => {
  const { url } = await start(t);
  const close = 'Connection: close';
  assertProblem(await say(url, '\u0016\u0003\u0001\r\n\r\n', 'wait'), 400, 'REQUEST_UNREADABLE');
  const twice = request(EVENTS, [...AUTHORISED, 'Content-Length: 2', 'Transfer-Encoding: chunked'], '[]');
  assertProblem(await say(url, twice, 'wait'), 400, 'REQUEST_UNREADABLE');
  const large = request(EVENTS, [...AUTHORISED, `X: ${'x'.repeat(20_000)}`]);
  assertProblem(await say(url, large, 'wait'), 431, 'HEADERS_TOO_LARGE');
  for (const id of ['%zz', 'x'.repeat(900)]) {
    const answer = await say(url, request(`GET /api/v1/sources/${id}/events`, [close]), 'wait');
    assertProblem(answer, 404, 'NOT_FOUND');
    assert.ok(!answer.includes(id), 'what was sent is not said back');
  }
});

test('a sender that hangs up in the middle of its body is nothing for the log', async (t) => {
  const { url, logged, post, messages } = await start(t);
  await say(url, request(EVENTS, [...AUTHORISED, 'Content-Length: 2000'], '{"leg"'), 'hang up');
  assert.equal((await post(event())).status, 202);
  assert.deepEqual([logged, messages.length], [[], 1]);
});

test('a request that never comes to its end is ended, whether its sender may post or not', async (t) => {
  const health = { databaseProblem: () => undefined, sources: () => new Map(), metrics: NO_METRICS };
  const [platform] = postedDirectory().sources;
  const events = {
    sources: { admit: async (_: string, token: string) => (token === TOKEN ? platform : undefined) },
    ingest: { backlogged: false, problem: undefined },
    clock: systemClock,
  } as unknown as EventsOptions;
  const context = { publicUrl: '' } as ApiContext;
  const api = createApi({
    health,
    events,
    context: { ...context, store: {} as never },
    requestWithinMs: 200,
  });
  t.after(() => api.close());
  const url = await listen(api, '127.0.0.1', 0);
  const endless = (headers: readonly string[]) =>
    say(url, request(EVENTS, [...headers, 'Content-Length: 2000'], '{'), 'wait');
  assertProblem(await endless(AUTHORISED), 408, 'REQUEST_TOO_SLOW');
  assert.match(await endless([]), /^HTTP\/1.1 401 /);
  assertProblem(await say(url, `${EVENTS} HTTP/1.1\r\nHost: `, 'wait'), 408, 'REQUEST_TOO_SLOW');
});

test('a database that does not even answer who may post keeps nobody waiting', async (t) => {
  const sources = {
    admit: () => new Promise<never>(() => {}),
    known: async () => undefined,
    hears: () => {},
  };
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const { post } = await start(t, { sources, clock });
  const { status, body, headers } = await post(event());
  assert.deepEqual([status, body.code], [503, 'STORE_UNAVAILABLE']);
  assert.equal(headers.get('retry-after'), '5');
});

test('a number that was withheld once is not shown because a later event forgets to say so', async (t) => {
  const { post, messages } = await start(t);
  const secret = { remote_number: '0409401234' };
  const shown = async (leg: string, ...said: readonly object[]) => {
    const states = ['EARLY', 'CONFIRMED', 'TERMINATED'] as const;
    const before = messages.length;
    await post(said.map((one, i) => event({ leg, state: states[i]!, ...one })));
    return messages.slice(before).map(({ remote_number }) => remote_number);
  };
  const hidden = ['anonymous', 'anonymous', 'anonymous'];
  assert.deepEqual(await shown('a', { ...secret, remote_withheld: true }, secret, secret), hidden);
  assert.deepEqual(
    await shown('b', { remote_number: 'sip:anonymous@anonymous.invalid' }, secret, secret),
    hidden,
  );
  const transferred = await shown('c', { remote_withheld: true }, { ...secret, remote_withheld: false });
  assert.deepEqual(transferred, ['anonymous', '+358409401234']);
});

test('nor is a withheld colleague named where the organisation leaves only numbers out', async (t) => {
  const store = openTestStore();
  t.after(() => store.close());
  await fill(store, postedDirectory({ privacy: { ...OPEN_PRIVACY, modifyRemoteNumber: 'remove' } }));
  const { post, messages } = await startIngestApi(t, store);
  await post(event({ remote_number: '1002', remote_withheld: true }));
  await post(event({ remote_number: '1002', state: 'CONFIRMED' }));
  assert.deepEqual(
    messages.map(({ state, remote_user_id }) => [state, remote_user_id]),
    [
      ['EARLY', undefined],
      ['CONFIRMED', undefined],
    ],
  );
});

test('a clock that knows only seconds ends no call that began in the second of the list', async (t) => {
  const { post } = await start(t);
  const at = '2026-11-23T10:00:05Z';
  await post(event({ at }));
  const { body } = await post({ legs: [], at }, { to: 'platform/alive' });
  assert.deepEqual(body, { ended: 0, open: 1 });
});

test('what was let in while there was room is refused when there is none by the time it is read', async (t) => {
  const { url, ingest } = await start(t);
  assert.equal(ingest.backlogged, false);
  const rest = Promise.withResolvers<void>();
  const body = JSON.stringify(event());
  const headers = [
    ...AUTHORISED,
    `Content-Length: ${body.length}`,
    'Connection: close',
    'Expect: 100-continue',
  ];
  const socket = connect(Number(new URL(url).port), '127.0.0.1', () =>
    socket.write(request(EVENTS, headers)),
  );
  let answer = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    answer += more;
    if (answer.endsWith(' Continue\r\n\r\n')) rest.resolve();
  });
  await rest.promise;
  Object.defineProperty(ingest, 'backlogged', { value: true });
  socket.write(body);
  await new Promise((resolve) => socket.on('close', resolve));
  assertProblem(answer.slice(answer.indexOf('\r\n\r\n') + 4), 429, 'BACKLOGGED');
});

test('a query that is not known is refused, so that nobody thinks a batch atomic that is not', async (t) => {
  const { post, messages } = await start(t);
  for (const query of ['atomic=no', 'atomic=0', 'Atomic', 'atomc', 'atomic&atomic=false', 'atomic[]=1']) {
    const { status, body } = await post(event(), { to: `platform/events?${query}` });
    assert.deepEqual([status, body.code], [400, 'QUERY_UNKNOWN'], query);
  }
  const { body } = await post({ legs: [] }, { to: 'platform/alive?dry' });
  assert.equal(body.code, 'QUERY_UNKNOWN');
  assert.deepEqual(messages, []);
  assert.equal((await post(event(), { to: 'platform/events?atomic=true' })).status, 202);
});

const NO_METRICS = { text: async () => '', contentType: 'text/plain' };
