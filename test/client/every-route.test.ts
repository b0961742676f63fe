/**
 * A client made from the OpenAPI document (openapi-typescript, openapi-fetch) does with it what somebody would do who has nothing
 * else: sets an installation up, uses it, takes it apart. Every route that the document names is driven; the compiler says
 * whether what is sent and read has the document's shapes.
 */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '../../portal/src/api/schema.d.ts';
import { setUpLink } from '../../src/api/links.ts';
import { parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter } from '../../src/delivery/attempt.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { startApi } from '../support/api.ts';
import { attempt, step } from '../support/logged.ts';
import { SECRET, startCrm } from '../support/receiver.ts';

const PASSWORD = 'three blind mice run';
const ACME = { organisation: 'acme' };
const CRM = { ...ACME, endpoint: 'crm' };

/** `GET /api/v1/me`, as they were answered with success. */
type Seen = Set<string>;

/** A browser's manner: keeps the cookie, sends our header. */
function clientOf(url: string, seen: Seen, cookie = ''): Client<paths> {
  const client = createClient<paths>({ baseUrl: url, headers: { 'x-callhook': '1' } });
  let kept = cookie;
  client.use({
    onRequest({ request }) {
      if (kept !== '') request.headers.set('cookie', kept);
    },
    onResponse({ request, response, schemaPath }) {
      if (response.ok) seen.add(`${request.method} ${schemaPath}`);
      const given = response.headers.get('set-cookie')?.split(';')[0];
      if (given !== undefined) kept = given;
    },
  });
  return client;
}

/** @returns the body, or says what was answered instead */
async function ok<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  assert.ok(response.ok, `${response.url} ${response.status} ${JSON.stringify(error)}`);
  return data as Data;
}

/** The tag that reading a thing gave, for the change that follows. */
async function tagOf(
  answer: Promise<{ error?: unknown; response: Response }>,
): Promise<{ 'If-Match': string }> {
  const { response } = await answer;
  return { 'If-Match': response.headers.get('etag') ?? '' };
}

function tokenOf(link: string): string {
  return link.slice(link.indexOf('#') + 1);
}

test('a client made from the document drives every route', { timeout: 60_000 }, async (t) => {
  const seen: Seen = new Set();
  const { crm, api } = await begin(t);
  const operator = clientOf(api.url, seen);
  const { link } = (await setUpLink(api.context))!;
  assert.equal((await ok(operator.GET('/api/v1/set-up'))).needed, true);
  const person = { email: 'op@example.org', name: 'Opera Tor', password: PASSWORD };
  await ok(operator.POST('/api/v1/set-up', { body: { token: tokenOf(link), ...person } }));
  await directory(operator, crm.url);
  await log(operator, api, crm);
  await people(operator, api.url, seen);
  await installation(operator);
  await apart(operator);
  await oneself(operator, api.url, seen);

  const { paths: described } = (await (await fetch(`${api.url}/api/v1/openapi.json`)).json()) as {
    paths: Record<string, object>;
  };
  const all = Object.entries(described).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.ok(all.length > 60);
  assert.deepEqual(
    all.filter((one) => !seen.has(one)),
    [],
    'never driven',
  );
});

async function begin(t: TestContext) {
  const crm = await startCrm();
  const attempter = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8']).allowed,
    trustedCertificates: [crm.certificate],
    timeouts: { connectMs: 2_000, totalMs: 2_000 },
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(async () => {
    await attempter.close();
    await crm.close();
  });
  const empty = { sources: [], organisations: [] };
  const api = await startApi(t, { directory: empty, sending: { attempter } });
  return { crm, api };
}

