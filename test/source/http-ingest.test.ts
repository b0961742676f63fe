/** What is published of the events that may be posted is what is taken. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { decodeAlive, decodeEvents } from '../../src/source/http-ingest/decoder.ts';
import { publishedSchema } from '../../src/source/http-ingest/schema.ts';
import { bearerOf, generateToken, isToken } from '../../src/source/http-ingest/token.ts';
import { event } from '../support/http-ingest.ts';

const read = (path: string) => readFileSync(new URL(`../../docs/${path}`, import.meta.url), 'utf8');
const NOW_MS = Date.parse('2026-11-23T10:00:00Z');
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
  assert.ok('legs' in decodeAlive(bytes(alive!)));
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
      remote: { withheld: false, number: '0409401234' },
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
      decodeAlive(body);
    }),
    { numRuns: 3_000 },
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
