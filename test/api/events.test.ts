/** Platforms post their events to a real HTTP server; what it answers 202 is stored, what it refuses says why. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import test, { type TestContext } from 'node:test';
import type { EventsOptions } from '../../src/api/events.ts';
import { CallhookError } from '../../src/runtime/errors.ts';
import { LIMITS, publishedSchema } from '../../src/source/http-ingest/schema.ts';
import type { Store } from '../../src/store/store.ts';
import { assertContract } from '../support/expectation.ts';
import { event, fill, lines, startIngestApi, TOKEN, type Answer } from '../support/http-ingest.ts';
import { needsCurl } from '../support/needs.ts';
import { openTestStore } from '../support/store.ts';

const NDJSON = 'application/x-ndjson';

async function start(t: TestContext, more: Partial<EventsOptions> = {}, wrap = (store: Store) => store) {
  const store = openTestStore();
  t.after(() => store.close());
  await fill(store);
  return { store, ...(await startIngestApi(t, wrap(store), more)) };
}

const CALL = [
  event(),
  event({ state: 'CONFIRMED', at: '2026-11-23T12:00:02.500+02:00' }),
  event({ state: 'TERMINATED', at: '2026-11-23T10:00:09Z' }),
];

function assertProblem({ status, headers, body }: Answer, expected: number, code: string): void {
  assert.equal(status, expected);
  assert.match(headers.get('content-type') ?? '', /^application\/problem\+json(;|$)/);
  assert.deepEqual([body.status, body.code], [expected, code]);
  assert.equal(body.type, `urn:callhook:problem:${code.toLowerCase().replaceAll('_', '-')}`);
  assert.ok(body.title.length > 0 && body.detail.length > 0);
}

test('one event, a list and NDJSON are taken, and the messages say what was posted', async (t) => {
  const { post, messages } = await start(t);
  const [ringing, ...rest] = CALL;
  const counts = (accepted: number) => ({ accepted, unchanged: 0, unknown_device: 0 });
  const first = await post(ringing);
  assert.deepEqual([first.status, first.body], [202, counts(1)]);
  assert.deepEqual((await post(rest)).body, counts(2));
  const other = lines(CALL.map((one) => ({ ...one, leg: 'b', device: '1002' })));
  assert.deepEqual((await post(`\n${other}\r\n`, { type: NDJSON })).body, counts(3));
  assertContract(messages);
  assert.deepEqual(
    messages
      .slice(0, 3)
      .map(({ seq_num, state, timestamp, 'termination-reason': reason }) => [
        seq_num,
        state,
        timestamp,
        reason,
      ]),
    [
      [1, 'EARLY', '2026-11-23T10:00:00.000+00:00', undefined],
      [2, 'CONFIRMED', '2026-11-23T10:00:02.500+00:00', undefined],
      [3, 'TERMINATED', '2026-11-23T10:00:09.000+00:00', 'HANGUP'],
    ],
  );
  assert.deepEqual(
    [messages[0]?.remote_number, messages[0]?.local_user_id, messages[0]?.device_type],
    ['+358409401234', 'user.1001@acme.example', 'SOFT'],
  );
  assert.equal(new Set(messages.map(({ call_id }) => call_id)).size, 1);
});

test('curl can do it', needsCurl(), async (t) => {
  const { url, messages } = await start(t);
  const told = execCurl(`${url}/api/v1/sources/platform/events`, lines(CALL));
  assert.equal(await told, '{"accepted":3,"unchanged":0,"unknown_device":0}');
  assert.equal(messages.length, 3);
});

/** In a process of its own: this one answers. */
async function execCurl(url: string, body: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const args = ['-sS', url, '-H', `Authorization: Bearer ${TOKEN}`, '-H', `Content-Type: ${NDJSON}`];
  const child = execFile('curl', [...args, '--data-binary', '@-'], (error, out) =>
    error === null ? resolve(out) : reject(error),
  );
  child.stdin?.end(body);
  return promise;
}

test('how an unanswered leg ended is told by its reason; without one it is CANCELLED', async (t) => {
  const { post, messages } = await start(t);
  const reasons = ['REJECTED', 'CANCELLED', 'ANSWERED_ELSEWHERE', 'HANGUP', null, undefined] as const;
  await post(
    reasons.map((reason, i) =>
      event({ leg: `leg-${i}`, state: 'TERMINATED', ...(reason !== undefined && { reason }) }),
    ),
  );
  assert.deepEqual(
    messages.map((message) => message['termination-reason']),
    ['REJECTED', 'CANCELLED', 'ANSWERED_ELSEWHERE', 'CANCELLED', 'CANCELLED', 'CANCELLED'],
  );
});

