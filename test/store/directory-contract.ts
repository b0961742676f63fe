/**
 * What every backend's directory does. Each behaviour is named; a backend's test file calls `directoryContract` with how
 * to open it. Tables are looked into where the store shows no more: they have the same names in all backends.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { NO_DEVICES, type AllowedDevices } from '../../src/policy/allowed-devices.ts';
import { planChanges, type DirectoryChange } from '../../src/policy/directory-changes.ts';
import type { Directory } from '../../src/policy/directory.ts';
import { OPEN_PRIVACY, type User } from '../../src/policy/organisation.ts';
import type { DirectoryStore, Store } from '../../src/store/store.ts';
import { DEMANDING } from '../support/endpoints.ts';
import { BAD_NOTE, NOTE } from '../support/note.ts';
import { draft, LEG } from './store-contract.ts';

export interface DirectoryBackend {
  name: string;
  /** Why its tests cannot run, if they cannot. */
  needs?: { skip?: string };
  /** A fresh, empty store. */
  open(): Promise<Store>;
  /** The same database by another connection. */
  openAgain(store: Store): Promise<Store>;
  /** The rows of one statement. */
  select(store: Store, sql: string): Promise<readonly Record<string, unknown>[]>;
  /** How many plans of each property are tried. */
  numRuns: number;
}

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
      privacy: {
        ...OPEN_PRIVACY,
        modifyLocalNumber: { mask: 4 },
        removeRemoteEmail: true,
        onlyDirection: 'OUTGOING',
      },
      allowedDevices: [{ source: 'pbx', devices: ['PJSIP/acme-*', '*@acme.example', 'PJSIP/"b'] }],
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
        DEMANDING,
        { id: 'erp', url: 'https://erp.example/', states: ['CONFIRMED'], delivery: {}, secret: 'whsec_erp' },
      ],
    },
    {
      id: 'beta',
      name: 'Beta',
      defaultCountry: 'SE',
      privacy: OPEN_PRIVACY,
      allowedDevices: 'all',
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

async function become(store: DirectoryStore, wanted: Directory): Promise<readonly DirectoryChange[]> {
  const { changes } = planChanges(await store.read(), wanted, { prune: true });
  await store.write(changes);
  return changes;
}

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
      allowedDevices: kind === undefined ? NO_DEVICES : 'all',
      users: users.filter((__, user) => there[user] === true && Math.floor(user / 3) === index),
      functionNumbers: kind === undefined ? [] : [{ number: '2000', kind } as const],
      endpoints: [],
    }));
    return { sources: [], organisations: there[0] === true ? organisations : organisations.slice(1) };
  });

/** At each endpoint one call with a delivered and a pending message, and an open leg per organisation. */
async function fillCalls({ calls, outbox, health }: Store): Promise<void> {
  const lanes = [
    ['acme', 'crm'],
    ['acme', 'erp'],
    ['beta', 'crm'],
  ] as const;
  for (const [organisationId, endpointId] of lanes) {
    const leg = { ...LEG, leg: `leg of ${organisationId}`, organisationId };
    const messages = ['sent', 'waits'].map((what) => ({
      ...draft(`${what} ${organisationId} ${endpointId}`, 'call', endpointId),
      organisationId,
    }));
    await calls.commit([{ leg, messages }], 1);
  }
  const claims = await outbox.claim(2, { total: 100, perEndpoint: () => 100 });
  await outbox.settle(
    claims.map(({ laneId, token, messageId, organisationId, endpoint }) => ({
      laneId,
      token,
      messageId,
      organisationId,
      endpointId: endpoint.id,
      attempt: { startedAtMs: 2, durationMs: 1, outcome: 'delivered' },
      next: { kind: 'delivered' },
      signal: { kind: 'answered' },
    })),
    3,
  );
  await health.sourceState('pbx', { status: 'connected', sinceMs: 1 });
}

