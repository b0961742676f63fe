/** Coming in: set-up, login, sessions, links, keys, and what keeps others out. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { setUpLink } from '../../src/api/links.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createPasswordHasher, type PasswordHasher } from '../../src/runtime/password-hash.ts';
import { PASSWORD, startApi, type Reply } from '../support/api.ts';

function cookieOf(reply: Reply): string {
  return (reply.headers.get('set-cookie') ?? '').split(';')[0]!;
}

function tokenOf(link: string): string {
  return link.slice(link.indexOf('#') + 1);
}

/** It is the time that it was last told. */
function fakeClock(startMs: number) {
  let nowMs = startMs;
  return { ...systemClock, nowMs: () => nowMs, set: (ms: number) => void (nowMs = ms) };
}

/** Says how often it worked. */
function countingHasher(): PasswordHasher & { count: number } {
  return {
    count: 0,
    async hash(password) {
      return `plain ${password}`;
    },
    async verify(password, kept) {
      this.count += 1;
      return kept === `plain ${password}`;
    },
  };
}

test('the first operator comes in by a link, once; then there is none any more', async (t) => {
  const { nobody, context, as } = await startApi(t);
  assert.equal((await nobody('GET', 'set-up')).body.needed, true);
  const { link } = (await setUpLink(context))!;
  const { link: second } = (await setUpLink(context))!;
  const body = { email: 'Olga@Example.com', name: 'Olga', password: 'three blind mice' };
  assert.equal((await nobody('POST', 'set-up', { ...body, token: tokenOf(link) })).body.code, 'LINK_USED');
  const weak = await nobody('POST', 'set-up', { ...body, token: tokenOf(second), password: 'password123' });
  assert.deepEqual(
    weak.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/password'],
  );
  const made = await nobody('POST', 'set-up', { ...body, token: tokenOf(second) });
  assert.deepEqual([made.status, made.body.role], [201, 'operator']);
  assert.match(
    made.headers.get('set-cookie')!,
    /^callhook_session=chses_[\w-]+; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  const me = await as({ cookie: cookieOf(made) })('GET', 'me');
  assert.deepEqual([me.body.name, me.body.may_write], ['olga@example.com', true]);
  assert.equal((await nobody('POST', 'set-up', { ...body, token: tokenOf(second) })).status, 410);
  assert.equal((await nobody('GET', 'set-up')).body.needed, false);
  assert.equal(await setUpLink(context), undefined);
});

test('an unknown address hears what a wrong password hears, after the same work', async (t) => {
  const passwords = countingHasher();
  const { nobody, account } = await startApi(t, { passwords });
  const { email } = await account('viewer', 'acme');
  const wrong = await nobody('POST', 'login', { email, password: 'wrong password' });
  assert.equal(passwords.count, 1);
  const unknown = await nobody('POST', 'login', { email: 'nobody@example.com', password: 'wrong password' });
  assert.equal(passwords.count, 2);
  assert.deepEqual([wrong.status, wrong.body], [401, unknown.body]);
  assert.equal((await nobody('POST', 'login', { email, password: PASSWORD })).status, 200);
});

test('tries are bounded, for whoever is known and whoever is not', async (t) => {
  const clock = fakeClock(1_000_000);
  const { nobody, account } = await startApi(t, { passwords: countingHasher(), clock });
  const { email } = await account('viewer', 'acme');
  for (const name of [email, 'nobody@example.com']) {
    const tries = [];
    for (let i = 0; i < 12; i += 1) tries.push(await nobody('POST', 'login', { email: name, password: 'x' }));
    assert.deepEqual(
      tries.map(({ status }) => status),
      [...Array<number>(10).fill(401), 429, 429],
    );
    assert.ok(Number(tries[11]!.headers.get('retry-after')) > 0);
  }
  assert.equal(
    (await nobody('POST', 'login', { email, password: PASSWORD })).status,
    429,
    'the right one too',
  );
  clock.set(1_000_000 + 61_000);
  assert.equal((await nobody('POST', 'login', { email, password: PASSWORD })).status, 200);
});

test('a login makes a new session and ends the one that came with it', async (t) => {
  const { nobody, account, as, context } = await startApi(t);
  const { email, cookie } = await account('administrator', 'acme');
  const planted = as({ cookie, 'x-callhook': '1' });
  const login = await planted('POST', 'login', { email, password: PASSWORD });
  assert.notEqual(cookieOf(login), cookie);
  assert.equal((await planted('GET', 'me')).status, 401);
  const mine = as({ cookie: cookieOf(login), 'x-callhook': '1' });
  assert.equal((await mine('GET', 'me')).body.organisation, 'acme');
  assert.equal((await nobody('GET', 'me')).status, 401);
  context.publicUrl = 'https://callhook.example.org';
  const secure = await nobody('POST', 'login', { email, password: PASSWORD });
  assert.match(secure.headers.get('set-cookie')!, /^__Host-callhook_session=.*; Secure$/);
});

test('sessions are listed and ended, one or all; logging out ends one', async (t) => {
  const { nobody, account, as } = await startApi(t);
  const { email, client } = await account('viewer', 'acme');
  const login = await nobody('POST', 'login', { email, password: PASSWORD });
  const second = as({ cookie: cookieOf(login), 'x-callhook': '1' });
  const { items } = (await client('GET', 'me/sessions')).body;
  assert.deepEqual(
    [items.length, items.filter(({ current }: { current: boolean }) => current).length],
    [2, 1],
  );
  const other = items.find(({ current }: { current: boolean }) => !current);
  assert.equal((await client('DELETE', `me/sessions/${other.id}`)).status, 204);
  assert.equal((await second('GET', 'me')).status, 401);
  const out = await client('POST', 'logout');
  assert.match(out.headers.get('set-cookie')!, /Max-Age=0/);
  assert.equal((await client('GET', 'me')).status, 401);
});

test('a new password ends all sessions and begins another; the old one has to be known', async (t) => {
  const { nobody, account, as } = await startApi(t);
  const { email, client } = await account('viewer', 'acme');
  const second = as({ cookie: cookieOf(await nobody('POST', 'login', { email, password: PASSWORD })) });
  const change = (current: string, password: string) =>
    client('PUT', 'me/password', { current_password: current, new_password: password });
  assert.equal((await change('wrong', 'a perfectly fine one')).body.errors[0].pointer, '/current_password');
  assert.equal((await change(PASSWORD, email)).body.errors[0].pointer, '/new_password');
  const changed = await change(PASSWORD, 'a perfectly fine one');
  assert.deepEqual([changed.status, changed.text], [204, '']);
  assert.equal((await second('GET', 'me')).status, 401);
  assert.equal(
    (await client('GET', 'me')).status,
    401,
    'a cookie that somebody has seen is worth nothing now',
  );
  assert.equal((await as({ cookie: cookieOf(changed) })('GET', 'me')).body.name, email);
  assert.equal((await nobody('POST', 'login', { email, password: 'a perfectly fine one' })).status, 200);
});

test('another role ends the sessions, another name does not', async (t) => {
  const { account } = await startApi(t);
  const anna = await account('viewer', 'acme');
  const { client } = await account('administrator', 'acme');
  const path = `organisations/acme/accounts/${anna.id}`;
  const give = (name: string, role: string) => client('PUT', path, { name, role }, { 'if-match': '*' });
  assert.equal((await give('Anna', 'viewer')).status, 200);
  assert.equal((await anna.client('GET', 'me')).status, 200);
  assert.equal((await give('Anna', 'administrator')).status, 200);
  assert.equal((await anna.client('GET', 'me')).status, 401);
});

test('a cookie that was there before the login is never the session afterwards', async (t) => {
  const { account, as, nobody } = await startApi(t);
  const { email, cookie } = await account('viewer', 'acme');
  const { cookie: foreign, client: other } = await account('viewer', 'beta');
  const made = 'callhook_session=chses_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  for (const planted of [made, cookie, foreign, `${made}; ${made}`]) {
    const from = as({ cookie: planted, 'x-callhook': '1' });
    const login = await from('POST', 'login', { email, password: PASSWORD });
    assert.equal(login.status, 200);
    assert.ok(!planted.includes(cookieOf(login)));
    assert.equal((await from('GET', 'me')).status, 401, planted);
    const { body } = await as({ cookie: cookieOf(login) })('GET', 'me');
    assert.deepEqual([body.name, body.organisation], [email, 'acme']);
  }
  assert.equal((await other('GET', 'me')).status, 401);
  const refused = await as({ cookie: made, 'x-callhook': '1' })('POST', 'login', {
    email,
    password: 'wrong',
  });
  assert.equal(refused.headers.get('set-cookie'), null);
  const one = await nobody('POST', 'login', { email, password: PASSWORD });
  const two = await nobody('POST', 'login', { email, password: PASSWORD });
  assert.notEqual(cookieOf(one), cookieOf(two));
});

