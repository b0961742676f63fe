/** Many users in one request: all or nothing, by the rules of the directory file, on both databases. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startApi } from '../support/api.ts';
import { needsPostgres } from '../support/needs.ts';
import { openAlone } from '../support/postgres-stores.ts';
import { openTestStore } from '../support/store.ts';

const IMPORT = 'organisations/acme/users/import';
const BACKENDS = [
  { name: 'SQLite', needs: {}, open: async () => openTestStore() },
  { name: 'PostgreSQL', needs: needsPostgres(), open: openAlone },
];

for (const { name, needs, open } of BACKENDS) {
  test(
    `${name}: a dry run says what an import would do and changes nothing; the import does it`,
    needs,
    async (t) => {
      const { account, store } = await startApi(t, { store: await open() });
      const { client } = await account('administrator', 'acme');
      const [same, moved] = (await client('GET', 'organisations/acme/users')).body.items;
      const users = [
        same,
        { ...moved, email: 'new@acme.example' },
        { user_id: 'kaisa', numbers: ['09 4272 7777'], extensions: ['7777'] },
      ];
      const revision = await store.directory.revision();
      const dry = await client('POST', IMPORT, { users, dry_run: true });
      assert.equal(dry.status, 200, dry.text);
      assert.deepEqual(dry.body, {
        dry_run: true,
        created: 1,
        changed: 1,
        unchanged: 1,
        users: [
          { user_id: same.user_id, becomes: 'unchanged' },
          {
            user_id: moved.user_id,
            becomes: 'changed',
            before: moved,
            after: { ...moved, email: 'new@acme.example' },
          },
          {
            user_id: 'kaisa',
            becomes: 'created',
            after: { user_id: 'kaisa', numbers: ['+358942727777'], extensions: ['7777'], devices: [] },
          },
        ],
      });
      assert.equal(await store.directory.revision(), revision);
      const done = await client('POST', IMPORT, { users }, { 'if-match': dry.headers.get('etag')! });
      assert.deepEqual([done.status, done.body], [200, { ...dry.body, dry_run: false }]);
      assert.equal((await client('GET', 'organisations/acme/users/kaisa')).body.extensions[0], '7777');
      const audit = await client('GET', 'organisations/acme/audit?thing=user');
      assert.deepEqual(
        audit.body.items.map((one: Record<string, string>) => `${one['action']} ${one['id']}`).toSorted(),
        [`changed ${moved.user_id}`, 'created kaisa'],
      );
      const again = await client('POST', IMPORT, { users });
      assert.deepEqual([again.body.created, again.body.changed, again.body.unchanged], [0, 0, 3]);
      const meanwhile = await client('POST', IMPORT, { users }, { 'if-match': dry.headers.get('etag')! });
      assert.deepEqual([meanwhile.status, meanwhile.body.code], [412, 'CHANGED_MEANWHILE']);
    },
  );

  test(`${name}: 10,000 users are one request`, needs, async (t) => {
    const { account, store } = await startApi(t, { store: await open() });
    const { client } = await account('administrator', 'acme');
    const users = Array.from({ length: 10_000 }, (_, index) => ({
      user_id: `user${index}`,
      email: `user${index}@acme.example`,
      numbers: [`+3589${5_000_000 + index}`],
      extensions: [String(20_000 + index)],
      devices: [{ source: 'pbx', address: `PJSIP/${20_000 + index}`, type: 'DESKTOP' }],
    }));
    const done = await client('POST', IMPORT, { users });
    assert.deepEqual([done.status, done.body.created], [200, 10_000]);
    assert.deepEqual((await store.directory.user('acme', 'user9999'))?.extensions, ['29999']);
    const one = { user_id: 'one-more' };
    assert.equal((await client('POST', IMPORT, { users: [...users, one] })).body.errors[0].pointer, '/users');
  });
}

test('what is wrong is told row by row, and nothing of the import is done', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const [first] = await store.directory.users('acme', { limit: 1 });
  const revision = await store.directory.revision();
  const told = async (users: readonly object[]) => {
    const answer = await client('POST', IMPORT, { users });
    assert.deepEqual([answer.status, answer.body.code], [422, 'REQUEST_INVALID']);
    return answer.body.errors.map((one: Record<string, string>) => `${one['pointer']} ${one['message']}`);
  };
  assert.match(
    (await told([{ user_id: 'a' }, { user_id: 'b', email: 'no address', colour: 'red' }])).join('\n'),
    /^\/users\/1\/email is no e-mail address\n\/users\/1\/colour unknown key/,
  );
  assert.match(
    (
      await told([
        { user_id: 'a', extensions: ['7001'] },
        { user_id: 'b', extensions: ['7001'] },
      ])
    ).join(),
    /^\/users\/1\/extensions\/0 belongs to another user already, at \/users\/0\/extensions\/0/,
  );
  assert.match((await told([{ user_id: 'a' }, { user_id: 'a' }])).join(), /^\/users\/1\/user_id .*twice/);
  assert.deepEqual(await told([{ user_id: 'a' }, { user_id: 'b', extensions: first!.extensions }]), [
    `/users/1 A number belongs to user ${first!.userId}.`,
  ]);
  assert.match((await told([{ user_id: 'a', email: '${HOME}@x' }])).join(), /read as a variable/);
  assert.equal(await store.directory.revision(), revision);
});

test('a phone that another organisation has is refused without naming it', async (t) => {
  const { account, store } = await startApi(t);
  const [first] = await store.directory.users('acme', { limit: 1 });
  const { client } = await account('administrator', 'beta');
  const users = [{ user_id: 'kaisa', devices: first!.devices }];
  const answer = await client('POST', 'organisations/beta/users/import', { users, dry_run: true });
  assert.equal(answer.body.errors[0].message, 'This device is in use already. Ask your operator.');
  assert.doesNotMatch(answer.text, /acme/);
});

test('numbers and phones move between users of one import', async (t) => {
  const { account, store } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const [one, other] = (await client('GET', 'organisations/acme/users')).body.items;
  const users = [
    { ...one, devices: other.devices, extensions: other.extensions },
    { ...other, devices: one.devices, extensions: one.extensions },
  ];
  assert.equal((await client('POST', IMPORT, { users })).body.changed, 2);
  assert.deepEqual((await store.directory.user('acme', one.user_id))?.extensions, other.extensions);
});

test('what an import does not speak of stays as it is', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const [one, other] = (await client('GET', 'organisations/acme/users')).body.items;
  const users = [{ user_id: one.user_id, email: 'only@acme.example' }, { user_id: other.user_id }];
  const done = await client('POST', IMPORT, { users, fields: ['email'] });
  assert.equal(done.status, 200);
  const after = (await client('GET', `organisations/acme/users/${one.user_id}`)).body;
  assert.deepEqual(after, { ...one, email: 'only@acme.example' });
  const wanted = [{ user_id: one.user_id, devices: other.devices }, { user_id: 'kaisa' }];
  const held = await client('POST', IMPORT, { users: wanted, fields: ['devices'] });
  assert.match(held.body.errors[0].message, /belongs to user/);
});

test('a user may be called import', async (t) => {
  const { account, nobody } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  assert.equal((await client('PUT', IMPORT, { extensions: ['7002'] })).status, 201);
  assert.equal((await client('GET', IMPORT)).body.user_id, 'import');
  assert.equal((await client('DELETE', IMPORT)).status, 204);
  const refused = await nobody('PATCH', IMPORT);
  assert.deepEqual(
    [refused.status, refused.headers.get('allow')?.split(', ').toSorted()],
    [405, ['DELETE', 'GET', 'HEAD', 'POST', 'PUT']],
  );
});

test('an import may be larger than other requests, and no larger than it needs', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const padded = (bytes: number) => JSON.stringify({ users: [{ user_id: 'a' }] }).padEnd(bytes);
  assert.equal((await client('POST', IMPORT, padded(4 << 20))).status, 200);
  const refused = await client('POST', IMPORT, padded((8 << 20) + 1));
  assert.deepEqual([refused.status, refused.body.code], [413, 'BODY_TOO_LARGE']);
  assert.match(refused.body.detail, /8388608 bytes/);
});
