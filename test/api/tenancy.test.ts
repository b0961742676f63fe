/**
 * Every route, as everybody. The routes come from the OpenAPI document, so that none is forgotten: one that is not in the
 * table below fails the test.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startApi, type Client, type TestApi } from '../support/api.ts';
import { step } from '../support/logged.ts';

/** Who may call a kind of route in `acme`. Everybody else of `acme` hears 403, whoever is of `beta` 404. */
const KINDS = {
  anybody: [
    'nobody',
    'ended',
    'ingest',
    'viewer',
    'administrator',
    'operator',
    'keyRead',
    'keyWrite',
    'allRead',
    'allWrite',
  ],
  somebody: ['viewer', 'administrator', 'operator', 'keyRead', 'keyWrite', 'allRead', 'allWrite'],
  person: ['viewer', 'administrator', 'operator'],
  look: ['viewer', 'administrator', 'operator', 'keyRead', 'keyWrite', 'allRead', 'allWrite'],
  change: ['administrator', 'operator', 'keyWrite', 'allWrite'],
  administer: ['administrator', 'operator', 'keyWrite', 'allRead', 'allWrite'],
  administerInPerson: ['administrator', 'operator'],
  operatorLooks: ['operator', 'allRead', 'allWrite'],
  operatorChanges: ['operator', 'allWrite'],
  operatorInPerson: ['operator'],
} as const satisfies Record<string, readonly Caller[]>;

type Caller =
  | 'nobody'
  | 'ended'
  | 'ingest'
  | 'viewer'
  | 'administrator'
  | 'operator'
  | 'keyRead'
  | 'keyWrite'
  | 'allRead'
  | 'allWrite';
type Kind = keyof typeof KINDS;

const O = '/api/v1/organisations/{organisation}';