test('a withheld number is not shown, also where it is given; what is null or empty is not known', async (t) => {
  const { post, messages } = await start(t);
  await post([
    event({ remote_withheld: true }),
    event({ leg: 'b', remote_number: '', remote_withheld: false, user_agent: null, local_number: '' }),
  ]);
  assert.deepEqual(
    messages.map(({ remote_number }) => remote_number),
    ['anonymous', undefined],
  );
});

test('what is repeated or late changes nothing, also after a restart', async (t) => {
  const { store, post, messages } = await start(t);
  await post(CALL);
  const again = { accepted: 0, unchanged: 3, unknown_device: 0 };
  assert.deepEqual((await post(CALL)).body, again);
  const restarted = await startIngestApi(t, store);
  assert.deepEqual((await restarted.post(CALL.toReversed())).body, again);
  const neverSaid = [event({ state: 'PROCEEDING' }), ...CALL.slice(1)];
  assert.deepEqual((await restarted.post(neverSaid)).body, again);
  assert.deepEqual([messages.length, restarted.messages.length], [3, 0]);
  assert.deepEqual(await store.calls.openLegs('platform'), []);
});

test('events of a device that is nobody’s are counted and not reported', async (t) => {
  const { store, post, messages } = await start(t);
  const { body } = await post([event({ device: 'trunk' }), event()]);
  assert.deepEqual(body, { accepted: 1, unchanged: 0, unknown_device: 1 });
  assert.equal(messages.length, 1);
  assert.equal((await store.calls.openLegs('platform')).length, 1);
});

test('the time of an event without one is when it arrived', async (t) => {
  const { post, messages } = await start(t);
  const before = Date.now();
  await post(event({ at: null }));
  const atMs = Date.parse(messages[0]!.timestamp);
  assert.ok(atMs >= before && atMs <= Date.now());
});

const BAD: readonly (readonly [unknown, string, RegExp])[] = [
  [
    { ...event(), state: 'RINGING' },
    '/state',
    /^must be one of TRYING, PROCEEDING, EARLY, CONFIRMED, TERMINATED$/,
  ],
  [{ ...event(), direction: 'in' }, '/direction', /^must be one of INCOMING, OUTGOING$/],
  [{ ...event(), leg: undefined }, '/leg', /^is missing$/],
  [{ ...event(), leg: '' }, '/leg', /^must be a text of 1 to 255 characters/],
  [{ ...event(), leg: 'x'.repeat(256) }, '/leg', /^must be a text of 1 to 255 characters/],
  [{ ...event(), leg: 'a\u0000' }, '/leg', /^must be a text of 1 to 255 characters in one line$/],
  [{ ...event(), leg: '\ud800' }, '/leg', /^must be a text/],
  [{ ...event(), device: 1001 }, '/device', /^must be a text/],
  [{ ...event(), at: '2026-11-23T10:00:00' }, '/at', /^must be a time with its zone, such as/],
  [{ ...event(), at: '2026-02-30T10:00:00Z' }, '/at', /^must be a time with its zone/],
  [{ ...event(), at: '2126-11-23T10:00:00Z' }, '/at', /not more than a day ahead/],
  [{ ...event(), at: '0001-01-01T00:00:00Z' }, '/at', /must lie after 1970/],
  [{ ...event(), remote_number: 358 }, '/remote_number', /^must be a text of at most 255 characters/],
  [{ ...event(), remote_withheld: 'no' }, '/remote_withheld', /^must be true or false/],
  [{ ...event(), reason: 'REJECTED' }, '/reason', /^is allowed with the state TERMINATED only$/],
  [{ ...event(), state: 'TERMINATED', reason: 'BUSY' }, '/reason', /^must be one of CANCELLED, /],
  [{ ...event(), remote_nubmer: '1' }, '/remote_nubmer', /^is no known key; known are leg, call, device,/],
  [{ ...event(), 'a/b~c': '1' }, '/a~1b~0c', /^is no known key/],
  ['EARLY', '', /^must be an object with leg, call, device/],
  [null, '', /^must be an object/],
];