async function directory(client: Client<paths>, url: string): Promise<void> {
  const source = { path: { source: 'pbx' } };
  const settings = { kind: 'ami', host: '127.0.0.1', username: 'callhook', secret: 'amp111' } as const;
  await ok(client.PUT('/api/v1/sources/{source}', { params: source, body: { id: 'pbx', ...settings } }));
  await ok(client.GET('/api/v1/sources/{source}', { params: source }));
  assert.equal((await ok(client.GET('/api/v1/sources'))).items.length, 1);
  await ok(client.GET('/api/v1/source-states'));
  const looked = await ok(client.POST('/api/v1/sources/{source}/inspect', { params: source }));
  assert.equal(looked.checks[0]?.is, 'wrong', 'nobody listens there');

  const organisation = { path: ACME };
  const acme = { name: 'Acme Oy', default_country: 'FI' };
  await ok(client.PUT('/api/v1/organisations/{organisation}', { params: organisation, body: acme }));
  await ok(client.GET('/api/v1/organisations/{organisation}', { params: organisation }));
  assert.equal((await ok(client.GET('/api/v1/organisations'))).items[0]!.name, 'Acme Oy');
  const privacy = '/api/v1/organisations/{organisation}/privacy';
  const header = await tagOf(client.GET(privacy, { params: organisation }));
  const body = { remove_local_email: true };
  const preview = await ok(client.POST(`${privacy}/preview`, { params: organisation, body }));
  assert.ok(preview.before.length > 0);
  const changed = await ok(client.PUT(privacy, { params: { ...organisation, header }, body }));
  assert.equal(changed.remove_local_email, true);

  const user = { path: { ...ACME, user: 'aino' } };
  const aino = { extensions: ['1001'], devices: [{ source: 'pbx', address: 'PJSIP/1001' }] };
  const one = '/api/v1/organisations/{organisation}/users/{user}';
  await ok(client.PUT(one, { params: user, body: aino }));
  assert.deepEqual((await ok(client.GET(one, { params: user }))).extensions, ['1001']);
  await ok(client.GET('/api/v1/organisations/{organisation}/users', { params: organisation }));
  await ok(client.GET('/api/v1/organisations/{organisation}/unknown-devices', { params: organisation }));
  const all = '/api/v1/organisations/{organisation}/users/import';
  const imported = await ok(
    client.POST(all, { params: organisation, body: { users: [{ user_id: 'aino' }], fields: ['email'] } }),
  );
  assert.deepEqual([imported.unchanged, imported.users[0]?.becomes], [1, 'unchanged']);
  const number = { path: { ...ACME, number: '7000' } };
  const functionNumber = '/api/v1/organisations/{organisation}/function-numbers/{number}';
  await ok(client.PUT(functionNumber, { params: number, body: { kind: 'QUEUE' } }));
  assert.equal((await ok(client.GET(functionNumber, { params: number }))).kind, 'QUEUE');
  await ok(client.GET('/api/v1/organisations/{organisation}/function-numbers', { params: organisation }));

  const endpoint = { path: CRM };
  const crm = '/api/v1/organisations/{organisation}/endpoints/{endpoint}';
  await ok(client.PUT(crm, { params: endpoint, body: { url, secret: SECRET } }));
  await ok(client.GET(crm, { params: endpoint }));
  await ok(client.GET('/api/v1/organisations/{organisation}/endpoints', { params: organisation }));
  const rotated = await ok(
    client.POST(`${crm}/rotate-secret`, { params: endpoint, body: { overlap: '1h' } }),
  );
  assert.ok(rotated.secret?.startsWith('whsec_'));
  assert.equal((await ok(client.POST(`${crm}/disable`, { params: endpoint }))).enabled, false);
  assert.equal((await ok(client.POST(`${crm}/enable`, { params: endpoint }))).enabled, true);
}

type Begun = Awaited<ReturnType<typeof begin>>;

async function log(client: Client<paths>, { store }: Begun['api'], crm: Begun['crm']): Promise<void> {
  const endpoint = { path: CRM };
  const tested = client.POST('/api/v1/organisations/{organisation}/endpoints/{endpoint}/test', {
    params: endpoint,
  });
  assert.equal((await ok(tested)).outcome, 'delivered');
  assert.equal(crm.received.length, 1);

  const nowMs = store.nowMs();
  await store.calls.commit([step({ call: 'call-1', user: 'aino', state: 'TERMINATED' })], nowMs);
  await attempt(store, nowMs, { kind: 'delivered' });
  const params = { path: ACME };
  const O = '/api/v1/organisations/{organisation}';
  const { items } = await ok(client.GET(`${O}/messages`, { params: { ...params, query: { limit: 10 } } }));
  const [message] = items;
  const stream = await ok(client.GET(`${O}/stream`, { params, parseAs: 'stream' }));
  const reader = stream!.getReader();
  assert.match(new TextDecoder().decode((await reader.read()).value), /^retry: \d+\n/);
  await reader.cancel();
  const whole = await ok(
    client.GET(`${O}/messages/{message}`, { params: { path: { ...ACME, message: message!.id } } }),
  );
  assert.equal(whole.attempts.length, 1);
  assert.equal((await ok(client.GET(`${O}/calls`, { params }))).items[0]?.call_id, 'call-1');
  const call = await ok(client.GET(`${O}/calls/{call}`, { params: { path: { ...ACME, call: 'call-1' } } }));
  assert.ok(call.findings[0]!.text.length > 0);
  await ok(client.GET(`${O}/not-reported`, { params }));
  await ok(client.GET(`${O}/statistics`, { params }));
  assert.equal((await ok(client.GET(`${O}/endpoint-states`, { params }))).items[0]?.id, 'crm');
  const order = { endpoint: 'crm', message: message!.id };
  assert.equal((await ok(client.POST(`${O}/replays`, { params, body: order }))).replayed, 1);
}

