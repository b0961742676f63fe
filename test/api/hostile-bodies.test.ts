/** Bodies and fields that are made to break something: every route that takes one refuses them in words, and changes nothing. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startApi, type Reply } from '../support/api.ts';
import { event, postedDirectory, TOKEN } from '../support/http-ingest.ts';
import { fillPath, operationsOf } from '../support/operations.ts';

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Each within the limit of a body, but for the one that is not. */
const BODIES: Readonly<Record<string, string>> = {
  'a list in a list, 100,000 deep': deep(100_000),
  'an object in an object, 25,000 deep': `${'{"a":'.repeat(25_000)}1${'}'.repeat(25_000)}`,
  'a deep list where a text belongs': `{"name":${deep(60_000)},"email":${deep(60_000)}}`,
  'a long list': `{"numbers":[${Array(60_000).fill('1').join()}]}`,
  'a long key': `{"${'k'.repeat(200_000)}":1}`,
  'many keys': `{${Array.from({ length: 15_000 }, (_, nth) => `"k${nth}":1`).join()}}`,
  __proto__: '{"__proto__":{"role":"operator"},"name":"x"}',
  '__proto__, escaped': '{"\\u005f_proto__":{"role":"operator"},"name":"x"}',
  'constructor.prototype': '{"constructor":{"prototype":{"role":"operator"}}}',
  'half a surrogate': '{"name":"\\ud800"}',
  'a number beyond all': '{"max_at_once":1e999,"name":1e999}',
  'more than may be': `{"name":"${'x'.repeat(300_000)}"}`,
};

/** What may be answered: it is wrong, not there, or already spent; never a fault of ours, never done. */
const REFUSED = [400, 404, 409, 410, 412, 413, 422, 428];

test('whatever the body, no route breaks or takes it', async (t) => {
  const { nobody, account, store } = await startApi(t);
  const { client, id } = await account('operator');
  const writing = (await operationsOf(nobody)).filter(({ method }) => method === 'PUT' || method === 'POST');
  const values = { organisation: 'acme', endpoint: 'crm', source: 'pbx', account: id, number: '7000' };
  const before = await store.directory.read();
  const seen = new Set<string>();
  for (const { method, path, takesBody } of writing) {
    // It ends the session that asks.
    if (path === '/api/v1/logout') continue;
    for (const [what, body] of Object.entries(BODIES)) {
      for (const key of [{}, { 'idempotency-key': `${path} ${what}` }]) {
        const answer = await client(method, fillPath(path, takesBody ? values : { account: id }), body, {
          'if-match': '*',
          ...key,
        });
        const name = `${method} ${path}, ${what}: ${answer.status} ${answer.text.slice(0, 200)}`;
        assert.ok((!takesBody && answer.status < 300) || REFUSED.includes(answer.status), name);
        if (answer.status >= 400) seen.add(answer.body.code);
        assert.ok(answer.text.length < 40_000, `${name}: the answer is not as large as what was sent`);
      }
    }
  }
  assert.deepEqual(await store.directory.read(), before);
  for (const code of ['BODY_UNREADABLE', 'BODY_TOO_LARGE', 'REQUEST_INVALID'])
    assert.ok(seen.has(code), code);
  assert.equal(({} as Record<string, unknown>)['role'], undefined);
});

test('nor does a platform’s', async (t) => {
  const { as } = await startApi(t, { directory: postedDirectory() });
  const platform = as({ authorization: `Bearer ${TOKEN}` });
  for (const to of ['events', 'alive']) {
    for (const [what, body] of Object.entries(BODIES)) {
      const { status, text } = await platform('POST', `sources/platform/${to}`, body);
      assert.ok(REFUSED.includes(status), `${to}, ${what}: ${status} ${text.slice(0, 200)}`);
    }
  }
  assert.equal((await platform('POST', 'sources/platform/events', event())).status, 202);
});