const UNTOUCHED = {
  dead: [],
  pending: ['waits acme crm', 'waits acme erp', 'waits beta crm'],
  delivered: ['sent acme crm', 'sent acme erp', 'sent beta crm'],
  due: ['acme crm', 'acme erp', 'beta crm'],
  legs: ['leg of acme', 'leg of beta'],
  counted: ['acme crm', 'acme erp', 'beta crm'],
  sources: ['pbx'],
};

export function directoryContract(backend: DirectoryBackend): void {
  const behaviour = (sentence: string, prove: (store: Store) => Promise<void>) =>
    test(`${backend.name}: ${sentence}`, backend.needs ?? {}, async () => {
      const store = await backend.open();
      try {
        await prove(store);
      } finally {
        await store.close();
      }
    });
  const onFull = (sentence: string, prove: (directory: DirectoryStore, store: Store) => Promise<void>) =>
    behaviour(sentence, async (store) => {
      await become(store.directory, FULL);
      await prove(store.directory, store);
    });

  const callsOf = async (store: Store) => {
    const column = async (sql: string) =>
      (await backend.select(store, sql)).map((row) => Object.values(row).join(' '));
    return {
      dead: await column(`SELECT id FROM message WHERE outcome = 'dead' ORDER BY id`),
      pending: await column(`SELECT id FROM message WHERE outcome = 'pending' ORDER BY id`),
      delivered: await column(`SELECT id FROM message WHERE outcome = 'delivered' ORDER BY id`),
      due: await column(
        'SELECT organisation_id, endpoint_id FROM lane WHERE due_at_ms IS NOT NULL ORDER BY 1, 2',
      ),
      legs: await column('SELECT leg FROM open_leg ORDER BY leg'),
      counted: await column('SELECT organisation_id, endpoint_id FROM endpoint_state ORDER BY 1, 2'),
      sources: await column('SELECT source_id FROM source_state'),
    };
  };

  behaviour('what was written is read again, also by another connection', async (one) => {
    const other = await backend.openAgain(one);
    await become(one.directory, FULL);
    assert.deepEqual(await one.directory.read(), FULL);
    assert.deepEqual(await other.directory.read(), FULL);
    assert.deepEqual(await other.directory.sources(), FULL.sources);
    assert.equal(await other.directory.revision(), 1);
    await other.close();
  });

  behaviour('every write raises the revision', async ({ directory }) => {
    assert.equal(await directory.revision(), 0);
    await become(directory, FULL);
    assert.equal(await directory.revision(), 1);
    await directory.write([{ do: 'remove-user', organisationId: 'acme', userId: 'bert' }]);
    assert.equal(await directory.revision(), 2);
  });

  onFull('a write is made as a whole or not at all', async (directory) => {
    const carl: User = { ...BERT, userId: 'carl', extensions: ['1001'] };
    await assert.rejects(
      directory.write([
        { do: 'remove-user', organisationId: 'acme', userId: 'bert' },
        { do: 'put-user', is: 'new', organisationId: 'acme', user: carl },
      ]),
      /unique/i,
    );
    assert.deepEqual(await directory.read(), FULL);
    assert.equal(await directory.revision(), 1);
  });

  onFull('secrets lie sealed in the database', async (_, store) => {
    const stored = [
      ...(await backend.select(store, 'SELECT * FROM source')),
      ...(await backend.select(store, 'SELECT * FROM endpoint')),
    ];
    assert.equal(stored.length, 5);
    for (const row of stored) {
      for (const column of Object.values(row)) {
        const text =
          column instanceof Uint8Array ? Buffer.from(column).toString('latin1') : JSON.stringify(column);
        assert.doesNotMatch(text, /ami secret|whsec_|whsk_|hunter2/);
      }
    }
  });

  onFull('a device tells its owner, on its own source only', async (directory) => {
    const owners = await directory.ownersOf('pbx', ['PJSIP/a', 'PJSIP/b', 'PJSIP/c', 'PJSIP/none']);
    const { userId, email, numbers, extensions } = ANNA;
    const person = { userId, email, numbers, extensions };
    assert.deepEqual(Object.fromEntries(owners), {
      'PJSIP/a': { organisationId: 'acme', person },
      'PJSIP/b': { organisationId: 'acme', person, deviceType: 'SOFT' },
      'PJSIP/c': { organisationId: 'beta', person: { userId: 'anna', numbers: [], extensions: ['1001'] } },
    });
    assert.equal((await directory.ownersOf('other', ['PJSIP/a'])).size, 0);
  });

  onFull('a source tells all of its devices, whosever they are', async (directory) => {
    assert.deepEqual([...(await directory.devicesOn('pbx'))].toSorted(), ['PJSIP/a', 'PJSIP/b', 'PJSIP/c']);
    assert.equal((await directory.devicesOn('other')).size, 0);
  });

  onFull('people are found by number or extension, in their own organisation only', async (directory) => {
    const numbers = ['+358942721001', '1001', '1002', '1003', '+358942722000'];
    const found = async (organisationId: string) =>
      [...(await directory.peopleByNumber(organisationId, numbers))].map(([number, { userId }]) => [
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
    const bert = (await directory.peopleByNumber('acme', ['1002'])).get('1002');
    assert.deepEqual(bert, { userId: 'bert', numbers: [], extensions: ['1002'] });
  });

  onFull('the policy of an organisation has its endpoints, without their secrets', async (directory) => {
    const [acme] = FULL.organisations;
    assert.ok(acme);
    const { id, name, defaultCountry, privacy, allowedDevices, endpoints } = acme;
    assert.deepEqual(await directory.policyOf('acme'), {
      organisation: { id, name, defaultCountry, privacy, allowedDevices },
      endpoints: endpoints.map(
        ({ secret: _secret, formerSecrets: _former, credentials: _credentials, ...endpoint }) => endpoint,
      ),
    });
    assert.equal(await directory.policyOf('none'), undefined);
  });

  onFull('a replaced secret is forgotten when its time is over, and only then', async (directory, store) => {
    const formerSecrets = async () => {
      const { endpoints } = (await directory.read()).organisations[0]!;
      return endpoints.find(({ id }) => id === DEMANDING.id);
    };
    const [latest] = DEMANDING.formerSecrets!;
    assert.equal(await store.upkeep.forgetSecrets(999), 0);
    assert.deepEqual(await formerSecrets(), DEMANDING);
    assert.equal(await store.upkeep.forgetSecrets(1_000), 1);
    assert.deepEqual(await formerSecrets(), { ...DEMANDING, formerSecrets: [latest] });
    assert.equal(await store.upkeep.forgetSecrets(1_500), 0);
    assert.equal(await store.upkeep.forgetSecrets(2_000), 1);
    const { formerSecrets: _, ...rest } = DEMANDING;
    assert.deepEqual(await formerSecrets(), rest);
    assert.equal(await store.upkeep.forgetSecrets(9_000), 0);
  });

  onFull(
    'a secret is replaced with overlap, by one after the other, in its organisation only',
    async (directory) => {
      const times = { nowMs: 1, untilMs: 100 };
      const replaced = await Promise.all(
        ['whsec_x', 'whsec_y'].map((secret) =>
          directory.replaceSecret('acme', 'crm', secret, times, () => NOTE),
        ),
      );
      const now = await directory.endpoint('acme', 'crm');
      assert.ok(now !== undefined && replaced.some((endpoint) => isDeepStrictEqual(endpoint, now)));
      const all = [now.secret, ...now.formerSecrets!.map(({ secret }) => secret)];
      assert.deepEqual(all.toSorted(), ['whsec_crm', 'whsec_x', 'whsec_y']);
      assert.equal(await directory.revision(), 3);
      assert.equal((await directory.endpoint('beta', 'crm'))?.secret, 'whsec_beta');
      assert.equal(await directory.replaceSecret('beta', 'erp', 'whsec_x', times, () => NOTE), undefined);
      assert.equal(await directory.endpoint('beta', 'erp'), undefined);
      assert.equal(await directory.revision(), 3);
    },
  );

  onFull('a replaced secret and its note are one: both are kept, or neither', async (directory, store) => {
    const before = await directory.endpoint('acme', 'crm');
    const times = { nowMs: 1, untilMs: 100 };
    await assert.rejects(directory.replaceSecret('acme', 'crm', 'whsec_x', times, () => BAD_NOTE));
    assert.deepEqual(await directory.endpoint('acme', 'crm'), before);
    const seen: string[] = [];
    await directory.replaceSecret('acme', 'crm', 'whsec_x', times, ({ secret }) => {
      seen.push(secret);
      return NOTE;
    });
    await directory.replaceSecret('acme', 'nobody', 'whsec_x', times, () => NOTE);
    assert.ok(seen.every((secret) => secret === 'whsec_crm'));
    assert.equal((await store.accounts.audit({}, { limit: 10 })).length, 1);
  });

  onFull('a claim has all that delivery needs of its endpoint', async (directory, store) => {
    const message = { ...draft('to prove', 'call', DEMANDING.id), organisationId: 'acme' };
    await store.calls.commit([{ leg: { ...LEG, organisationId: 'acme' }, messages: [message] }], 1);
    const [claim] = await store.outbox.claim(2, { total: 1, perEndpoint: () => 1 });
    assert.deepEqual(claim?.endpoint, DEMANDING);
    const { credentials: _, formerSecrets: __, ...bare } = DEMANDING;
    await directory.write([
      {
        do: 'put-endpoint',
        is: 'changed',
        organisationId: 'acme',
        endpoint: { ...bare, secret: 'whsec_new' },
      },
    ]);
    await store.outbox.release([claim]);
    const [again] = await store.outbox.claim(4_000, { total: 1, perEndpoint: () => 1 });
    assert.deepEqual(again?.endpoint, { ...bare, secret: 'whsec_new' });
  });

  behaviour('what another connection writes is seen at once', async (one) => {
    const other = await backend.openAgain(one);
    await become(one.directory, FULL);
    assert.equal((await other.directory.ownersOf('pbx', ['PJSIP/a'])).size, 1);
    await become(one.directory, EMPTY);
    assert.equal((await other.directory.ownersOf('pbx', ['PJSIP/a'])).size, 0);
    assert.equal(await other.directory.policyOf('acme'), undefined);
    await other.close();
  });

  onFull(
    'a source is used by devices that are on it, and by organisations that may add some',
    async (store) => {
      const [acme] = FULL.organisations;
      const used = async (id: string) => store.isSourceUsed(id);
      const allow = (allowedDevices: AllowedDevices) => {
        const { users: _, functionNumbers: __, endpoints: ___, ...settings } = acme!;
        const organisation = { ...settings, allowedDevices };
        return store.write([{ do: 'put-organisation', is: 'changed', organisation }]);
      };
      assert.deepEqual([await used('pbx'), await used('pbx-2')], [true, false]);
      await allow([{ source: 'pbx-2', devices: ['"source":"pbx-3"', '*'] }]);
      assert.deepEqual([await used('pbx-2'), await used('pbx-3'), await used('pbx_2')], [true, false, false]);
      assert.deepEqual((await store.organisation('acme'))?.allowedDevices, [
        { source: 'pbx-2', devices: ['"source":"pbx-3"', '*'] },
      ]);
      assert.deepEqual((await store.policyOf('acme'))?.organisation.allowedDevices.length, 1);
      await allow('all');
      assert.equal(await used('pbx-2'), false);
    },
  );

  onFull('changing an organisation leaves its users and endpoints', async (directory) => {
    const settings = { defaultCountry: 'FI', privacy: OPEN_PRIVACY, allowedDevices: 'all' } as const;
    const organisation = { id: 'acme', name: 'New name', ...settings };
    await directory.write([{ do: 'put-organisation', is: 'changed', organisation }]);
    const [acme] = (await directory.read()).organisations;
    assert.deepEqual(acme, { ...FULL.organisations[0], ...organisation });
  });

  onFull(
    'a removed endpoint’s pending messages become dead letters, and nobody else’s',
    async (directory, store) => {
      await fillCalls(store);
      assert.deepEqual(await callsOf(store), UNTOUCHED);
      await directory.write([{ do: 'remove-endpoint', organisationId: 'acme', endpointId: 'crm' }]);
      assert.deepEqual(await callsOf(store), {
        ...UNTOUCHED,
        dead: ['waits acme crm'],
        pending: ['waits acme erp', 'waits beta crm'],
        due: ['acme erp', 'beta crm'],
        counted: ['acme erp', 'beta crm'],
      });
    },
  );

  onFull(
    'a removed organisation leaves dead letters, and no open leg, user, number or device',
    async (directory, store) => {
      await fillCalls(store);
      await directory.write([{ do: 'remove-organisation', organisationId: 'acme' }]);
      assert.deepEqual(await callsOf(store), {
        ...UNTOUCHED,
        dead: ['waits acme crm', 'waits acme erp'],
        pending: ['waits beta crm'],
        due: ['beta crm'],
        legs: ['leg of beta'],
        counted: ['beta crm'],
      });
      for (const table of ['user', 'user_number', 'device', 'function_number', 'endpoint']) {
        const left = await backend.select(store, `SELECT 1 FROM "${table}" WHERE organisation_id = 'acme'`);
        assert.equal(left.length, 0, table);
      }
    },
  );

  onFull('a removed user’s open legs and messages go on to their end', async (directory, store) => {
    await fillCalls(store);
    await directory.write([{ do: 'remove-user', organisationId: 'acme', userId: 'anna' }]);
    assert.deepEqual(await callsOf(store), UNTOUCHED);
    assert.equal((await directory.ownersOf('pbx', ['PJSIP/a'])).size, 0);
    assert.equal((await directory.peopleByNumber('acme', ['1001'])).size, 0);
  });

  onFull('a removed source takes what was known of its state, not its legs', async (directory, store) => {
    await fillCalls(store);
    await directory.write([{ do: 'remove-source', id: 'pbx' }]);
    assert.deepEqual(await callsOf(store), { ...UNTOUCHED, sources: [] });
  });

  behaviour(
    'whatever moves between users and organisations, the plan can be made and leaves nothing to do',
    async ({ directory }) => {
      await fc.assert(
        fc.asyncProperty(anyDirectory, async (wanted) => {
          await become(directory, wanted);
          const { changes } = planChanges(await directory.read(), wanted, { prune: true });
          assert.deepEqual(changes, []);
          assert.deepEqual(await directory.read(), wanted);
        }),
        { numRuns: backend.numRuns },
      );
    },
  );

  behaviour(
    'a plan that does not prune can be made too, unless it says that it conflicts',
    async ({ directory }) => {
      await fc.assert(
        fc.asyncProperty(anyDirectory, anyDirectory, async (before, wanted) => {
          await become(directory, before);
          const plan = planChanges(await directory.read(), wanted, { prune: false });
          if (plan.conflicts.length > 0) return;
          await directory.write(plan.changes);
          assert.deepEqual(planChanges(await directory.read(), wanted, { prune: false }).changes, []);
        }),
        { numRuns: backend.numRuns },
      );
    },
  );

  behaviour('fifty thousand users are written in seconds', async ({ directory }) => {
    const users = Array.from({ length: 50_000 }, (_, i): User => ({
      userId: `user-${i}`,
      email: `user-${i}@acme.example`,
      numbers: [`+35840${1_000_000 + i}`],
      extensions: [`${100_000 + i}`],
      devices: [{ source: 'pbx', address: `PJSIP/${i}` }],
    }));
    const [acme] = FULL.organisations;
    const began = performance.now();
    await become(directory, { sources: [], organisations: [{ ...acme!, users }] });
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 30_000, `${tookMs} ms`);
    assert.equal((await directory.ownersOf('pbx', ['PJSIP/49999'])).size, 1);
  });
}