test('a session ends when it is idle, and with its account', async (t) => {
  const clock = fakeClock(1_000_000);
  const { account } = await startApi(t, { clock, passwords: countingHasher() });
  const anna = await account('viewer', 'acme');
  const operator = await account('operator');
  const one = await operator.client('GET', `accounts/${anna.id}`);
  const off = { name: 'Anna', role: 'viewer', disabled: true };
  const etag = { 'if-match': one.headers.get('etag')! };
  assert.equal((await operator.client('PUT', `accounts/${anna.id}`, off, etag)).status, 200);
  assert.equal((await anna.client('GET', 'me')).status, 401);
  const own = await operator.client('GET', `accounts/${operator.id}`);
  const self = { name: 'O', role: 'operator', disabled: true };
  const refused = await operator.client('PUT', `accounts/${operator.id}`, self, {
    'if-match': own.headers.get('etag')!,
  });
  assert.equal(refused.body.code, 'CONFLICT', 'nobody locks themselves out');
  clock.set(1_000_000 + 9 * 3_600_000);
  assert.equal((await operator.client('GET', 'me')).status, 401);
});

test('another site’s request with our cookie changes nothing', async (t) => {
  const { account, as, url } = await startApi(t);
  const { cookie, client } = await account('administrator', 'acme');
  const body = { kind: 'IVR' };
  const path = 'organisations/acme/function-numbers/7000';
  const from = (headers: Record<string, string>) => as({ cookie, ...headers })('PUT', path, body);
  const ours = { 'x-callhook': '1' };
  for (const headers of [
    {},
    { ...ours, origin: 'https://evil.example' },
    { ...ours, 'sec-fetch-site': 'cross-site' },
    { ...ours, 'sec-fetch-site': 'same-site' },
    { ...ours, origin: 'null' },
  ]) {
    const { status, body: problem } = await from(headers);
    assert.deepEqual([status, problem.code], [403, 'CROSS_SITE'], JSON.stringify(headers));
  }
  const login = await as({ origin: 'https://evil.example', ...ours })('POST', 'login', {
    email: 'a@b.c',
    password: 'x',
  });
  assert.equal(login.body.code, 'CROSS_SITE');
  assert.equal((await client('GET', path)).status, 404);
  assert.equal((await from({ ...ours, origin: url, 'sec-fetch-site': 'same-origin' })).status, 201);
  const preflight = await as({ origin: 'https://evil.example', 'access-control-request-method': 'PUT' })(
    'OPTIONS',
    path,
  );
  assert.equal(preflight.headers.get('access-control-allow-origin'), null);
});