async function people(operator: Client<paths>, url: string, seen: Seen): Promise<void> {
  const O = '/api/v1/organisations/{organisation}';
  const params = { path: ACME };
  const role = 'administrator' as const;
  const invited = await ok(
    operator.POST(`${O}/invitations`, { params, body: { email: 'a@acme.example', role } }),
  );
  await ok(operator.GET(`${O}/invitations`, { params }));
  const other = await ok(
    operator.POST(`${O}/invitations`, { params, body: { email: 'b@acme.example', role } }),
  );
  await ok(
    operator.DELETE(`${O}/invitations/{invitation}`, { params: { path: { ...ACME, invitation: other.id } } }),
  );
  const colleague = await ok(
    operator.POST('/api/v1/invitations', { body: { email: 'c@example.org', role: 'operator' } }),
  );
  await ok(operator.GET('/api/v1/invitations'));
  const joining = { token: tokenOf(colleague.link), name: 'Col', password: PASSWORD };
  const joined = await ok(clientOf(url, seen).POST('/api/v1/invitations/accept', { body: joining }));
  await ok(operator.DELETE('/api/v1/accounts/{account}', { params: { path: { account: joined.id } } }));
  const late = await ok(
    operator.POST('/api/v1/invitations', { body: { email: 'd@example.org', role: 'operator' } }),
  );
  const path = { invitation: late.id };
  await ok(operator.DELETE('/api/v1/invitations/{invitation}', { params: { path } }));

  const administrator = clientOf(url, seen);
  const body = { token: tokenOf(invited.link), name: 'Ada', password: PASSWORD };
  const ada = await ok(administrator.POST('/api/v1/invitations/accept', { body }));
  const account = { path: { ...ACME, account: ada.id } };
  await ok(operator.GET(`${O}/accounts`, { params }));
  const header = await tagOf(operator.GET(`${O}/accounts/{account}`, { params: account }));
  const changed = { name: 'Ada L', role, disabled: false };
  await ok(operator.PUT(`${O}/accounts/{account}`, { params: { ...account, header }, body: changed }));
  await ok(operator.POST(`${O}/accounts/{account}/password-reset`, { params: account }));
  const any = { path: { account: ada.id } };
  await ok(operator.GET('/api/v1/accounts'));
  const tag = await tagOf(operator.GET('/api/v1/accounts/{account}', { params: any }));
  await ok(operator.PUT('/api/v1/accounts/{account}', { params: { ...any, header: tag }, body: changed }));
  const reset = await ok(operator.POST('/api/v1/accounts/{account}/password-reset', { params: any }));
  const anew = { token: tokenOf(reset.link), password: `${PASSWORD} again` };
  await ok(clientOf(url, seen).POST('/api/v1/password-resets/use', { body: anew }));
  await ok(clientOf(url, seen).POST('/api/v1/password-resets', { body: { email: 'nobody@acme.example' } }));
  await ok(operator.DELETE(`${O}/accounts/{account}`, { params: account }));

  const key = await ok(operator.POST('/api/v1/api-keys', { body: { name: 'all', scope: 'read' } }));
  await ok(operator.GET('/api/v1/api-keys'));
  await ok(operator.DELETE('/api/v1/api-keys/{key}', { params: { path: { key: key.id } } }));
  const own = await ok(operator.POST(`${O}/api-keys`, { params, body: { name: 'own', scope: 'write' } }));
  await ok(operator.GET(`${O}/api-keys`, { params }));
  await ok(operator.DELETE(`${O}/api-keys/{key}`, { params: { path: { ...ACME, key: own.id } } }));
}

async function installation(client: Client<paths>): Promise<void> {
  const params = { path: ACME };
  const lines = { parseAs: 'text' } as const;
  await ok(client.GET('/api/v1/audit'));
  await ok(client.GET('/api/v1/audit.ndjson', lines));
  await ok(client.GET('/api/v1/organisations/{organisation}/audit', { params }));
  await ok(client.GET('/api/v1/organisations/{organisation}/audit.ndjson', { params, ...lines }));
  await ok(client.GET('/api/v1/overview'));
  await ok(client.GET('/api/v1/settings'));
  await ok(client.GET('/api/v1/unknown-devices'));
}

async function apart(client: Client<paths>): Promise<void> {
  const O = '/api/v1/organisations/{organisation}';
  const { DELETE } = client;
  await ok(DELETE(`${O}/endpoints/{endpoint}`, { params: { path: CRM } }));
  await ok(DELETE(`${O}/function-numbers/{number}`, { params: { path: { ...ACME, number: '7000' } } }));
  await ok(DELETE(`${O}/users/{user}`, { params: { path: { ...ACME, user: 'aino' } } }));
  await ok(DELETE(O, { params: { path: ACME } }));
  await ok(DELETE('/api/v1/sources/{source}', { params: { path: { source: 'pbx' } } }));
}

async function oneself(client: Client<paths>, url: string, seen: Seen): Promise<void> {
  const { id } = await ok(client.GET('/api/v1/me'));
  const passwords = { current_password: PASSWORD, new_password: `${PASSWORD} far` };
  await ok(client.PUT('/api/v1/me/password', { body: passwords }));
  const elsewhere = clientOf(url, seen);
  const login = { email: 'op@example.org', password: passwords.new_password };
  const me = await ok(elsewhere.POST('/api/v1/login', { body: login }));
  assert.equal(me.id, id);
  const { items } = await ok(client.GET('/api/v1/me/sessions'));
  const session = items.find(({ current }) => !current)!.id;
  await ok(client.DELETE('/api/v1/me/sessions/{session}', { params: { path: { session } } }));
  await ok(elsewhere.POST('/api/v1/login', { body: login }));
  await ok(elsewhere.POST('/api/v1/logout'));
  await ok(client.DELETE('/api/v1/me/sessions'));
  assert.equal((await client.GET('/api/v1/me')).response.status, 401);
}
