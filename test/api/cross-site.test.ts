/** What a browser would send for another site: on every route that changes something, it changes nothing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startApi, type Client } from '../support/api.ts';
import { fillPath, operationsOf } from '../support/operations.ts';

const OURS = { 'x-callhook': '1' };

/** Only reads, though it is a POST; and what is asked with a platform's token, never with a cookie. */
const NOT_BY_COOKIE = /\/privacy\/preview$|\/sources\/\{id\}/;

test('every route that changes something refuses our cookie when another site sent it', async (t) => {
  const { nobody, account, as, url } = await startApi(t);
  const operator = await account('operator');
  const all = await operationsOf(nobody);
  const writing = all.filter(({ method, path }) => method !== 'GET' && !NOT_BY_COOKIE.test(path));
  assert.ok(writing.length > 30);
  const values = { organisation: 'acme', endpoint: 'crm', source: 'pbx', account: operator.id };
  const hostile: Record<string, string>[] = [
    {},
    { ...OURS, origin: 'https://evil.example' },
    { ...OURS, origin: 'null' },
    { ...OURS, origin: url.replace('http:', 'https:').replace('127.0.0.1', '127.0.0.1.evil.example') },
    { ...OURS, 'sec-fetch-site': 'cross-site' },
    { ...OURS, 'sec-fetch-site': 'same-site' },
    { 'content-type': 'application/x-www-form-urlencoded' },
    { 'content-type': 'multipart/form-data; boundary=x' },
    { 'content-type': 'text/plain' },
  ];
  for (const { method, path } of writing) {
    for (const headers of hostile) {
      for (const cookie of [operator.cookie, 'callhook_session=chses_ended']) {
        const body = method === 'DELETE' ? undefined : '{}';
        const client: Client = as({ cookie, ...headers });
        const answer = await client(method, fillPath(path, values), body, { 'if-match': '*', ...headers });
        const name = `${method} ${path} ${JSON.stringify(headers)}: ${answer.status} ${answer.body?.code}`;
        const isEnded = answer.status === 401 && cookie !== operator.cookie;
        assert.ok(isEnded || (answer.status === 403 && answer.body.code === 'CROSS_SITE'), name);
        assert.equal(answer.headers.get('set-cookie'), null, name);
      }
    }
  }
  assert.equal((await operator.client('GET', 'me')).status, 200, 'and the session is still there');
});

test('no form can write what a route takes, even with every header right', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('operator');
  for (const type of [
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/json-patch',
  ]) {
    const { status, body } = await client('PUT', 'organisations/gamma', '{"name":"G"}', {
      'content-type': type,
    });
    assert.deepEqual([status, body.code], [415, 'MEDIA_TYPE_UNSUPPORTED'], type);
  }
});

test('CORS is off: no answer, preflight or not, lets another site read it', async (t) => {
  const { account, as, nobody } = await startApi(t);
  const { cookie } = await account('operator');
  const origin = 'https://evil.example';
  for (const { method, path } of await operationsOf(nobody)) {
    const asked = {
      origin,
      'access-control-request-method': method,
      'access-control-request-headers': 'x-callhook',
    };
    for (const answer of [
      await as(asked)('OPTIONS', fillPath(path, {})),
      ...(method === 'GET'
        ? [await as({ origin, cookie })('GET', fillPath(path, { organisation: 'acme' }))]
        : []),
    ]) {
      const allowing = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
      assert.deepEqual(allowing, [], `${method} ${path}`);
      assert.equal(answer.headers.get('cross-origin-resource-policy'), 'same-origin');
    }
  }
});
