import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { planChanges, type DirectoryChange } from '../../src/policy/directory-changes.ts';
import type { Directory } from '../../src/policy/directory.ts';
import { OPEN_PRIVACY, type User } from '../../src/policy/organisation.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { createDirectoryStore } from '../../src/store/sqlite/directory.ts';
import type { DirectoryStore } from '../../src/store/store.ts';

const { secrets } = deriveKeys(new Uint8Array(32));
const EMPTY: Directory = { sources: [], organisations: [] };

const ANNA: User = {
  userId: 'anna',
  email: 'anna@acme.example',
  numbers: ['+358942721002', '+358942721001'],
  extensions: ['1001'],
  devices: [
    { source: 'pbx', address: 'PJSIP/b', type: 'SOFT' },
    { source: 'pbx', address: 'PJSIP/a' },
  ],
};
const BERT: User = { userId: 'bert', numbers: [], extensions: ['1002'], devices: [] };

const FULL: Directory = {
  sources: [
    {
      id: 'pbx',
      kind: 'ami',
      host: 'pbx.example',
      port: 5039,
      tls: true,
      caFile: 'ca.pem',
      username: 'callhook',
      secret: 'ami secret',
      defaultDeviceType: 'DESKTOP',
    },
  ],
  organisations: [
    {
      id: 'acme',
      name: 'Acme Oy',
      defaultCountry: 'FI',
      privacy: { ...OPEN_PRIVACY, modifyLocalNumber: { mask: 4 }, removeRemoteEmail: true },
      users: [ANNA, BERT],
      functionNumbers: [{ number: '+358942722000', kind: 'HUNT_GROUP' }],
      endpoints: [
        {
          id: 'crm',
          url: 'https://crm.example/',
          states: ['EARLY', 'TERMINATED'],
          delivery: {},
          secret: 'whsec_crm',
        },
        { id: 'erp', url: 'https://erp.example/', states: ['CONFIRMED'], delivery: {}, secret: 'whsec_erp' },
      ],
    },
    {
      id: 'beta',
      name: 'Beta',
      defaultCountry: 'SE',
      privacy: OPEN_PRIVACY,
      users: [
        {
          userId: 'anna',
          numbers: [],
          extensions: ['1001'],
          devices: [{ source: 'pbx', address: 'PJSIP/c' }],
        },
      ],
      functionNumbers: [],
      endpoints: [
        { id: 'crm', url: 'https://beta.example/', states: ['EARLY'], delivery: {}, secret: 'whsec_beta' },
      ],
    },
  ],
};

function open(path = ':memory:'): { db: DatabaseSync; store: DirectoryStore } {
  const db = openDatabase(path);
  return { db, store: createDirectoryStore(db, secrets) };
}

async function become(store: DirectoryStore, wanted: Directory): Promise<readonly DirectoryChange[]> {
  const { changes } = planChanges(await store.read(), wanted, { prune: true });
  await store.write(changes);
  return changes;
}

async function filled(): Promise<{ db: DatabaseSync; store: DirectoryStore }> {
  const opened = open();
  await become(opened.store, FULL);
  return opened;
}

test('what was written is read again, also by another connection', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'callhook.db');
  const [one, other] = [open(path), open(path)];
  await become(one.store, FULL);
  assert.deepEqual(await one.store.read(), FULL);
  assert.deepEqual(await other.store.read(), FULL);
  assert.deepEqual(await other.store.sources(), FULL.sources);
  assert.equal(await other.store.revision(), 1);
  one.db.close();
  other.db.close();
});

test('every write raises the revision', async () => {
  const { store } = open();
  assert.equal(await store.revision(), 0);
  await become(store, FULL);
  assert.equal(await store.revision(), 1);
  await store.write([{ do: 'remove-user', organisationId: 'acme', userId: 'bert' }]);
  assert.equal(await store.revision(), 2);
});

test('a write is made as a whole or not at all', async () => {
  const { store } = await filled();
  const carl: User = { ...BERT, userId: 'carl', extensions: ['1001'] };
  await assert.rejects(
    store.write([
      { do: 'remove-user', organisationId: 'acme', userId: 'bert' },
      { do: 'put-user', is: 'new', organisationId: 'acme', user: carl },
    ]),
    /UNIQUE/,
  );
  assert.deepEqual(await store.read(), FULL);
  assert.equal(await store.revision(), 1);
});

test('secrets lie sealed in the database', async () => {
  const { db } = await filled();
  const stored = [...db.prepare('SELECT * FROM source').all(), ...db.prepare('SELECT * FROM endpoint').all()];
  assert.equal(stored.length, 4);
  for (const row of stored) {
    for (const column of Object.values(row)) {
      const text = column instanceof Uint8Array ? Buffer.from(column).toString('latin1') : String(column);
      assert.doesNotMatch(text, /ami secret|whsec_/);
    }
  }
});