for (const [bad, path, detail] of BAD) {
  test(`an event that is not right is told with its place: ${path} ${detail.source}`, async (t) => {
    const { post, messages } = await start(t);
    const answer = await post([event(), bad, event({ leg: 'b' })]);
    assertProblem(answer, 422, 'EVENTS_INVALID');
    assert.equal(answer.body.errors.length, 1, JSON.stringify(answer.body.errors));
    assert.deepEqual([answer.body.errors[0].index, answer.body.errors[0].path], [1, path]);
    assert.match(answer.body.errors[0].detail, detail);
    assert.deepEqual([answer.body.accepted, messages.length], [2, 2], 'the others are kept');
    assert.match(answer.body.detail, /^Of 3 posted, 1 is not right\. The others were kept\.$/);
  });
}

test('all that is wrong with an item is told, and a line that is not JSON hides no other', async (t) => {
  const { post, messages } = await start(t);
  const body = `${JSON.stringify(event())}\n{"leg":\n\n${JSON.stringify({ ...event({ leg: 'b' }), call: 1, x: 1 })}\n`;
  const answer = await post(body, { type: `${NDJSON}; charset=utf-8` });
  assertProblem(answer, 422, 'EVENTS_INVALID');
  assert.deepEqual(
    answer.body.errors.map(({ index, path }: { index: number; path: string }) => [index, path]),
    [
      [1, ''],
      [2, '/call'],
      [2, '/x'],
    ],
  );
  assert.match(answer.body.detail, /^Of 3 posted, 2 are not right\./);
  assert.equal(messages.length, 1);
});

test('with ?atomic nothing is kept when one item is not right, and all when all are', async (t) => {
  const { post, messages } = await start(t);
  const to = 'platform/events?atomic';
  const answer = await post([event(), { ...event(), state: 'x' }], { to });
  assertProblem(answer, 422, 'EVENTS_INVALID');
  assert.match(answer.body.detail, /None of them was kept\.$/);
  assert.deepEqual([answer.body.accepted, messages.length], [0, 0]);
  assert.equal((await post(CALL, { to })).body.accepted, 3);
  const answer2 = await post([event({ leg: 'b' }), 1], { to: 'platform/events?atomic=false' });
  assert.equal(answer2.body.accepted, 1);
});

test('a hundred errors are told, the rest is counted', async (t) => {
  const { post } = await start(t);
  const { body } = await post(Array.from({ length: 150 }, () => ({})));
  assert.deepEqual([body.errors.length, body.errors_left_off], [100, 150 * 5 - 100]);
});

test('a wrong token, no token, a source of another kind and one that is not there get the same answer', async (t) => {
  const { post } = await start(t);
  const answers = await Promise.all([
    post(event(), { token: 'chsrc_wrong-wrong-wrong-wrong' }),
    post(event(), { token: '' }),
    post(event(), { to: 'pbx/events', token: 'secret' }),
    post(event(), { to: 'nowhere/events' }),
    post(event(), { to: 'nowhere/alive' }),
    post('x'.repeat(2_000_000), { to: 'nowhere/events', type: 'text/plain' }),
  ]);
  for (const answer of answers) {
    assertProblem(answer, 401, 'TOKEN_REFUSED');
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer realm="callhook"');
    assert.deepEqual(answer.body, answers[0].body);
  }
});

test('a token that is replaced lets nobody in from then on, and a new source is there at once', async (t) => {
  const { store, post } = await start(t);
  assert.equal((await post(event())).status, 202);
  const put = (id: string, secret: string) =>
    store.directory.write([
      { do: 'put-source', is: 'changed', source: { id, kind: 'http', secret, defaultDeviceType: 'SOFT' } },
    ]);
  await put('platform', 'chsrc_another-token-altogether');
  assert.equal((await post(event())).status, 401);
  await put('second', TOKEN);
  assert.equal((await post(event(), { to: 'second/events' })).status, 202);
});

test('paths that are not there are told as such', async (t) => {
  const { post } = await start(t);
  assertProblem(await post(event(), { to: 'platform/evnts' }), 404, 'NOT_FOUND');
});

