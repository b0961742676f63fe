/** What every backend's room for accounts does, and the narrow reads of its directory. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Role } from '../../src/policy/access.ts';
import type { AuditNote } from '../../src/policy/audit.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import { OPEN_PRIVACY, type User } from '../../src/policy/organisation.ts';
import type { ApiKey, AuditFilter, Link, NewAccount, Session } from '../../src/store/accounts.ts';
import { DirectoryMoved, type Store } from '../../src/store/store.ts';
import { directoryFor } from '../support/transcripts.ts';

export interface AccountsBackend {
  name: string;
  needs?: { skip?: string };
  open(): Promise<Store>;
  /** Runs one statement. */
  execute(store: Store, sql: string): Promise<void>;
}

const TIMES = { idleMs: 1_000, seenEveryMs: 100 };
const PAGE = { limit: 100 };

export function note(more: Partial<AuditNote> = {}): AuditNote {
  const by = { actor: { kind: 'system', id: 'root', name: 'root' } as const, client: 'test' };
  return { atMs: 1, by, action: 'created', thing: 'account', id: 'a', ...more };
}

function account(id: string, role: Role, organisationId?: string): NewAccount {
  const common = { id, email: `${id}@acme.example`, name: id, passwordHash: `hash of ${id}`, createdAtMs: 1 };
  return { ...common, role, ...(organisationId !== undefined && { organisationId }) };
}

const SESSION: Session = {
  id: 's1',
  accountId: 'anna',
  createdAtMs: 10,
  seenAtMs: 10,
  expiresAtMs: 5_000,
  address: '192.0.2.1',
  client: 'Firefox',
};

const INVITATION: Link = {
  id: 'i1',
  purpose: 'invitation',
  email: 'new@acme.example',
  role: 'viewer',
  organisationId: 'acme',
  createdAtMs: 1,
  expiresAtMs: 100,
};