const TABLE: Record<string, Kind> = {
  'POST /api/v1/login': 'anybody',
  'POST /api/v1/logout': 'person',
  'GET /api/v1/me': 'somebody',
  'PUT /api/v1/me/password': 'person',
  'GET /api/v1/me/sessions': 'person',
  'DELETE /api/v1/me/sessions': 'person',
  'DELETE /api/v1/me/sessions/{session}': 'person',
  'GET /api/v1/set-up': 'anybody',
  'POST /api/v1/set-up': 'anybody',
  'POST /api/v1/invitations/accept': 'anybody',
  'POST /api/v1/password-resets': 'anybody',
  'POST /api/v1/password-resets/use': 'anybody',
  'GET /api/v1/organisations': 'operatorLooks',
  [`GET ${O}`]: 'look',
  [`PUT ${O}`]: 'operatorChanges',
  [`DELETE ${O}`]: 'operatorChanges',
  [`GET ${O}/privacy`]: 'look',
  [`PUT ${O}/privacy`]: 'change',
  [`POST ${O}/privacy/preview`]: 'look',
  [`GET ${O}/users`]: 'look',
  [`POST ${O}/users/import`]: 'change',
  [`GET ${O}/users/{user}`]: 'look',
  [`PUT ${O}/users/{user}`]: 'change',
  [`DELETE ${O}/users/{user}`]: 'change',
  [`GET ${O}/unknown-devices`]: 'look',
  [`GET ${O}/function-numbers`]: 'look',
  [`GET ${O}/function-numbers/{number}`]: 'look',
  [`PUT ${O}/function-numbers/{number}`]: 'change',
  [`DELETE ${O}/function-numbers/{number}`]: 'change',
  [`GET ${O}/endpoints`]: 'look',
  [`GET ${O}/endpoints/{endpoint}`]: 'look',
  [`PUT ${O}/endpoints/{endpoint}`]: 'change',
  [`DELETE ${O}/endpoints/{endpoint}`]: 'change',
  [`GET ${O}/endpoint-states`]: 'look',
  [`GET ${O}/messages`]: 'look',
  [`GET ${O}/messages/{message}`]: 'look',
  [`GET ${O}/calls`]: 'look',
  [`GET ${O}/calls/{call}`]: 'look',
  [`GET ${O}/not-reported`]: 'look',
  [`GET ${O}/statistics`]: 'look',
  'GET /api/v1/overview': 'operatorLooks',
  'GET /api/v1/settings': 'operatorLooks',
  'GET /api/v1/unknown-devices': 'operatorLooks',
  [`POST ${O}/endpoints/{endpoint}/enable`]: 'change',
  [`POST ${O}/endpoints/{endpoint}/disable`]: 'change',
  [`POST ${O}/endpoints/{endpoint}/rotate-secret`]: 'change',
  [`POST ${O}/endpoints/{endpoint}/test`]: 'change',
  [`POST ${O}/replays`]: 'change',
  'GET /api/v1/sources': 'operatorLooks',
  'GET /api/v1/source-states': 'operatorLooks',
  'GET /api/v1/sources/{source}': 'operatorLooks',
  'PUT /api/v1/sources/{source}': 'operatorChanges',
  'DELETE /api/v1/sources/{source}': 'operatorChanges',
  'POST /api/v1/sources/{source}/inspect': 'operatorChanges',
  'GET /api/v1/accounts': 'operatorInPerson',
  'GET /api/v1/accounts/{account}': 'operatorInPerson',
  'PUT /api/v1/accounts/{account}': 'operatorInPerson',
  'DELETE /api/v1/accounts/{account}': 'operatorInPerson',
  'POST /api/v1/accounts/{account}/password-reset': 'operatorInPerson',
  [`GET ${O}/accounts`]: 'administerInPerson',
  [`GET ${O}/accounts/{account}`]: 'administerInPerson',
  [`PUT ${O}/accounts/{account}`]: 'administerInPerson',
  [`DELETE ${O}/accounts/{account}`]: 'administerInPerson',
  [`POST ${O}/accounts/{account}/password-reset`]: 'administerInPerson',
  'GET /api/v1/invitations': 'operatorInPerson',
  'POST /api/v1/invitations': 'operatorInPerson',
  'DELETE /api/v1/invitations/{invitation}': 'operatorInPerson',
  [`GET ${O}/invitations`]: 'administerInPerson',
  [`POST ${O}/invitations`]: 'administerInPerson',
  [`DELETE ${O}/invitations/{invitation}`]: 'administerInPerson',
  'GET /api/v1/api-keys': 'operatorInPerson',
  'POST /api/v1/api-keys': 'operatorInPerson',
  'DELETE /api/v1/api-keys/{key}': 'operatorInPerson',
  [`GET ${O}/api-keys`]: 'administerInPerson',
  [`POST ${O}/api-keys`]: 'administerInPerson',
  [`DELETE ${O}/api-keys/{key}`]: 'administerInPerson',
  'GET /api/v1/audit': 'operatorLooks',
  'GET /api/v1/audit.ndjson': 'operatorLooks',
  [`GET ${O}/audit`]: 'administer',
  [`GET ${O}/audit.ndjson`]: 'administer',
  [`GET ${O}/stream`]: 'look',
};

const NOT_LOGGED_IN: readonly Caller[] = ['nobody', 'ended', 'ingest'];

interface World {
  api: TestApi;
  /** Of `acme`, or of nothing. */
  callers: Record<Caller, Client>;
  /** Of `beta`. */
  foreigners: Record<string, Client>;
  /** What is there in `acme`, by parameter. */
  there: Record<string, string>;
}