test('what cannot be read as a whole is refused as a whole', async (t) => {
  const { post, messages } = await start(t);
  assertProblem(await post('{"leg":'), 400, 'BODY_UNREADABLE');
  assertProblem(await post(''), 400, 'BODY_UNREADABLE');
  assertProblem(await post('[]'), 400, 'BODY_UNREADABLE');
  assertProblem(await post('\n \n', { type: NDJSON }), 400, 'BODY_UNREADABLE');
  assertProblem(await post(new Uint8Array([0x22, 0xff, 0x22])), 400, 'BODY_UNREADABLE');
  assertProblem(await post('['.repeat(500_000)), 400, 'BODY_UNREADABLE');
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/xml']) {
    assertProblem(await post(event(), { type }), 415, 'MEDIA_TYPE_UNSUPPORTED');
  }
  const zipped = { headers: { 'content-encoding': 'gzip' } };
  assertProblem(await post(event(), zipped), 415, 'MEDIA_TYPE_UNSUPPORTED');
  assertProblem(await post(' '.repeat(1024 * 1024 + 1)), 413, 'BODY_TOO_LARGE');
  const many = Array.from({ length: LIMITS.events + 1 }, (_, i) => event({ leg: `${i}` }));
  const answer = await post(lines(many), { type: NDJSON });
  assertProblem(answer, 413, 'TOO_MANY_EVENTS');
  assert.match(answer.body.detail, /at most 1000 are taken/);
  assert.deepEqual(messages, []);
  assert.equal((await post(many.slice(1))).body.accepted, LIMITS.events);
});

test('while too much waits, or the database takes nothing, posters are asked to come again', async (t) => {
  const taking = { take: async () => assert.fail('it was taken') };
  const full = await start(t, { ingest: { ...taking, backlogged: true, problem: undefined } });
  const answer = await full.post(CALL);
  assertProblem(answer, 429, 'BACKLOGGED');
  assert.equal(answer.headers.get('retry-after'), '1');
  const away = await start(t, { ingest: { ...taking, backlogged: true, problem: 'the disk is full' } });
  const answer2 = await away.post(CALL);
  assertProblem(answer2, 503, 'STORE_UNAVAILABLE');
  assert.equal(answer2.headers.get('retry-after'), '5');
});

test('what comes faster than it can be stored is refused with 429, and everything answered 202 is stored', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { post, store, ingest } = await start(t, {}, (real) => ({
    ...real,
    directory: {
      ...real.directory,
      async ownersOf(...asked: Parameters<typeof real.directory.ownersOf>) {
        await gate.promise;
        return real.directory.ownersOf(...asked);
      },
    },
  }));
  const batch = (nth: number) => Array.from({ length: 1_000 }, (_, i) => event({ leg: `${nth}-${i}` }));
  const posted = Array.from({ length: 10 }, (_, nth) => post(batch(nth)));
  while (!ingest.backlogged) await new Promise((resolve) => setImmediate(resolve));
  assertProblem(await post(event({ leg: 'more' })), 429, 'BACKLOGGED');
  gate.resolve();
  for (const { status } of await Promise.all(posted)) assert.equal(status, 202);
  assert.equal((await post(event({ leg: 'more' }))).status, 202);
  assert.equal((await store.calls.openLegs('platform')).length, 10_001);
});

test('a database that is away is told after a while; what was posted is stored when it is back', async (t) => {
  let away = true;
  const tried = Promise.withResolvers<void>();
  const clock = { nowMs: () => Date.now(), sleep: () => tried.promise };
  const { post, messages, ingest } = await start(t, { clock }, (real) => ({
    ...real,
    calls: {
      ...real.calls,
      async commitShared(...given: Parameters<typeof real.calls.commitShared>) {
        tried.resolve();
        if (away) throw new CallhookError('DATABASE_UNAVAILABLE', 'the disk is full');
        return real.calls.commitShared(...given);
      },
    },
  }));
  assertProblem(await post(CALL), 503, 'STORE_UNAVAILABLE');
  while (ingest.problem === undefined) await new Promise((resolve) => setImmediate(resolve));
  assertProblem(await post(CALL), 503, 'STORE_UNAVAILABLE');
  away = false;
  while (ingest.problem !== undefined) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(messages.length, 3);
});

test('one POST that cannot be stored by a fault of ours keeps none of the others from it', async (t) => {
  const { post, messages } = await start(t, {}, (real) => ({
    ...real,
    calls: {
      ...real.calls,
      async commitShared(...given: Parameters<typeof real.calls.commitShared>) {
        if ([...given[0]].some(({ legs }) => legs.has('poison'))) throw new TypeError('a fault');
        return real.calls.commitShared(...given);
      },
    },
  }));
  const answers = await Promise.all([
    post(event({ leg: 'x' })),
    post(event({ leg: 'poison' })),
    post(event({ leg: 'y' })),
    post(event({ leg: 'z' })),
  ]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [202, 500, 202, 202],
  );
  assertProblem(answers[1], 500, 'INTERNAL');
  assert.equal(messages.length, 3);
});

