/** What holds for every route: ids, headers, methods, limits, repeated requests, the document. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { openApiDocument } from '../../src/api/openapi.ts';
import type { ApiContext } from '../../src/api/context.ts';
import { allRoutes } from '../../src/api/routes.ts';
import { VERSION } from '../../src/runtime/version.ts';
import { startApi } from '../support/api.ts';
import { postedDirectory } from '../support/http-ingest.ts';

test('docs/openapi.json is what the routes say (`npm run openapi` writes it)', () => {
  const context = { store: {} } as ApiContext;
  const kept: unknown = JSON.parse(readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'));
  assert.deepEqual(kept, JSON.parse(JSON.stringify(openApiDocument(allRoutes(context), VERSION))));
});

test('the document and its page are for anybody, and nothing in them comes from elsewhere', async (t) => {
  const { nobody } = await startApi(t);
  const document = await nobody('GET', 'openapi.json');
  assert.equal(document.body.openapi, '3.1.0');
  const page = await nobody('GET', 'docs');
  assert.match(page.headers.get('content-type')!, /text\/html/);
  assert.match(page.headers.get('content-security-policy')!, /^default-src 'none'; style-src 'sha256-/);
  assert.doesNotMatch(page.text, /<script|https?:\/\/|src=/);
  assert.ok(page.text.includes('/api/v1/organisations/{organisation}/users'));
});

test('a one-time link shows in a browser which request takes it', async (t) => {
  const { url } = await startApi(t);
  for (const [path, request] of [
    ['/set-up', '/api/v1/set-up'],
    ['/invitation', '/api/v1/invitations/accept'],
    ['/password-reset', '/api/v1/password-resets/use'],
  ] as const) {
    const page = await fetch(`${url}${path}`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-security-policy')!, /^default-src 'none'; style-src 'sha256-/);
    assert.ok((await page.text()).includes(`${url}${request}`), path);
  }
});

test('each answer has its request’s id and forbids what an API never needs', async (t) => {
  const { nobody } = await startApi(t);
  const named = await nobody('GET', 'me', undefined, { 'x-request-id': 'abc-123' });
  assert.equal(named.headers.get('x-request-id'), 'abc-123');
  const odd = await nobody('GET', 'me', undefined, { 'x-request-id': 'no good: <script>' });
  assert.match(odd.headers.get('x-request-id')!, /^[0-9a-f-]{36}$/);
  assert.equal(named.headers.get('cache-control'), 'no-store');
  assert.equal(named.headers.get('x-content-type-options'), 'nosniff');
  assert.match(named.headers.get('content-security-policy')!, /default-src 'none'; frame-ancestors 'none'/);
  assert.equal(named.headers.get('access-control-allow-origin'), null);
});

test('another method is told those that go; HEAD is GET without its body', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('operator');
  const other = await client('POST', 'organisations/acme');
  assert.deepEqual([other.status, other.headers.get('allow')], [405, 'DELETE, GET, HEAD, PUT']);
  const head = await client('HEAD', 'organisations/acme');
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.equal(head.headers.get('etag'), (await client('GET', 'organisations/acme')).headers.get('etag'));
  assert.equal((await client('GET', 'nothing/here')).status, 404);
});

test('a body that is too large, no JSON or nested deeply is refused, and nothing breaks', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('operator');
  const path = 'organisations/gamma';
  assert.equal((await client('PUT', path, { name: 'x'.repeat(300_000) })).body.code, 'BODY_TOO_LARGE');
  assert.equal((await client('PUT', path, '{"name":')).body.code, 'BODY_UNREADABLE');
  assert.equal((await client('PUT', path, '['.repeat(100_000))).body.code, 'BODY_UNREADABLE');
  assert.equal((await client('PUT', path, `${'['.repeat(9_000)}${']'.repeat(9_000)}`)).status, 422);
  assert.equal((await client('PUT', path, '{"__proto__":{"name":"x"}}')).status, 400);
  assert.equal(
    (await client('PUT', path, 'name=x', { 'content-type': 'text/plain' })).body.code,
    'MEDIA_TYPE_UNSUPPORTED',
  );
  assert.equal((await client('PUT', path)).status, 422);
});

test('header injection through what users set gets nowhere', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('operator');
  for (const name of ['a\r\nset-cookie: x=y', 'a\nb', 'a\u0000b', 'a\u0085b']) {
    assert.equal((await client('PUT', 'organisations/gamma', { name, default_country: 'FI' })).status, 422);
  }
  const url = { url: 'https://crm.example/\r\nx: y' };
  assert.equal((await client('PUT', 'organisations/acme/endpoints/x', url)).status, 422);
  const reference = { url: 'https://evil.example/${CALLHOOK_KEY}' };
  assert.equal((await client('PUT', 'organisations/acme/endpoints/x', reference)).status, 422);
});

test('a POST with an Idempotency-Key is done once, and answered the same again', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('operator');
  const key = { 'idempotency-key': 'one' };
  const body = { name: 'CRM', scope: 'read' };
  const [first, second] = [
    await client('POST', 'api-keys', body, key),
    await client('POST', 'api-keys', body, key),
  ];
  assert.deepEqual([second.status, second.body], [first.status, first.body]);
  assert.deepEqual(
    [first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')],
    [null, 'true'],
  );
  assert.equal((await store.accounts.apiKeys(undefined, { limit: 9 })).length, 1);
  const other = await client('POST', 'api-keys', { ...body, name: 'ERP' }, key);
  assert.deepEqual([other.status, other.body.code], [422, 'KEY_REUSED']);
  const failed = { 'idempotency-key': 'two' };
  assert.equal((await client('POST', 'api-keys', { ...body, scope: 'none' }, failed)).status, 422);
  assert.equal(
    (await client('POST', 'api-keys', body, failed)).status,
    201,
    'what failed may be tried again',
  );
});

test('whoever asks too often is told when to come again; others are not held up', async (t) => {
  const rates = { somebody: { burst: 3, everyMs: 60_000 }, nobody: { burst: 2, everyMs: 60_000 } };
  const { account, nobody } = await startApi(t, { rates });
  const { client } = await account('operator');
  const statuses = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await client('GET', 'me')).status);
  assert.deepEqual(statuses, [200, 200, 200, 429]);
  const refused = await client('GET', 'me');
  assert.equal(refused.body.code, 'TOO_MANY_REQUESTS');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.match(refused.headers.get('ratelimit')!, /^"somebody";r=0;t=\d+$/);
  assert.equal((await (await account('viewer', 'acme')).client('GET', 'me')).status, 200);
  assert.equal((await nobody('GET', 'set-up')).headers.get('ratelimit-policy'), '"nobody";q=2;w=120');
});

test('the audit names who, from where and what, is filtered and exported; secrets are fingerprints', async (t) => {
  const { account } = await startApi(t);
  const { client, id, email } = await account('administrator', 'acme');
  const agent = { 'user-agent': 'portal\u00851', 'x-request-id': 'r-1' };
  const made = await client('PUT', 'organisations/acme/endpoints/new', { url: 'https://a.example/' }, agent);
  const changed = await client(
    'PUT',
    'organisations/acme/endpoints/new',
    { url: 'https://b.example/' },
    { 'if-match': made.headers.get('etag')! },
  );
  assert.equal(changed.status, 200);
  const { body } = await client('GET', 'organisations/acme/audit?thing=endpoint');
  assert.equal(body.items.length, 2);
  const [second, first] = body.items;
  assert.deepEqual(
    [first.actor, first.address, first.request_id, first.action],
    [{ kind: 'account', id, name: email }, '127.0.0.1', 'r-1', 'created'],
  );
  assert.deepEqual([second.before.url, second.after.url], ['https://a.example/', 'https://b.example/']);
  assert.match(first.after.secret, /^fp_[0-9a-f]{12}$/);
  const lines = await client('GET', 'organisations/acme/audit.ndjson?thing=endpoint');
  assert.match(lines.headers.get('content-type')!, /ndjson/);
  assert.deepEqual(
    lines.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    body.items,
  );
  const page = await client('GET', 'organisations/acme/audit?thing=endpoint&limit=1');
  const next = await client(
    'GET',
    `organisations/acme/audit?thing=endpoint&limit=1&cursor=${page.body.next_cursor}`,
  );
  assert.deepEqual(next.body.items, [first]);
  assert.equal(
    (await client('GET', 'organisations/acme/audit?until=2020-01-01T00:00:00Z')).body.items.length,
    0,
  );
});

test('an ingest key of the operator posts events of any source that is posted to, and nothing else does', async (t) => {
  const { key } = await startApi(t, { directory: postedDirectory() });
  const event = { leg: 'a', call: 'c', device: '1001', direction: 'INCOMING', state: 'EARLY' };
  const path = 'sources/platform/events';
  assert.equal((await (await key('ingest')).client('POST', path, event)).status, 202);
  assert.equal((await (await key('write')).client('POST', path, event)).status, 401);
  assert.equal((await (await key('ingest', 'acme')).client('POST', path, event)).status, 401);
  assert.equal((await (await key('ingest')).client('POST', 'sources/pbx/events', event)).status, 401);
});

test('who asks is the proxy, unless it is one that is trusted', async (t) => {
  const from = async (trustedProxies: readonly string[]) => {
    const { account } = await startApi(t, { trustedProxies });
    const { client } = await account('operator');
    const forwarded = { 'x-forwarded-for': '203.0.113.9, 192.0.2.7' };
    await client('PUT', 'organisations/gamma', { name: 'Gamma', default_country: 'FI' }, forwarded);
    return (await client('GET', 'audit?thing=organisation')).body.items[0].address as string;
  };
  assert.equal(await from([]), '127.0.0.1');
  assert.equal(
    await from(['127.0.0.0/8']),
    '192.0.2.7',
    'what the client itself wrote before it is not believed',
  );
});