async function world(api: TestApi): Promise<World> {
  const person = async (role: 'administrator' | 'viewer', organisation: string) =>
    (await api.account(role, organisation)).client;
  const ended = await api.account('administrator', 'acme');
  await ended.client('POST', 'logout');
  const [user] = await api.store.directory.users('acme', { limit: 1 });
  const [functionNumber] = await api.store.directory.functionNumbers('acme', { limit: 1 });
  const [endpoint] = await api.store.directory.endpoints('acme', { limit: 1 });
  const [source] = await api.store.directory.sources();
  const operator = await api.account('operator');
  const invited = await operator.client('POST', 'organisations/acme/invitations', {
    email: 'i@acme.example',
    role: 'viewer',
  });
  const key = await operator.client('POST', 'organisations/acme/api-keys', { name: 'own', scope: 'read' });
  const victim = await api.account('viewer', 'acme');
  const sessions = await victim.client('GET', 'me/sessions');
  await api.store.calls.commit([step({ call: 'call-1' })], Date.now());
  const [message] = (await api.store.log.messages('acme', {}, { limit: 1 })).items;
  return {
    api,
    callers: {
      nobody: api.nobody,
      ended: ended.client,
      ingest: (await api.key('ingest')).client,
      viewer: await person('viewer', 'acme'),
      administrator: await person('administrator', 'acme'),
      operator: operator.client,
      keyRead: (await api.key('read', 'acme')).client,
      keyWrite: (await api.key('write', 'acme')).client,
      allRead: (await api.key('read')).client,
      allWrite: (await api.key('write')).client,
    },
    foreigners: {
      viewer: await person('viewer', 'beta'),
      administrator: await person('administrator', 'beta'),
      keyRead: (await api.key('read', 'beta')).client,
      keyWrite: (await api.key('write', 'beta')).client,
    },
    there: {
      organisation: 'acme',
      user: user!.userId,
      number: functionNumber!.number,
      endpoint: endpoint!.id,
      source: source!.id,
      account: victim.id,
      invitation: invited.body.id,
      key: key.body.id,
      session: sessions.body.items[0].id,
      message: message!.messageId,
      call: message!.callId,
    },
  };
}

async function operationsOf({ nobody }: TestApi): Promise<[string, string][]> {
  const { body } = await nobody('GET', 'openapi.json');
  return Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method): [string, string] => [method.toUpperCase(), path]),
  );
}

function fill(path: string, values: Record<string, string>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? name));
}

/** A body that would do something, where a route takes one. */
function bodyFor(method: string, path: string): unknown {
  if (method !== 'PUT' && method !== 'POST') return undefined;
  if (path.endsWith('/users/{user}')) return { email: 'stolen@beta.example' };
  if (path.endsWith('/import')) return { users: [{ user_id: 'thief', extensions: ['1999'] }] };
  if (path.endsWith('/{endpoint}')) return { url: 'https://beta.example/' };
  if (path.endsWith('/{number}')) return { kind: 'OTHER' };
  if (path.endsWith('/replays')) return { endpoint: 'crm', since: '2026-01-01T00:00:00Z' };
  if (path.endsWith('/privacy') || path.endsWith('/preview')) return {};
  if (path.endsWith('invitations')) return { email: 'thief@beta.example', role: 'administrator' };
  if (path.endsWith('api-keys')) return { name: 'thief', scope: 'write' };
  return {};
}

async function everything({ api: { store } }: World) {
  const page = { limit: 1_000 };
  const { accounts, directory } = store;
  return {
    directory: await directory.read(),
    accounts: (await accounts.accounts(undefined, page)).map(
      ({ lastLoginAtMs: _time, ...account }) => account,
    ),
    keys: (await accounts.apiKeys(undefined, page)).map(({ lastUsedAtMs: _time, ...key }) => key),
    invitations: await accounts.invitations(undefined, 0, page),
    endpoints: (await store.health.overview()).endpoints,
    audit: (await accounts.audit({}, page)).length,
  };
}

test('the table names every route, and no other', async (t) => {
  const operations = await operationsOf(await startApi(t));
  assert.deepEqual(operations.map((one) => one.join(' ')).toSorted(), Object.keys(TABLE).toSorted());
});