export function accountsContract(backend: AccountsBackend): void {
  const behaviour = (sentence: string, prove: (store: Store) => Promise<void>) =>
    test(`${backend.name}: ${sentence}`, backend.needs ?? {}, async () => {
      const store = await backend.open();
      try {
        const [acme] = directoryFor('PJSIP').organisations;
        const beta = { ...acme!, id: 'beta', name: 'Beta AB', users: [], functionNumbers: [], endpoints: [] };
        const wanted = { ...directoryFor('PJSIP'), organisations: [acme!, beta] };
        const empty = { sources: [], organisations: [] };
        await store.directory.write(planChanges(empty, wanted, { prune: false }).changes);
        await prove(store);
      } finally {
        await store.close();
      }
    });

  behaviour('an account is found by its own organisation and by the operator only', async ({ accounts }) => {
    assert.equal(await accounts.isEmpty(), true);
    assert.equal(await accounts.create(account('anna', 'administrator', 'acme'), note()), true);
    assert.equal(await accounts.create(account('olga', 'operator'), note()), true);
    assert.equal(await accounts.isEmpty(), false);
    const ids = async (organisation: string | undefined) =>
      (await accounts.accounts(organisation, PAGE)).map(({ id }) => id);
    assert.deepEqual(await ids(undefined), ['anna', 'olga']);
    assert.deepEqual(await ids('acme'), ['anna']);
    assert.deepEqual(await ids('beta'), []);
    assert.equal(await accounts.account('beta', 'anna'), undefined);
    assert.equal((await accounts.account('acme', 'anna'))?.email, 'anna@acme.example');
    assert.equal((await accounts.byEmail('anna@acme.example'))?.passwordHash, 'hash of anna');
    const to = { name: 'Anna', role: 'viewer', disabled: true } as const;
    assert.equal(await accounts.change('beta', 'anna', to, note()), false);
    assert.equal(await accounts.remove('beta', 'anna', note()), false);
    assert.equal(await accounts.change('acme', 'anna', to, note()), true);
    assert.equal((await accounts.account('acme', 'anna'))?.disabled, true);
  });

  behaviour('an e-mail address has one account, and what is refused is not audited', async ({ accounts }) => {
    await accounts.create(account('anna', 'operator'), note());
    const twin = { ...account('twin', 'operator'), email: 'anna@acme.example' };
    assert.equal(await accounts.create(twin, note()), false);
    assert.equal((await accounts.audit({}, PAGE)).length, 1);
  });

  behaviour('a link works once and in its time', async ({ accounts }) => {
    const setUp: Link = { id: 'l', purpose: 'set-up', createdAtMs: 0, expiresAtMs: 100 };
    await accounts.createLink({ ...setUp, id: 'first' }, 'old');
    await accounts.createLink(setUp, 'new');
    assert.equal(
      await accounts.link('old', 1),
      undefined,
      'a new set-up link takes the place of the old one',
    );
    assert.equal(await accounts.link('new', 101), undefined);
    assert.equal((await accounts.link('new', 1))?.purpose, 'set-up');
    const first = account('olga', 'operator');
    const late = { ...first, createdAtMs: 200 };
    assert.equal(await accounts.createByLink('new', late, note(), { onlyFirst: true }), false);
    assert.equal(await accounts.createByLink('new', first, note(), { onlyFirst: true }), true);
    assert.equal(
      await accounts.createByLink('new', account('eve', 'operator'), note(), { onlyFirst: false }),
      false,
    );
    await accounts.createLink(setUp, 'again');
    assert.equal(
      await accounts.createByLink('again', account('eve', 'operator'), note(), { onlyFirst: true }),
      false,
    );
    assert.equal((await accounts.link('again', 1))?.purpose, 'set-up', 'nothing of what failed is kept');
  });

  behaviour('invitations are listed and taken back in their organisation only', async ({ accounts }) => {
    await accounts.createLink(INVITATION, 'hash', note());
    const ids = async (organisation: string | undefined) =>
      (await accounts.invitations(organisation, 1, PAGE)).map(({ id }) => id);
    assert.deepEqual([await ids('acme'), await ids('beta'), await ids(undefined)], [['i1'], [], ['i1']]);
    assert.equal(await accounts.removeInvitation('beta', 'i1', note()), false);
    assert.equal(await accounts.removeInvitation('acme', 'i1', note()), true);
    assert.equal(await accounts.link('hash', 1), undefined);
  });

  behaviour(
    'a session ends when idle, at its term, at a new password, with its account',
    async ({ accounts }) => {
      await accounts.create(account('anna', 'viewer', 'acme'), note());
      await accounts.openSession(SESSION, 'token', note());
      const at = async (nowMs: number) => (await accounts.useSession('token', nowMs, TIMES))?.account.id;
      assert.equal(await at(1_009), 'anna');
      assert.equal(await at(2_008), 'anna', 'each use counts as seen');
      assert.equal(await at(3_009), undefined, 'idle');
      await accounts.openSession({ ...SESSION, id: 's2', seenAtMs: 4_900 }, 'second', note(), {
        instead: 's1',
      });
      assert.deepEqual(
        (await accounts.sessions('anna', 4_950, TIMES)).map(({ id }) => id),
        ['s2'],
      );
      assert.equal((await accounts.useSession('second', 4_950, TIMES))?.session.id, 's2');
      assert.equal(await accounts.useSession('second', 5_000, TIMES), undefined, 'term');
      assert.equal(await accounts.setPassword('anna', 'newer hash', note()), true);
      assert.equal(await accounts.useSession('second', 4_950, TIMES), undefined);
      assert.equal(await accounts.passwordHashOf('anna'), 'newer hash');
      await accounts.openSession({ ...SESSION, id: 's3' }, 'third', note());
      await accounts.openSession({ ...SESSION, id: 's4' }, 'fourth', note());
      assert.equal(await accounts.endSessions('olga', 's3', note()), 0, 'nobody else’s');
      assert.equal(await accounts.endSessions('anna', 's3', note()), 1);
      const { role } = (await accounts.account('acme', 'anna'))!;
      const another = role === 'viewer' ? 'administrator' : 'viewer';
      await accounts.change('beta', 'anna', { name: 'a', role: another, disabled: false }, note());
      await accounts.change('acme', 'anna', { name: 'a', role, disabled: false }, note());
      assert.ok(await accounts.useSession('fourth', 11, TIMES), 'not ended by beta, nor by a name');
      await accounts.change('acme', 'anna', { name: 'a', role: another, disabled: false }, note());
      assert.equal(await accounts.useSession('fourth', 11, TIMES), undefined, 'ended by another role');
      await accounts.openSession({ ...SESSION, id: 's5' }, 'fifth', note());
      await accounts.change('acme', 'anna', { name: 'a', role: another, disabled: true }, note());
      assert.deepEqual(await accounts.sessions('anna', 11, TIMES), [], 'ended with the account');
    },
  );

  behaviour(
    'a new password leaves nothing good of the one before: no link to reset it, no login that it began',
    async ({ accounts }) => {
      await accounts.create(account('anna', 'viewer', 'acme'), note());
      await accounts.create(account('otto', 'viewer', 'acme'), note());
      const reset = { purpose: 'reset', createdAtMs: 1, expiresAtMs: 100 } as const;
      await accounts.createLink({ ...reset, id: 'l1', accountId: 'anna' }, 'of anna');
      await accounts.createLink({ ...reset, id: 'l2', accountId: 'otto' }, 'of otto');
      const open = (id: string, passwordHash: string) =>
        accounts.openSession({ ...SESSION, id }, `token ${id}`, note(), { passwordHash });
      assert.equal(await open('s1', 'hash of anna'), true);
      assert.equal(await accounts.setPassword('anna', 'newer hash', note()), true);
      assert.equal(await accounts.link('of anna', 2), undefined);
      assert.equal((await accounts.link('of otto', 2))?.id, 'l2', 'nobody else’s');
      assert.equal(await open('s2', 'hash of anna'), false);
      assert.deepEqual(await accounts.sessions('anna', 11, TIMES), []);
      assert.equal(await open('s3', 'newer hash'), true);
    },
  );

  behaviour('an API key is known by its hash until it expires or is taken back', async ({ accounts }) => {
    const key: ApiKey = {
      id: 'k',
      organisationId: 'acme',
      name: 'CRM',
      scope: 'read',
      prefix: 'chkey_ab',
      createdAtMs: 1,
      expiresAtMs: 10_000,
    };
    await accounts.createApiKey(key, 'hash', note());
    await accounts.createApiKey(
      { id: 'own', name: 'all', scope: 'write', prefix: 'chkey_cd', createdAtMs: 1 },
      'other',
      note(),
    );
    assert.deepEqual(
      (await accounts.apiKeys('acme', PAGE)).map(({ id }) => id),
      ['k'],
    );
    assert.deepEqual(
      (await accounts.apiKeys(undefined, PAGE)).map(({ id }) => id),
      ['k', 'own'],
    );
    assert.equal((await accounts.useApiKey('hash', 5, 60))?.lastUsedAtMs, undefined);
    assert.equal((await accounts.useApiKey('hash', 100, 60))?.organisationId, 'acme');
    await accounts.useApiKey('hash', 130, 60);
    assert.equal((await accounts.apiKey('acme', 'k'))?.lastUsedAtMs, 100, 'written at most once in so long');
    assert.equal(await accounts.useApiKey('hash', 10_000, 60), undefined);
    assert.equal(await accounts.removeApiKey('beta', 'k', note()), false);
    assert.equal(await accounts.removeApiKey('acme', 'k', note()), true);
    assert.equal(await accounts.useApiKey('hash', 5, 60), undefined);
  });

  behaviour('tries are counted together, whoever tries at once', async ({ accounts }) => {
    const rate = { burst: 3, everyMs: 1_000 };
    const tries = await Promise.all(Array.from({ length: 6 }, () => accounts.tryOnce('login', 10, rate)));
    assert.equal(tries.filter(({ allowed }) => allowed).length, 3);
    assert.equal((await accounts.tryOnce('login', 1_010, rate)).allowed, true);
    assert.equal((await accounts.tryOnce('login', 1_010, rate)).allowed, false);
    assert.equal((await accounts.tryOnce('other', 1_010, rate)).allowed, true);
    await accounts.forgive('login');
    assert.equal((await accounts.tryOnce('login', 1_010, rate)).allowed, true);
  });

  behaviour('a repeated request is recalled with its answer, which lies sealed', async ({ accounts }) => {
    const recall = (hash: string, nowMs = 10) => accounts.recall('anna', 'key', hash, nowMs, nowMs - 100);
    assert.deepEqual(await recall('body'), { state: 'new' });
    assert.deepEqual(await recall('body'), { state: 'under-way' });
    assert.deepEqual(await recall('other body'), { state: 'other' });
    assert.deepEqual(await recall('body', 200), { state: 'new' }, 'abandoned');
    await accounts.remember('anna', 'key', 201, '{"secret":"x"}');
    assert.deepEqual(await recall('body', 500), { state: 'answered', status: 201, answer: '{"secret":"x"}' });
    assert.deepEqual(await accounts.recall('olga', 'key', 'x', 10, 0), { state: 'new' }, 'of one actor each');
    await accounts.forgetRequest('olga', 'key');
    assert.deepEqual(await accounts.recall('olga', 'key', 'y', 10, 0), { state: 'new' });
    assert.ok((await accounts.forgetExpired(10_000, { idleMs: 1, answersMs: 1 })) >= 2);
    assert.deepEqual(await recall('other body'), { state: 'new' });
  });

  behaviour('an organisation takes its accounts and keys with it, and leaves its audit', async (store) => {
    const { accounts, directory } = store;
    await accounts.create(account('anna', 'viewer', 'acme'), note({ organisationId: 'acme' }));
    await accounts.openSession(SESSION, 'token', note());
    await accounts.createLink(INVITATION, 'invitation');
    await directory.write([{ do: 'remove-organisation', organisationId: 'acme' }]);
    assert.equal(await accounts.byEmail('anna@acme.example'), undefined);
    assert.equal(await accounts.useSession('token', 11, TIMES), undefined);
    assert.equal(await accounts.link('invitation', 1), undefined);
    assert.equal((await accounts.audit({ organisationId: 'acme' }, PAGE)).length, 1);
  });

  behaviour('the audit is found by whatever is asked, alone and together', async ({ accounts }) => {
    const choices = {
      organisationId: ['acme', 'beta'],
      thing: ['user', 'endpoint'],
      id: ['a', 'b'],
      actorId: ['x', 'y'],
    };
    const HOUR_MS = 3_600_000;
    for (let nth = 0; nth < 64; nth += 1) {
      const chosen = Object.values(choices).map((two, bit) => two[(nth >> bit) & 1]!);
      const [organisationId, thing, id, actor] = chosen as [string, 'user', string, string];
      const by = { actor: { kind: 'system', id: actor, name: '' } as const };
      // Written down somewhat later than it happened, now and then.
      const atMs = nth * HOUR_MS - (nth % 3) * 900_000;
      await accounts.note(note({ organisationId, thing, id, by, atMs }));
    }
    const all = await accounts.audit({}, PAGE);
    assert.equal(all.length, 64);
    for (let asked = 0; asked < 64; asked += 1) {
      const filter: AuditFilter = {
        ...Object.fromEntries(
          Object.entries(choices).flatMap(([key, two], bit) => ((asked >> bit) & 1 ? [[key, two[0]]] : [])),
        ),
        ...((asked >> 4) & 1 && { fromMs: 20 * HOUR_MS }),
        ...((asked >> 5) & 1 && { untilMs: 45 * HOUR_MS }),
      };
      const { organisationId, thing, id, actorId, fromMs = -HOUR_MS, untilMs = Infinity } = filter;
      const wanted = all.filter(
        (entry) =>
          [undefined, entry.organisationId].includes(organisationId) &&
          [undefined, entry.thing].includes(thing as 'user') &&
          [undefined, entry.id].includes(id) &&
          [undefined, entry.by.actor.id].includes(actorId) &&
          entry.atMs >= fromMs &&
          entry.atMs < untilMs,
      );
      assert.deepEqual(await accounts.audit(filter, PAGE), wanted, JSON.stringify(filter));
    }
  });

  behaviour('the audit is written with the change, newest first, and never changed', async (store) => {
    const { accounts, directory } = store;
    const revision = await directory.revision();
    const changes = [{ do: 'remove-source', id: 'nothing' }] as const;
    const audit = [note({ thing: 'source', id: 's', before: { id: 's' } })];
    await directory.write(changes, { audit, revision });
    await assert.rejects(directory.write(changes, { audit, revision }), DirectoryMoved);
    assert.equal(await directory.revision(), revision + 1);
    await accounts.create(
      account('anna', 'viewer', 'acme'),
      note({ organisationId: 'acme', atMs: 50, after: { name: 'a' } }),
    );
    const all = await accounts.audit({}, PAGE);
    assert.deepEqual(
      all.map(({ thing, id, before, after }) => [thing, id, before, after]),
      [
        ['account', 'a', undefined, { name: 'a' }],
        ['source', 's', { id: 's' }, undefined],
      ],
    );
    assert.deepEqual(all[0]?.by, note().by);
    const count = async (filter: object, page = {}) =>
      (await accounts.audit(filter, { ...PAGE, ...page })).length;
    assert.equal(await count({ organisationId: 'acme' }), 1);
    assert.equal(await count({ thing: 'source' }), 1);
    assert.equal(await count({ actorId: 'nobody' }), 0);
    assert.equal(await count({ fromMs: 2, untilMs: 60 }), 1);
    assert.equal(await count({}, { after: all[0].number }), 1);
    for (const sql of [`UPDATE audit SET actor_id = 'x'`, 'DELETE FROM audit']) {
      await assert.rejects(backend.execute(store, sql), /only added to/);
    }
  });

  behaviour('the audit is forgotten from its oldest entry on, and only what is old enough', async (store) => {
    const { accounts } = store;
    for (const atMs of [10, 20, 30, 40]) await accounts.note(note({ atMs }));
    const times = async () => (await accounts.audit({}, PAGE)).map(({ atMs }) => atMs);
    assert.equal(await accounts.forgetAudit(10, 100), 0);
    assert.equal(await accounts.forgetAudit(35, 2), 2);
    assert.deepEqual(await times(), [40, 30]);
    // The door is closed again behind it.
    await assert.rejects(backend.execute(store, 'DELETE FROM audit WHERE at_ms = 30'), /only added to/);
    assert.equal(await accounts.forgetAudit(35, 2), 1);
    assert.deepEqual(await times(), [40]);
  });

  behaviour('narrow reads see one organisation, in pages and by search', async ({ directory }) => {
    const names = (all: readonly { id: string }[]) => all.map(({ id }) => id);
    assert.deepEqual(names(await directory.organisations({ limit: 1 })), ['acme']);
    assert.deepEqual(names(await directory.organisations({ limit: 9, after: 'acme' })), ['beta']);
    assert.deepEqual(names(await directory.organisations(PAGE, 'BETA a')), ['beta']);
    assert.deepEqual(names(await directory.organisations(PAGE, '%')), []);
    assert.equal((await directory.organisation('beta'))?.defaultCountry, 'FI');
    const whole = (await directory.read()).organisations[0]!;
    assert.deepEqual(await directory.users('acme', PAGE), whole.users);
    assert.deepEqual(await directory.users('beta', PAGE), []);
    assert.deepEqual(await directory.users('acme', { limit: 1, after: whole.users[0]!.userId }), [
      whole.users[1],
    ]);
    assert.deepEqual(await directory.users('acme', PAGE, whole.users[1]!.numbers[0]), [whole.users[1]]);
    assert.deepEqual(await directory.user('acme', whole.users[1]!.userId), whole.users[1]);
    assert.equal(await directory.user('beta', whole.users[1]!.userId), undefined);
    assert.deepEqual(await directory.functionNumbers('acme', PAGE), whole.functionNumbers);
    assert.deepEqual(await directory.endpoints('acme', PAGE), whole.endpoints);
    assert.equal(await directory.endpoint('beta', whole.endpoints[0]!.id), undefined);
    const [source] = await directory.sources();
    assert.deepEqual(await directory.source(source!.id), source);
    assert.deepEqual(
      [await directory.isSourceUsed(source!.id), await directory.isSourceUsed('x')],
      [true, false],
    );
  });

  behaviour(
    'around a change stand those who have what it wants, of other organisations too',
    async ({ directory }) => {
      const [acme] = (await directory.read()).organisations;
      const [anna, bert] = acme!.users as [User, User];
      const wanted = { userIds: [anna.userId], devices: bert.devices, numbers: [] };
      const ownView = await directory.around('acme', wanted);
      assert.deepEqual(
        ownView.organisations.map(({ users }) => users.map(({ userId }) => userId)),
        [[anna.userId, bert.userId]],
      );
      const foreign = await directory.around('beta', wanted);
      assert.deepEqual(
        foreign.organisations.map(({ id, users }) => [id, users.length]),
        [
          ['beta', 0],
          ['acme', 1],
        ],
      );
      assert.deepEqual(foreign.organisations[0]?.privacy, OPEN_PRIVACY);
      const numbers = await directory.around('acme', { numbers: bert.numbers });
      assert.deepEqual(numbers.organisations[0]?.users, [bert]);
    },
  );
}
