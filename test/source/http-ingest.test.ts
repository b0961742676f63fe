/** What is published of the events that may be posted is what is taken. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { LEG_STATES } from '../../src/call/leg-event.ts';
import { decodeAlive, decodeEvents } from '../../src/source/http-ingest/decoder.ts';
import { publishedSchema } from '../../src/source/http-ingest/schema.ts';
import { bearerOf, generateToken, isToken } from '../../src/source/http-ingest/token.ts';
import { event } from '../support/http-ingest.ts';

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const NOW_MS = Date.parse('2026-11-23T10:00:00Z');
const UNKNOWN_KEY = 'remote_nubmer';
const ALIVE = { ...publishedSchema(), anyOf: [{ $ref: '#/$defs/alive' }] };
const bytes = (text: string) => Buffer.from(text);

test('the schema in docs is the one that is served', () => {
  assert.deepEqual(JSON.parse(read('schemas/events.json')), publishedSchema());
});

test('what docs/sources/http.md posts is taken, and its table names every key', () => {
  const page = read('sources/http.md');
  const [single] = page.match(/\{"leg": [^}]*\}/) ?? [];
  const lines = page.match(/^\{"leg":.*\}$/gm) ?? [];
  const [alive] = page.match(/\{"legs": .*\}(?=')/) ?? [];
  assert.equal(lines.length, 2);
  const one = decodeEvents(bytes(single!), 'json', NOW_MS);
  const more = decodeEvents(bytes(lines.join('\n')), 'ndjson', NOW_MS);
  for (const decoded of [one, more]) assert.deepEqual('errors' in decoded && decoded.errors, []);
  assert.ok('legs' in decodeAlive(bytes(alive!), NOW_MS));
  const { $defs } = publishedSchema() as { $defs: { event: { properties: object; required: string[] } } };
  const rows = [...page.matchAll(/^\| `(\w+)` +\| (required)? +\|/gm)];
  assert.deepEqual(
    rows.map((row) => row[1]),
    Object.keys($defs.event.properties),
  );
  assert.deepEqual(
    rows.filter((row) => row[2] === 'required').map((row) => row[1]),
    $defs.event.required,
  );
});

test('an event becomes a leg event', () => {
  const posted = event({
    state: 'TERMINATED',
    at: '2026-11-23T12:00:00.5+02:00',
    reason: 'ANSWERED_ELSEWHERE',
    local_number: '+358942721001',
    user_agent: 'Yealink',
  });
  const decoded = decodeEvents(bytes(JSON.stringify(posted)), 'json', NOW_MS);
  assert.deepEqual('events' in decoded && decoded.events, [
    {
      leg: 'a',
      call: 'call-1',
      device: '1001',
      direction: 'INCOMING',
      state: 'TERMINATED',
      ending: 'ELSEWHERE',
      atMs: NOW_MS + 500,
      remote: { withheld: false, number: '0409401234', unlessWithheld: true },
      localNumber: '+358942721001',
      userAgent: 'Yealink',
    },
  ]);
});

test('whatever bytes are posted, they are taken apart without a fault, and every item is right or named', () => {
  const anything = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((given) => Buffer.from(given)),
    fc.json().map(bytes),
    fc
      .array(fc.oneof(fc.json(), fc.constant(JSON.stringify(event()))), { maxLength: 5 })
      .map((lines) => bytes(lines.join('\n'))),
    fc
      .record(
        Object.fromEntries(
          Object.keys(event()).map((key) => [key, fc.oneof(fc.jsonValue(), fc.constant('EARLY'))]),
        ),
        {
          requiredKeys: [],
        },
      )
      .map((item) => bytes(JSON.stringify([event(), item]))),
  );
  fc.assert(
    fc.property(anything, fc.constantFrom('json' as const, 'ndjson' as const), (body, form) => {
      const decoded = decodeEvents(body, form, NOW_MS);
      if (!('refused' in decoded)) {
        const named = new Set(decoded.errors.map(({ index }) => index));
        assert.equal(decoded.events.length + named.size, decoded.count);
      }
      decodeAlive(body, NOW_MS);
    }),
    { numRuns: 3_000 },
  );
});

const anEvent = (more: object) =>
  decodeEvents(bytes(JSON.stringify({ ...event(), ...more })), 'json', NOW_MS);

test('a time is taken as RFC 3339 writes it, also in small letters and with a leap second', () => {
  for (const [at, atMs] of [
    ['2026-11-23T12:00:00.5+02:00', NOW_MS + 500],
    ['2026-11-23t10:00:00z', NOW_MS],
    ['2026-11-23T10:00:00.000999999Z', NOW_MS],
    ['2016-12-31T23:59:60Z', Date.parse('2016-12-31T23:59:59Z')],
    ['2017-01-01T01:59:60.25+02:00', Date.parse('2016-12-31T23:59:59.250Z')],
    ['2024-02-29T00:00:00-00:00', Date.parse('2024-02-29T00:00:00Z')],
    ['', NOW_MS],
    [null, NOW_MS],
  ] as const) {
    const decoded = anEvent({ at });
    assert.deepEqual('events' in decoded && decoded.events.map((one) => one.atMs), [atMs], String(at));
  }
  for (const at of [
    '2026-02-29T10:00:00Z',
    '2026-04-31T10:00:00Z',
    '2026-11-23T10:00:60Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23T10:00Z',
    '2026-11-23 10:00:00Z',
    '2026-11-23T10:00:00',
    '2026-11-23T10:00:00+0200',
    '2026-11-23T10:00:00,5Z',
    1_795_428_000,
  ]) {
    const decoded = anEvent({ at });
    const paths =
      'errors' in decoded && decoded.errors.map(({ path, detail }) => [path, detail.slice(0, 30)]);
    assert.deepEqual(paths, [['/at', 'must be a time with its zone, ']], String(at));
  }
});

test('an optional key may be empty: not known', () => {
  const decoded = anEvent({ at: '', local_number: '', remote_number: '', reason: '', user_agent: '' });
  assert.deepEqual('errors' in decoded && decoded.errors, []);
});

test('a list of live legs that was made tomorrow or in another age ends nothing', () => {
  for (const at of ['2126-01-01T00:00:00Z', '0001-01-01T00:00:00Z']) {
    const decoded = decodeAlive(bytes(JSON.stringify({ legs: [], at })), NOW_MS);
    assert.equal('errors' in decoded && decoded.errors[0]?.path, '/at', at);
  }
});

test('an item of a hundred thousand unknown keys is told like any other', () => {
  const keys = Array.from({ length: 130_000 }, (_, i) => `"${i.toString(36)}":0`);
  const decoded = decodeEvents(bytes(`{${keys.join(',')}}`), 'json', NOW_MS);
  assert.ok('errors' in decoded && decoded.errors.length > 130_000);
});

test('what the published schema says is right is taken, and nothing else', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const isRight = { events: ajv.compile(publishedSchema()), alive: ajv.compile(ALIVE) };
  const text = fc.oneof(
    fc.constantFrom('', 'a', 'EARLY', 'TERMINATED', 'x'.repeat(255), '\u{1f600}'.repeat(255)),
    fc.constantFrom('x'.repeat(256), '\u{1f600}'.repeat(256), 'a\nb', '\u0000', '\u009f', '\u2028'),
    fc.string({ unit: 'binary', maxLength: 4 }),
  );
  const time = fc.oneof(
    fc.constantFrom('', null, 'now', '2026-11-23T10:00Z', '2026-02-30T10:00:00Z', '2016-12-31T23:59:60z'),
    fc.constantFrom('2026-11-23 10:00:00Z', '2026-11-23T10:00:00+02', '2026-11-23T23:59:60Z'),
    fc
      .date({ min: new Date(0), max: new Date(NOW_MS), noInvalidDate: true })
      .map((date) => date.toISOString()),
    text,
  );
  const change: Record<string, fc.Arbitrary<unknown>> = {
    leg: text,
    call: text,
    device: fc.oneof(text, fc.integer()),
    state: fc.constantFrom(undefined, 'RINGING', ...LEG_STATES),
    at: time,
    remote_number: fc.oneof(text, fc.constant(null)),
    remote_withheld: fc.constantFrom(true, null, 'no'),
    reason: fc.constantFrom('HANGUP', 'CANCELLED', 'BUSY', '', null),
    [UNKNOWN_KEY]: fc.constantFrom(1, undefined),
  };
  const posted = fc
    .uniqueArray(fc.constantFrom(...Object.keys(change)), { maxLength: 2 })
    .chain((keys) => fc.record(Object.fromEntries(keys.map((key) => [key, change[key]!]))))
    .map((changed) => event(changed));
  const seen = { right: 0, wrong: 0 };
  fc.assert(
    fc.property(fc.oneof(posted, fc.array(posted, { maxLength: 3 })), (body) => {
      const decoded = decodeEvents(bytes(JSON.stringify(body)), 'json', NOW_MS);
      const isTaken = 'errors' in decoded && decoded.errors.length === 0;
      assert.equal(isTaken, isRight.events(JSON.parse(JSON.stringify(body))), JSON.stringify(decoded));
      seen[isTaken ? 'right' : 'wrong'] += 1;
    }),
    { numRuns: 4_000 },
  );
  assert.ok(seen.right > 300 && seen.wrong > 300, JSON.stringify(seen));
  fc.assert(
    fc.property(
      fc.record({ legs: fc.array(text, { maxLength: 2 }), at: time }, { requiredKeys: ['legs'] }),
      (body) => {
        const decoded = decodeAlive(bytes(JSON.stringify(body)), NOW_MS);
        assert.equal('legs' in decoded, isRight.alive(body), JSON.stringify(decoded));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a token is compared whole, and none is right where there is no source', () => {
  const token = generateToken();
  assert.ok(isToken(token, token));
  for (const [given, wanted] of [
    [token.slice(0, -1), token],
    [`${token} `, token],
    ['', ''],
    ['', undefined],
    [token, undefined],
  ] as const) {
    assert.ok(!isToken(given, wanted));
  }
  assert.equal(bearerOf(`bearer  ${token} `), token);
  for (const none of [undefined, '', 'Bearer', `Basic ${token}`, token]) assert.equal(bearerOf(none), '');
});

test('made tokens are unlike each other, and such as a directory file may give', () => {
  const tokens = Array.from({ length: 100 }, generateToken);
  assert.equal(new Set(tokens).size, 100);
  for (const token of tokens) assert.match(token, /^chsrc_[\w-]{43}$/);
});