test('a device tells its owner, on its own source only', async () => {
  const { store } = await filled();
  const owners = await store.ownersOf('pbx', ['PJSIP/a', 'PJSIP/b', 'PJSIP/c', 'PJSIP/none']);
  const { userId, email, numbers, extensions } = ANNA;
  const person = { userId, email, numbers, extensions };
  assert.deepEqual(Object.fromEntries(owners), {
    'PJSIP/a': { organisationId: 'acme', person },
    'PJSIP/b': { organisationId: 'acme', person, deviceType: 'SOFT' },
    'PJSIP/c': { organisationId: 'beta', person: { userId: 'anna', numbers: [], extensions: ['1001'] } },
  });
  assert.equal((await store.ownersOf('other', ['PJSIP/a'])).size, 0);
});

test('people are found by number or extension, in their own organisation only', async () => {
  const { store } = await filled();
  const numbers = ['+358942721001', '1001', '1002', '1003', '+358942722000'];
  const found = async (organisationId: string) =>
    [...(await store.peopleByNumber(organisationId, numbers))].map(([number, { userId }]) => [
      number,
      userId,
    ]);
  assert.deepEqual(await found('acme'), [
    ['+358942721001', 'anna'],
    ['1001', 'anna'],
    ['1002', 'bert'],
  ]);
  assert.deepEqual(await found('beta'), [['1001', 'anna']]);
  assert.deepEqual(await found('none'), []);
  const bert = (await store.peopleByNumber('acme', ['1002'])).get('1002');
  assert.deepEqual(bert, { userId: 'bert', numbers: [], extensions: ['1002'] });
});

test('the policy of an organisation has its endpoints, without their secrets', async () => {
  const { store } = await filled();
  const [acme] = FULL.organisations;
  assert.ok(acme);
  const { id, name, defaultCountry, privacy, endpoints } = acme;
  assert.deepEqual(await store.policyOf('acme'), {
    organisation: { id, name, defaultCountry, privacy },
    endpoints: endpoints.map(({ id: endpointId, url, states, delivery }) => ({
      id: endpointId,
      url,
      states,
      delivery,
    })),
  });
  assert.equal(await store.policyOf('none'), undefined);
});

test('what another connection writes is seen at once', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'callhook.db');
  const [one, other] = [open(path), open(path)];
  await become(one.store, FULL);
  assert.equal((await other.store.ownersOf('pbx', ['PJSIP/a'])).size, 1);
  await become(one.store, EMPTY);
  assert.equal((await other.store.ownersOf('pbx', ['PJSIP/a'])).size, 0);
  assert.equal(await other.store.policyOf('acme'), undefined);
  one.db.close();
  other.db.close();
});

test('changing an organisation leaves its users and endpoints', async () => {
  const { store } = await filled();
  const organisation = { id: 'acme', name: 'New name', defaultCountry: 'FI', privacy: OPEN_PRIVACY };
  await store.write([{ do: 'put-organisation', is: 'changed', organisation }]);
  const [acme] = (await store.read()).organisations;
  assert.deepEqual(acme, { ...FULL.organisations[0], ...organisation });
});

/** One lane per endpoint with a delivered and a pending message, and an open leg per organisation. */
function fillCalls(db: DatabaseSync): void {
  db.exec(`
    INSERT INTO lane (id, organisation_id, endpoint_id, call_id, last_seq, due_at_ms) VALUES
      (1, 'acme', 'crm', 'call', 2, 5), (2, 'acme', 'erp', 'call', 2, 5), (3, 'beta', 'crm', 'call', 2, 5);
    INSERT INTO message (id, lane_id, seq, body, created_at_ms, outcome, attempts)
      SELECT 'sent' || id, id, 1, '{}', 1, 'delivered', 1 FROM lane UNION ALL
      SELECT 'waits' || id, id, 2, '{}', 1, 'pending', 0 FROM lane;
    INSERT INTO endpoint_state (organisation_id, endpoint_id, delivered, dead, last)
      SELECT organisation_id, id, 1, 0, '{}' FROM endpoint;
    INSERT INTO open_leg (source_id, leg, organisation_id, call_id, branch_id, remembered) VALUES
      ('pbx', 'leg1', 'acme', 'call', 'b1.', '{}'), ('pbx', 'leg2', 'beta', 'call', 'b2.', '{}');
    INSERT INTO source_state (source_id, status, since_ms) VALUES ('pbx', 'connected', 1);`);
}

function callsOf(db: DatabaseSync) {
  const column = (sql: string) =>
    db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).join(' '));
  return {
    dead: column(`SELECT id FROM message WHERE outcome = 'dead' ORDER BY id`),
    pending: column(`SELECT id FROM message WHERE outcome = 'pending' ORDER BY id`),
    delivered: column(`SELECT id FROM message WHERE outcome = 'delivered' ORDER BY id`),
    due: column('SELECT id FROM lane WHERE due_at_ms IS NOT NULL ORDER BY id'),
    legs: column('SELECT leg FROM open_leg ORDER BY leg'),
    counted: column('SELECT organisation_id, endpoint_id FROM endpoint_state ORDER BY 1, 2'),
    sources: column('SELECT source_id FROM source_state'),
  };
}