/** For each route that takes texts, a body that is right. */
const RIGHT: readonly (readonly [method: string, path: string, body: object])[] = [
  ['PUT', 'organisations/gamma', { name: 'Gamma', default_country: 'FI' }],
  [
    'PUT',
    'organisations/acme/users/new',
    {
      email: 'new@acme.example',
      numbers: ['+358942721099'],
      extensions: ['1099'],
      devices: [{ source: 'pbx', address: 'PJSIP/1099', type: 'SOFT' }],
    },
  ],
  ['PUT', 'organisations/acme/function-numbers/7099', { kind: 'IVR' }],
  [
    'PUT',
    'organisations/acme/endpoints/new',
    {
      url: 'https://crm.example/calls',
      headers: { 'x-tenant': 'acme' },
      authentication: { kind: 'basic', username: 'callhook', password: 'hunter22' },
      filter: { users: ['user.1001@acme.example'], numbers: ['+358942721001'] },
    },
  ],
  [
    'PUT',
    'organisations/acme/endpoints/other',
    { url: 'https://crm.example/calls', authentication: { kind: 'bearer', token: 'abc.def' } },
  ],
  [
    'PUT',
    'sources/new',
    {
      id: 'new',
      kind: 'ami',
      host: 'pbx.example',
      port: 5038,
      username: 'callhook',
      secret: 'a secret of it',
    },
  ],
  ['POST', 'organisations/acme/invitations', { email: 'i@acme.example', role: 'viewer' }],
  ['POST', 'invitations', { email: 'j@acme.example', role: 'viewer', organisation: 'acme' }],
  ['POST', 'organisations/acme/api-keys', { name: 'CRM', scope: 'read' }],
  ['POST', 'password-resets', { email: 'i@acme.example' }],
];

/** The same value, with `more` at the end of one text after the other. */
function* withMore(value: unknown, more: string): Generator {
  if (typeof value === 'string') yield value + more;
  if (Array.isArray(value)) {
    for (const [nth, one] of value.entries()) {
      for (const other of withMore(one, more)) yield value.with(nth, other);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      for (const other of withMore(one, more)) yield { ...value, [key]: other };
    }
  }
}

test('no text that anybody sets may hold the end of a line: headers, addresses, names, mails', async (t) => {
  const mails: string[] = [];
  const mail = async (...told: string[]) => void mails.push(...told);
  const { account } = await startApi(t, { mail });
  const { client, id } = await account('operator');
  const accountOne = { method: 'PUT', path: `accounts/${id}`, body: { name: 'Olga', role: 'operator' } };
  const all = [...RIGHT, [accountOne.method, accountOne.path, accountOne.body] as const];
  const assertClean = ({ headers, text }: Reply, name: string) => {
    assert.equal(headers.get('x-injected'), null, name);
    assert.ok(!text.includes('x-injected'), `${name} is not said back`);
  };
  for (const [method, path, body] of all) {
    for (const end of ['\r\n', '\n', '\r', '\u2028', '\u0085', '\u0000']) {
      // A password may hold it: it travels as base64.
      if (end === '\u2028' && /password"|secret"/.test(JSON.stringify(body))) continue;
      for (const wrong of withMore(body, `${end}x-injected: 1`)) {
        const answer = await client(method, path, wrong, { 'if-match': '*' });
        const name = `${method} ${path} ${JSON.stringify(wrong)}`;
        assert.equal(answer.status, 422, `${name}: ${answer.status} ${answer.text}`);
        assertClean(answer, name);
      }
    }
    const right = await client(method, path, body, path.startsWith('accounts/') ? { 'if-match': '*' } : {});
    assert.ok(right.status < 300, `${method} ${path}: ${right.text}`);
  }
  assert.ok(mails.length > 0 && mails.every((text) => !text.includes('x-injected')));
  for (const path of [
    'organisations/acme/users/a%0d%0ax-injected:%201',
    'organisations/%0d%0ax-injected:%201',
  ]) {
    const answer = await client('GET', path);
    assert.ok(REFUSED.includes(answer.status), path);
    assertClean(answer, path);
  }
});