test('an invitation makes an account with the role that was chosen; it can be taken back', async (t) => {
  const mails: string[] = [];
  const mail = async (to: string, subject: string, text: string) =>
    void mails.push(`${to} ${subject} ${text}`);
  const { nobody, account } = await startApi(t, { mail });
  const { client } = await account('administrator', 'acme');
  assert.equal(
    (await client('POST', 'organisations/acme/invitations', { email: 'x@y.z', role: 'operator' })).status,
    422,
  );
  const made = await client('POST', 'organisations/acme/invitations', {
    email: 'New@Acme.example',
    role: 'viewer',
  });
  assert.deepEqual([made.status, made.body.mailed], [201, true]);
  assert.ok(mails[0]!.startsWith('new@acme.example ') && mails[0]!.includes(made.body.link));
  const token = tokenOf(made.body.link);
  const joined = await nobody('POST', 'invitations/accept', {
    token,
    name: 'New',
    password: 'a fine new password',
  });
  assert.deepEqual([joined.status, joined.body.role, joined.body.organisation], [201, 'viewer', 'acme']);
  assert.equal(
    (await nobody('POST', 'invitations/accept', { token, name: 'New', password: 'a fine new password' }))
      .status,
    410,
  );
  const again = await client('POST', 'organisations/acme/invitations', {
    email: 'new@acme.example',
    role: 'viewer',
  });
  assert.equal(again.body.code, 'CONFLICT');
  const other = await client('POST', 'organisations/acme/invitations', {
    email: 'other@acme.example',
    role: 'viewer',
  });
  assert.equal((await client('DELETE', `organisations/acme/invitations/${other.body.id}`)).status, 204);
  const late = { token: tokenOf(other.body.link), name: 'O', password: 'a fine new password' };
  assert.equal((await nobody('POST', 'invitations/accept', late)).status, 410);
});