test('a list of what is up ends the other open legs, and only those', async (t) => {
  const { post, messages, store } = await start(t);
  const at = '2026-11-23T10:00:00Z';
  await post([
    event({ at }),
    event({ leg: 'b', device: '1002', at }),
    event({ leg: 'c', state: 'CONFIRMED', at }),
  ]);
  const to = 'platform/alive';
  const { status, body } = await post({ legs: ['b', 'not known here'], at: '2026-11-23T10:05:00Z' }, { to });
  assert.deepEqual([status, body], [202, { ended: 2, open: 1 }]);
  assert.deepEqual(
    messages.slice(3).map(({ state, timestamp, 'termination-reason': reason }) => [state, timestamp, reason]),
    [
      ['TERMINATED', '2026-11-23T10:05:00.000+00:00', 'CANCELLED'],
      ['TERMINATED', '2026-11-23T10:05:00.000+00:00', 'HANGUP'],
    ],
  );
  assert.deepEqual((await post(event({ state: 'CONFIRMED' }))).body.unchanged, 1, 'ended is ended');
  assert.deepEqual((await post({ legs: [] }, { to })).body, { ended: 1, open: 0 });
  assert.deepEqual(await store.calls.openLegs('platform'), []);
});

test('a leg that has moved since the list was made is left alone', async (t) => {
  const { post } = await start(t);
  await post([event({ at: '2026-11-23T10:00:00Z' }), event({ leg: 'new', at: '2026-11-23T10:00:10Z' })]);
  const { body } = await post({ legs: [], at: '2026-11-23T10:00:05Z' }, { to: 'platform/alive' });
  assert.deepEqual(body, { ended: 1, open: 1 });
});

test('a list that is not right ends nothing', async (t) => {
  const { post, store } = await start(t);
  await post(event());
  const to = 'platform/alive';
  for (const [bad, path] of [
    [{ legs: 'a' }, '/legs'],
    [{ legs: [1] }, '/legs/0'],
    [{}, '/legs'],
    [[], ''],
    [{ legs: [], at: 'now' }, '/at'],
    [{ legs: [], upp: [] }, '/upp'],
  ] as const) {
    const answer = await post(bad, { to });
    assertProblem(answer, 422, 'EVENTS_INVALID');
    assert.equal(answer.body.errors[0].path, path);
  }
  assertProblem(await post('{', { to }), 400, 'BODY_UNREADABLE');
  assertProblem(await post('a', { to, type: NDJSON }), 415, 'MEDIA_TYPE_UNSUPPORTED');
  assert.equal((await store.calls.openLegs('platform')).length, 1);
});

test('a source that is removed takes nothing more', async (t) => {
  const { post, store, ingest } = await start(t);
  await post(event());
  await store.directory.write([{ do: 'remove-source', id: 'platform' }]);
  assert.equal((await post(event())).status, 401);
  const source = { id: 'platform', defaultDeviceType: 'SOFT' as const };
  assert.equal(await ingest.take({ kind: 'alive', source, legs: new Set(), atMs: 1 }), undefined);
  assert.equal((await store.calls.openLegs('platform')).length, 1);
});

test('a leg goes on under its organisation when its device has left the directory', async (t) => {
  const { post, store, messages } = await start(t);
  await post(event());
  await store.directory.write([
    { do: 'remove-user', organisationId: 'acme', userId: 'user.1001@acme.example' },
  ]);
  await post([event({ state: 'CONFIRMED' }), event({ state: 'TERMINATED' }), event({ leg: 'new' })]);
  assert.deepEqual(
    messages.map(({ state }) => state),
    ['EARLY', 'CONFIRMED', 'TERMINATED'],
  );
});

test('the JSON Schema is served to everybody', async (t) => {
  const { url } = await start(t);
  const served = await fetch(`${url}/api/v1/schemas/events.json`);
  assert.match(served.headers.get('content-type') ?? '', /^application\/schema\+json/);
  assert.deepEqual(await served.json(), publishedSchema());
});