test('whoever may not call a route hears so, and nothing is changed', async (t) => {
  const there = await world(await startApi(t));
  const before = await everything(there);
  for (const [method, path] of await operationsOf(there.api)) {
    const allowed: readonly Caller[] = KINDS[TABLE[`${method} ${path}`]!];
    const isOfOrganisation = path.startsWith(O);
    for (const caller of Object.keys(there.callers) as Caller[]) {
      if (allowed.includes(caller)) continue;
      const expected = NOT_LOGGED_IN.includes(caller) ? 401 : 403;
      const { status } = await there.callers[caller](method, fill(path, there.there), bodyFor(method, path), {
        'if-match': '*',
      });
      assert.equal(status, expected, `${method} ${path} as ${caller}`);
    }
    if (!isOfOrganisation) continue;
    for (const [caller, client] of Object.entries(there.foreigners)) {
      const answer = await client(method, fill(path, there.there), bodyFor(method, path), {
        'if-match': '*',
      });
      assert.deepEqual(
        [answer.status, answer.body.code],
        [404, 'NOT_FOUND'],
        `${method} ${path} as ${caller} of beta`,
      );
    }
  }
  assert.deepEqual(await everything(there), before);
});

test('one’s own organisation in the path does not open another’s things', async (t) => {
  const there = await world(await startApi(t));
  const before = await everything(there);
  const administrator = there.foreigners['administrator']!;
  const own: Record<string, string> = { ...there.there, organisation: 'beta' };
  for (const [method, path] of await operationsOf(there.api)) {
    if (
      !path.startsWith(O) ||
      !/\{(user|number|account|invitation|key|message|call)\}/.test(path) ||
      method === 'PUT'
    )
      continue;
    const { status } = await administrator(method, fill(path, own), bodyFor(method, path));
    assert.equal(status, 404, `${method} ${path}`);
  }
  const account = `organisations/beta/accounts/${own['account']}`;
  assert.equal(
    (await administrator('PUT', account, { name: 'x', role: 'viewer' }, { 'if-match': '*' })).status,
    404,
  );
  assert.equal((await administrator('DELETE', `me/sessions/${own['session']}`)).status, 404);
  assert.deepEqual(await everything(there), before);
});

test('whoever may call a route is let in', async (t) => {
  const there = await world(await startApi(t));
  const nothing = {
    ...there.there,
    user: 'no-such',
    endpoint: 'no-such',
    number: '999',
    account: 'aaaaaaaaaaaa',
    invitation: 'aaaaaaaaaaaa',
    key: 'aaaaaaaaaaaa',
    session: 'aaaaaaaaaaaa',
    source: 'no-such',
  };
  for (const [method, path] of await operationsOf(there.api)) {
    for (const caller of KINDS[TABLE[`${method} ${path}`]!]) {
      if (method === 'DELETE' && /(sessions|\{organisation\})$/.test(path)) continue;
      if (path.endsWith('/logout')) continue;
      const values = method === 'GET' ? there.there : nothing;
      const { status, body } = await there.callers[caller](
        method,
        fill(path, values),
        method === 'GET' || method === 'DELETE' ? undefined : { nonsense: 1 },
      );
      const name = `${method} ${path} as ${caller}`;
      if (method === 'GET' && !/\{session\}/.test(path)) assert.equal(status, 200, name);
      else assert.ok([404, 422, 201].includes(status), `${name}: ${status} ${body?.code}`);
    }
  }
});

test('nobody inherits what is kept of an organisation that was removed', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('operator');
  const body = { name: 'Temporary Oy', default_country: 'FI' };
  assert.equal((await client('PUT', 'organisations/temp', body)).status, 201);
  assert.equal((await client('DELETE', 'organisations/temp')).status, 204);
  const again = await client('PUT', 'organisations/temp', body);
  assert.equal(again.status, 409);
  assert.match(again.body.detail, /Take another id/);
  assert.equal(await store.directory.organisation('temp'), undefined);
  assert.equal((await client('PUT', 'organisations/temp-2', body)).status, 201);
});
