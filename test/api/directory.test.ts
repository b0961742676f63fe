/** The directory through the API: the rules of the file, one thing at a time. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startApi } from '../support/api.ts';

test('an organisation is made, read, changed on condition, and removed with all that is its own', async (t) => {
  const { account, nobody } = await startApi(t);
  const { client } = await account('operator');
  const made = await client('PUT', 'organisations/gamma', { name: 'Gamma Oy', default_country: 'FI' });
  const gamma = { id: 'gamma', name: 'Gamma Oy', default_country: 'FI', allowed_devices: [] };
  assert.deepEqual([made.status, made.body], [201, gamma]);
  const read = await client('GET', 'organisations/gamma');
  assert.equal(read.headers.get('etag'), made.headers.get('etag'));
  const etag = read.headers.get('etag')!;
  const again = { ...read.body, name: 'Gamma AB' };
  assert.equal((await client('PUT', 'organisations/gamma', again)).body.code, 'MATCH_NEEDED');
  const stale = await client('PUT', 'organisations/gamma', again, { 'if-match': '"other"' });
  assert.deepEqual([stale.status, stale.body.code], [412, 'CHANGED_MEANWHILE']);
  const changed = await client('PUT', 'organisations/gamma', again, { 'if-match': etag });
  assert.deepEqual([changed.status, changed.body.name], [200, 'Gamma AB']);
  assert.equal(
    (await client('GET', 'organisations/gamma', undefined, { 'if-none-match': changed.headers.get('etag')! }))
      .status,
    304,
  );
  assert.equal((await client('DELETE', 'organisations/gamma', undefined, { 'if-match': etag })).status, 412);
  assert.equal((await client('DELETE', 'organisations/gamma')).status, 204);
  assert.equal((await client('GET', 'organisations/gamma')).body.code, 'NOT_FOUND');
  assert.equal((await nobody('GET', 'organisations/acme')).body.code, 'LOGIN_NEEDED');
});

test('what is wrong is told by field, in the words of the directory file', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const answer = await client('PUT', 'organisations/acme/users/kaisa', {
    email: 'no address',
    numbers: ['12'],
    devices: [{ source: 'pbx1', address: '1001', type: 'SOFTT' }],
    colour: 'red',
  });
  assert.deepEqual([answer.status, answer.body.code], [422, 'REQUEST_INVALID']);
  const told = answer.body.errors.map(
    ({ pointer, message }: Record<string, string>) => `${pointer} ${message}`,
  );
  assert.match(told.join('\n'), /\/email is no e-mail address/);
  assert.match(told.join('\n'), /\/devices\/0\/type must be one of .*did you mean SOFT\?/);
  assert.match(told.join('\n'), /\/colour unknown key/);
  const claims = await client('PUT', 'organisations/acme/users/kaisa', {
    numbers: ['12'],
    devices: [{ source: 'nowhere', address: 'PJSIP/1' }],
  });
  assert.deepEqual(
    claims.body.errors.map(({ pointer }: { pointer: string }) => pointer),
    ['/devices/0/source', '/numbers/0'],
  );
});

test('a device or number that somebody else has is not taken away, and another organisation is not named', async (t) => {
  const { account, store } = await startApi(t);
  const [first] = await store.directory.users('acme', { limit: 1 });
  const own = await account('administrator', 'acme');
  const other = await account('administrator', 'beta');
  const taken = await own.client('PUT', 'organisations/acme/users/kaisa', { extensions: first!.extensions });
  assert.deepEqual([taken.status, taken.body.code], [409, 'CONFLICT']);
  assert.match(taken.body.detail, new RegExp(`belongs to user ${first!.userId}`));
  const foreign = await other.client('PUT', 'organisations/beta/users/kaisa', { devices: first!.devices });
  assert.equal(foreign.body.code, 'CONFLICT');
  assert.doesNotMatch(foreign.text, /acme/);
  const free = await other.client('PUT', 'organisations/beta/users/kaisa', { extensions: first!.extensions });
  assert.equal(free.status, 201, 'extensions are each organisation’s own');
});

test('users are listed in pages and found by what they have', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('viewer', 'acme');
  const all = await store.directory.users('acme', { limit: 100 });
  const first = await client('GET', 'organisations/acme/users?limit=1');
  assert.deepEqual(
    first.body.items.map((one: { user_id: string }) => one.user_id),
    [all[0]!.userId],
  );
  const second = await client('GET', `organisations/acme/users?limit=100&cursor=${first.body.next_cursor}`);
  assert.equal(second.body.items.length, all.length - 1);
  assert.equal(second.body.next_cursor, undefined);
  const found = await client(
    'GET',
    `organisations/acme/users?search=${encodeURIComponent(all[1]!.numbers[0]!)}`,
  );
  assert.deepEqual(
    found.body.items.map((one: { user_id: string }) => one.user_id),
    [all[1]!.userId],
  );
  assert.equal((await client('GET', 'organisations/acme/users?cursor=%00')).status, 422);
  assert.equal((await client('GET', 'organisations/acme/users?limit=0')).body.errors[0].pointer, '/limit');
  assert.equal((await client('GET', 'organisations/acme/users?colour=red')).status, 422);
});

test('an endpoint’s secret is shown once, when it was made here, and never again', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const body = {
    url: 'https://crm.example/x',
    retry: ['1s', '5m'],
    expire: { EARLY: '10s' },
    max_per_second: 0.5,
    states: 'all',
  };
  const made = await client('PUT', 'organisations/acme/endpoints/new', body);
  assert.equal(made.status, 201);
  assert.match(made.body.secret, /^whsec_/);
  const read = await client('GET', 'organisations/acme/endpoints/new');
  assert.equal(read.body.secret, undefined);
  assert.deepEqual(
    [read.body.retry, read.body.expire, read.body.max_per_second, read.body.states.length],
    [['1s', '5m'], { EARLY: '10s' }, 0.5, 5],
  );
  const kept = await client(
    'PUT',
    'organisations/acme/endpoints/new',
    { ...read.body, url: 'https://crm.example/y' },
    { 'if-match': read.headers.get('etag')! },
  );
  assert.deepEqual([kept.status, kept.body.secret], [200, undefined]);
  assert.equal((await store.directory.endpoint('acme', 'new'))?.secret, made.body.secret);
  assert.equal(
    (await client('PUT', 'organisations/acme/endpoints/x', { url: 'http://crm.example' })).body.errors[0]
      .pointer,
    '/url',
  );
  assert.equal((await client('DELETE', 'organisations/acme/endpoints/new')).status, 204);
});

test('sources keep their secrets to themselves, and stay while devices are on them', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('operator');
  const posted = await client('PUT', 'sources/platform', { id: 'platform', kind: 'http' });
  assert.match(posted.body.secret, /^chsrc_/);
  const without = await client('PUT', 'sources/asterisk', {
    id: 'asterisk',
    kind: 'ami',
    host: 'pbx.example',
    username: 'u',
  });
  assert.deepEqual(
    [without.status, without.body.errors],
    [422, [{ in: 'body', pointer: '/secret', message: 'is missing' }]],
  );
  const full = { id: 'asterisk', kind: 'ami', host: 'pbx.example', username: 'u', tls: true };
  assert.equal((await client('PUT', 'sources/asterisk', { ...full, secret: 'hunter2hunter2' })).status, 201);
  const read = await client('GET', 'sources/asterisk');
  assert.deepEqual([read.body.port, read.body.tls, read.body.secret], [5039, true, undefined]);
  const kept = await client(
    'PUT',
    'sources/asterisk',
    { ...read.body, port: 6000 },
    { 'if-match': read.headers.get('etag')! },
  );
  assert.deepEqual([kept.status, kept.body.port], [200, 6000]);
  const all = await client('GET', 'sources');
  assert.doesNotMatch(all.text, /hunter2|chsrc_/);
  const inUse = all.body.items.find(({ id }: { id: string }) => !['asterisk', 'platform'].includes(id)).id;
  assert.equal((await client('DELETE', `sources/${inUse}`)).body.code, 'CONFLICT');
  assert.equal((await client('DELETE', 'sources/asterisk')).status, 204);
  assert.equal((await client('GET', 'source-states')).status, 200);
});

test('privacy settings are shown by an example before they are changed, and hold from then on', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const viewer = await account('viewer', 'acme');
  const wanted = { modify_remote_number: { mask: 4 }, remove_local_email: true };
  const preview = await viewer.client('POST', 'organisations/acme/privacy/preview', wanted);
  assert.equal(preview.status, 200);
  assert.deepEqual(
    [preview.body.before[0].remote_number, preview.body.after[0].remote_number],
    ['+441632960123', '+44163296XXXX'],
  );
  assert.ok('local_email' in preview.body.before[2] && !('local_email' in preview.body.after[2]));
  const before = await client('GET', 'organisations/acme/privacy');
  const put = await client('PUT', 'organisations/acme/privacy', wanted, {
    'if-match': before.headers.get('etag')!,
  });
  assert.deepEqual(
    [put.status, put.body.modify_remote_number, put.body.remove_local_email],
    [200, { mask: 4 }, true],
  );
  assert.deepEqual((await store.directory.policyOf('acme'))?.organisation.privacy.modifyRemoteNumber, {
    mask: 4,
  });
  assert.equal(
    (await client('PUT', 'organisations/acme/privacy', { modify_remote_number: { mask: 16 } })).status,
    422,
  );
});

test('function numbers are read as the organisation writes them', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const path = `organisations/acme/function-numbers/${encodeURIComponent('09 42720')}`;
  const made = await client('PUT', path, { kind: 'IVR' });
  assert.deepEqual([made.status, made.body], [201, { number: '+358942720', kind: 'IVR' }]);
  assert.equal((await client('GET', path)).body.kind, 'IVR');
  assert.ok((await client('GET', 'organisations/acme/function-numbers')).body.items.length >= 1);
  assert.equal((await client('DELETE', path)).status, 204);
  assert.equal((await client('DELETE', path)).status, 404);
});

test('what an endpoint proves itself by is kept where nothing is said of it, taken away by null, and never shown', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const body = {
    url: 'https://crm.example/x',
    authentication: { kind: 'basic', username: 'u', password: 'planted password' },
    headers: { 'X-Key': 'planted value' },
    filter: { directions: ['INCOMING'] },
  };
  const path = 'organisations/acme/endpoints/new';
  const made = await client('PUT', path, body);
  assert.equal(made.status, 201);
  const read = await client('GET', path);
  assert.deepEqual(read.body.proves_by, {
    authentication: { kind: 'basic', username: 'u' },
    headers: ['x-key'],
  });
  const again = await client(
    'PUT',
    path,
    { ...read.body, url: 'https://crm.example/y' },
    { 'if-match': read.headers.get('etag')! },
  );
  assert.equal(again.status, 200);
  const kept = await store.directory.endpoint('acme', 'new');
  assert.deepEqual(kept?.credentials, {
    authentication: 'planted password',
    headers: { 'x-key': 'planted value' },
  });
  const without = { ...again.body, authentication: null };
  const less = await client('PUT', path, without, { 'if-match': again.headers.get('etag')! });
  assert.deepEqual(less.body.proves_by, { headers: ['x-key'] });
  assert.deepEqual((await store.directory.endpoint('acme', 'new'))?.credentials, {
    headers: { 'x-key': 'planted value' },
  });
  const audit = await client('GET', 'organisations/acme/audit');
  assert.ok(!`${read.text}${again.text}${less.text}${audit.text}`.includes('planted'));
  const nobody = await client(
    'PUT',
    path,
    { ...body, filter: { users: ['nobody.at.all'] } },
    { 'if-match': less.headers.get('etag')! },
  );
  assert.equal(nobody.body.errors[0].pointer, '/filter/users/0');
});