const UNTOUCHED = {
  dead: [],
  pending: ['waits1', 'waits2', 'waits3'],
  delivered: ['sent1', 'sent2', 'sent3'],
  due: ['1', '2', '3'],
  legs: ['leg1', 'leg2'],
  counted: ['acme crm', 'acme erp', 'beta crm'],
  sources: ['pbx'],
};

test('a removed endpoint’s pending messages become dead letters, and nobody else’s', async () => {
  const { db, store } = await filled();
  fillCalls(db);
  assert.deepEqual(callsOf(db), UNTOUCHED);
  await store.write([{ do: 'remove-endpoint', organisationId: 'acme', endpointId: 'crm' }]);
  assert.deepEqual(callsOf(db), {
    ...UNTOUCHED,
    dead: ['waits1'],
    pending: ['waits2', 'waits3'],
    due: ['2', '3'],
    counted: ['acme erp', 'beta crm'],
  });
});

test('a removed organisation leaves dead letters, and no open leg, user, number or device', async () => {
  const { db, store } = await filled();
  fillCalls(db);
  await store.write([{ do: 'remove-organisation', organisationId: 'acme' }]);
  assert.deepEqual(callsOf(db), {
    ...UNTOUCHED,
    dead: ['waits1', 'waits2'],
    pending: ['waits3'],
    due: ['3'],
    legs: ['leg2'],
    counted: ['beta crm'],
  });
  for (const table of ['user', 'user_number', 'device', 'function_number', 'endpoint']) {
    const { left } =
      db.prepare(`SELECT count(*) AS left FROM ${table} WHERE organisation_id = 'acme'`).get() ?? {};
    assert.equal(left, 0, table);
  }
});

test('a removed user’s open legs and messages go on to their end', async () => {
  const { db, store } = await filled();
  fillCalls(db);
  await store.write([{ do: 'remove-user', organisationId: 'acme', userId: 'anna' }]);
  assert.deepEqual(callsOf(db), UNTOUCHED);
  assert.equal((await store.ownersOf('pbx', ['PJSIP/a'])).size, 0);
  assert.equal((await store.peopleByNumber('acme', ['1001'])).size, 0);
});

test('a removed source takes what was known of its state, not its legs', async () => {
  const { db, store } = await filled();
  fillCalls(db);
  await store.write([{ do: 'remove-source', id: 'pbx' }]);
  assert.deepEqual(callsOf(db), { ...UNTOUCHED, sources: [] });
});

/** Directories in which a few phones and numbers are dealt to a few users of two organisations. */
const anyDirectory: fc.Arbitrary<Directory> = fc
  .record({
    devices: fc.array(fc.option(fc.nat(5)), { minLength: 4, maxLength: 4 }),
    numbers: fc.array(fc.option(fc.nat(5)), { minLength: 4, maxLength: 4 }),
    there: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
    kind: fc.constantFrom('IVR', 'QUEUE', undefined),
  })
  .map(({ devices, numbers, there, kind }) => {
    const users = there.map((_, index): User => ({
      userId: `u${index % 3}`,
      numbers: numbers.flatMap((holder, number) => (holder === index ? [`+35840${number}`] : [])),
      extensions: [],
      devices: devices.flatMap((holder, device) =>
        holder === index ? [{ source: 'pbx', address: `PJSIP/${device}` }] : [],
      ),
    }));
    const organisations = ['acme', 'beta'].map((id, index) => ({
      id,
      name: id,
      defaultCountry: 'FI',
      privacy: OPEN_PRIVACY,
      users: users.filter((__, user) => there[user] === true && Math.floor(user / 3) === index),
      functionNumbers: kind === undefined ? [] : [{ number: '2000', kind } as const],
      endpoints: [],
    }));
    return { sources: [], organisations: there[0] === true ? organisations : organisations.slice(1) };
  });

test('whatever moves between users and organisations, the plan can be made and leaves nothing to do', async () => {
  const { store } = open();
  await fc.assert(
    fc.asyncProperty(anyDirectory, async (wanted) => {
      await become(store, wanted);
      const { changes } = planChanges(await store.read(), wanted, { prune: true });
      assert.deepEqual(changes, []);
      assert.deepEqual(await store.read(), wanted);
    }),
    { numRuns: 500 },
  );
});

test('a plan that does not prune can be made too, unless it says that it conflicts', async () => {
  await fc.assert(
    fc.asyncProperty(anyDirectory, anyDirectory, async (before, wanted) => {
      const { store } = open();
      await become(store, before);
      const plan = planChanges(await store.read(), wanted, { prune: false });
      if (plan.conflicts.length > 0) return;
      await store.write(plan.changes);
      assert.deepEqual(planChanges(await store.read(), wanted, { prune: false }).changes, []);
    }),
    { numRuns: 200 },
  );
});