test('a forgotten password is set anew by a link, and who asks learns nothing', async (t) => {
  const mails: string[] = [];
  const sent = Promise.withResolvers<void>();
  const mail = async (to: string, _subject: string, text: string) => {
    mails.push(`${to} ${text}`);
    sent.resolve();
  };
  const { nobody, account } = await startApi(t, { mail });
  const { email, client } = await account('viewer', 'acme');
  const known = await nobody('POST', 'password-resets', { email });
  const unknown = await nobody('POST', 'password-resets', { email: 'nobody@example.com' });
  assert.deepEqual([known.status, known.body], [202, unknown.body]);
  await sent.promise;
  assert.equal(mails.length, 1);
  const token = /#(\S+)/.exec(mails[0]!)![1]!;
  assert.equal((await nobody('POST', 'password-resets/use', { token, password: 'short' })).status, 422);
  assert.equal(
    (await nobody('POST', 'password-resets/use', { token, password: 'a fine new password' })).status,
    204,
  );
  assert.equal((await client('GET', 'me')).status, 401);
  assert.equal((await nobody('POST', 'login', { email, password: 'a fine new password' })).status, 200);
  const operator = await account('operator');
  const one = (await operator.client('GET', 'accounts')).body.items.find(
    (found: { email: string }) => found.email === email,
  );
  const link = await operator.client('POST', `accounts/${one.id}/password-reset`);
  assert.match(link.body.link, /\/password-reset#chlnk_/);
});

test('a login that was begun with the password before the new one opens no session', async (t) => {
  const real = createPasswordHasher();
  let meanwhile = async () => {};
  const passwords: PasswordHasher = {
    hash: (password) => real.hash(password),
    async verify(password, kept) {
      const isRight = await real.verify(password, kept);
      await meanwhile();
      return isRight;
    },
  };
  const { nobody, account, store } = await startApi(t, { passwords });
  const { email, id } = await account('viewer', 'acme');
  const body = { email, password: PASSWORD };
  assert.equal((await nobody('POST', 'login', body)).status, 200);
  const newer = await real.hash('a fine new password');
  const by = { actor: { kind: 'account', id, name: email } } as const;
  meanwhile = async () => {
    await store.accounts.setPassword(id, newer, { atMs: 1, by, action: 'changed', thing: 'account', id });
  };
  const late = await nobody('POST', 'login', body);
  assert.deepEqual([late.status, late.body.code], [401, 'LOGIN_REFUSED']);
  assert.deepEqual(await store.accounts.sessions(id, Date.now(), { idleMs: 1e9, seenEveryMs: 1 }), []);
});

test('an API key is shown once, works by its scope, and can be taken back', async (t) => {
  const { account, as, nobody } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const made = await client('POST', 'organisations/acme/api-keys', { name: 'CRM', scope: 'read' });
  assert.match(made.body.key, /^chkey_/);
  const listed = await client('GET', 'organisations/acme/api-keys');
  assert.ok(!listed.text.includes(made.body.key) && listed.text.includes(made.body.prefix));
  const key = as({ authorization: `Bearer ${made.body.key}` });
  assert.deepEqual((await key('GET', 'me')).body, {
    kind: 'key',
    id: made.body.id,
    name: 'CRM',
    role: 'viewer',
    organisation: 'acme',
    may_write: false,
  });
  assert.equal((await key('GET', 'organisations/acme/users')).status, 200);
  assert.equal((await key('GET', 'organisations/acme/api-keys')).status, 403);
  const past = await client('POST', 'organisations/acme/api-keys', {
    name: 'x',
    scope: 'read',
    expires: '2020-01-01T00:00:00Z',
  });
  assert.equal(past.body.errors[0].pointer, '/expires');
  assert.equal((await client('DELETE', `organisations/acme/api-keys/${made.body.id}`)).status, 204);
  assert.equal((await key('GET', 'me')).status, 401);
  assert.equal((await nobody('GET', 'me', undefined, { authorization: 'Bearer nonsense' })).status, 401);
});
