import assert from 'node:assert/strict';
import test from 'node:test';
import { NO_DEVICES } from '../../src/policy/allowed-devices.ts';
import { planChanges, type DirectoryChange } from '../../src/policy/directory-changes.ts';
import type { Directory, OrganisationEntry, AmiSettings } from '../../src/policy/directory.ts';
import { OPEN_PRIVACY, type Device, type User } from '../../src/policy/organisation.ts';
import { completeDirectory } from '../../src/policy/wanted-directory.ts';

const EMPTY: Directory = { sources: [], organisations: [] };

const source = (id: string, more: Partial<AmiSettings> = {}): AmiSettings => ({
  id,
  kind: 'ami',
  host: 'pbx.example',
  port: 5038,
  tls: false,
  username: 'callhook',
  secret: 's',
  defaultDeviceType: 'DESKTOP',
  ...more,
});

const NO_SECRETS = { signingSecret: () => 'made', sourceToken: () => 'token', nowMs: 0 };

const phone = (address: string): Device => ({ source: 'pbx', address });

const user = (userId: string, more: Partial<User> = {}): User => ({
  userId,
  numbers: [],
  extensions: [],
  devices: [],
  ...more,
});

const organisation = (id: string, more: Partial<OrganisationEntry> = {}): OrganisationEntry => ({
  id,
  name: id,
  defaultCountry: 'FI',
  privacy: OPEN_PRIVACY,
  allowedDevices: NO_DEVICES,
  users: [],
  functionNumbers: [],
  endpoints: [],
  ...more,
});

const endpoint = (id: string, secret = 'x') => ({
  id,
  url: `https://${id}.example/`,
  states: ['EARLY', 'TERMINATED'] as const,
  delivery: {},
  secret,
});

const directory = (...organisations: OrganisationEntry[]): Directory => ({
  sources: [source('pbx')],
  organisations,
});

const acme = (...users: User[]): Directory => directory(organisation('acme', { users }));

/** `put-user anna`, for tests about the order. */
const told = (changes: readonly DirectoryChange[]) =>
  changes.map((change) => {
    switch (change.do) {
      case 'put-source':
        return `${change.do} ${change.source.id}`;
      case 'put-organisation':
        return `${change.do} ${change.organisation.id}`;
      case 'put-user':
        return `${change.do} ${change.user.userId}`;
      case 'put-endpoint':
        return `${change.do} ${change.endpoint.id}`;
      case 'put-function-number':
        return `${change.do} ${change.functionNumber.number}`;
      case 'remove-user':
        return `${change.do} ${change.userId}`;
      default:
        return change.do;
    }
  });

const FULL = directory(
  organisation('acme', {
    privacy: { ...OPEN_PRIVACY, modifyLocalNumber: { mask: 4 } },
    users: [
      user('anna', {
        email: 'anna@acme.example',
        numbers: ['+358401', '+358402'],
        devices: [phone('A'), phone('B')],
      }),
      user('bert', { extensions: ['1001'] }),
    ],
    functionNumbers: [{ number: '2000', kind: 'QUEUE' }],
    endpoints: [endpoint('crm')],
  }),
);

test('into an empty directory everything is new, sources and organisations before their users', () => {
  const { changes, leftAlone, conflicts } = planChanges(EMPTY, FULL, { prune: false });
  assert.deepEqual(told(changes), [
    'put-source pbx',
    'put-organisation acme',
    'put-user anna',
    'put-user bert',
    'put-function-number 2000',
    'put-endpoint crm',
  ]);
  assert.ok(changes.every((change) => 'is' in change && change.is === 'new'));
  assert.deepEqual([leftAlone, conflicts], [[], []]);
});

test('the same directory wanted again is no change', () => {
  for (const prune of [true, false]) {
    assert.deepEqual(planChanges(FULL, structuredClone(FULL), { prune }), {
      changes: [],
      leftAlone: [],
      conflicts: [],
    });
  }
});

test('the order of users, devices and states means nothing', () => {
  const [entry] = FULL.organisations;
  assert.ok(entry);
  const shuffled = directory({
    ...entry,
    users: entry.users
      .toReversed()
      .map((one) => user(one.userId, { ...one, devices: one.devices.toReversed() })),
    endpoints: [{ ...endpoint('crm'), states: ['TERMINATED', 'EARLY'] }],
  });
  assert.deepEqual(planChanges(FULL, shuffled, { prune: true }).changes, []);
});

test('the order of numbers matters: the first is the one given to others', () => {
  const before = acme(user('anna', { numbers: ['+358401', '+358402'] }));
  const after = acme(user('anna', { numbers: ['+358402', '+358401'] }));
  assert.deepEqual(told(planChanges(before, after, { prune: false }).changes), ['put-user anna']);
});

test('one changed setting changes one thing', () => {
  const cases: readonly (readonly [Directory, string])[] = [
    [{ ...FULL, sources: [source('pbx', { host: 'other.example' })] }, 'put-source pbx'],
    [{ ...FULL, sources: [source('pbx', { caFile: 'ca.pem' })] }, 'put-source pbx'],
    [{ ...FULL, sources: [source('pbx', { secret: 't' })] }, 'put-source pbx'],
  ];
  const [entry] = FULL.organisations;
  assert.ok(entry);
  const inside: readonly (readonly [Partial<OrganisationEntry>, string])[] = [
    [{ name: 'Acme' }, 'put-organisation acme'],
    [{ privacy: { ...OPEN_PRIVACY, modifyLocalNumber: { mask: 5 } } }, 'put-organisation acme'],
    [{ privacy: { ...entry.privacy, removeDeviceType: true } }, 'put-organisation acme'],
    [{ functionNumbers: [{ number: '2000', kind: 'IVR' }] }, 'put-function-number 2000'],
    [{ endpoints: [{ ...endpoint('crm'), states: ['EARLY'] }] }, 'put-endpoint crm'],
    [{ endpoints: [endpoint('crm', 'y')] }, 'put-endpoint crm'],
  ];
  const all = [
    ...cases,
    ...inside.map(([part, change]) => [directory({ ...entry, ...part }), change] as const),
  ];
  for (const [wanted, change] of all) {
    const { changes } = planChanges(FULL, wanted, { prune: true });
    assert.deepEqual(told(changes), [change]);
    assert.ok(changes.every((one) => 'is' in one && one.is === 'changed'));
  }
});

test('what is not wanted is left alone and named', () => {
  const wanted = acme(user('anna', { numbers: ['+358401', '+358402'], email: 'anna@acme.example' }));
  const { changes, leftAlone } = planChanges(FULL, { ...wanted, sources: [] }, { prune: false });
  assert.ok(changes.every((change) => 'is' in change));
  assert.deepEqual(leftAlone, [
    { what: 'source', id: 'pbx' },
    { what: 'user', id: 'bert', organisationId: 'acme' },
    { what: 'function number', id: '2000', organisationId: 'acme' },
    { what: 'endpoint', id: 'crm', organisationId: 'acme' },
  ]);
});

test('pruning removes what is not wanted, before anything is put', () => {
  const { changes, leftAlone } = planChanges(FULL, acme(user('carl', { devices: [phone('A')] })), {
    prune: true,
  });
  assert.deepEqual(leftAlone, []);
  assert.deepEqual(told(changes), [
    'remove-user anna',
    'remove-user bert',
    'remove-function-number',
    'remove-endpoint',
    'put-organisation acme',
    'put-user carl',
  ]);
});

test('an organisation is removed as a whole', () => {
  const { changes } = planChanges(FULL, directory(), { prune: true });
  assert.deepEqual(changes, [{ do: 'remove-organisation', organisationId: 'acme' }]);
});

test('who gives a phone away comes before who takes it', () => {
  const before = acme(user('anna'), user('bert', { devices: [phone('A')] }));
  const after = acme(user('anna', { devices: [phone('A')] }), user('bert'));
  assert.deepEqual(told(planChanges(before, after, { prune: false }).changes), [
    'put-user bert',
    'put-user anna',
  ]);
});

test('a number that moves to a new user is given away first', () => {
  const before = acme(user('bert', { numbers: ['+358401', '+358402'] }));
  const after = acme(user('anna', { numbers: ['+358401'] }), user('bert', { numbers: ['+358402'] }));
  assert.deepEqual(told(planChanges(before, after, { prune: false }).changes), [
    'put-user bert',
    'put-user anna',
  ]);
});

test('two users exchange phones: both let go before one takes', () => {
  const before = acme(user('anna', { devices: [phone('A')] }), user('bert', { devices: [phone('B')] }));
  const after = acme(user('anna', { devices: [phone('B')] }), user('bert', { devices: [phone('A')] }));
  const { changes } = planChanges(before, after, { prune: false });
  const devices = changes.map((change) =>
    change.do === 'put-user' ? [change.user.userId, change.user.devices] : [],
  );
  assert.deepEqual(devices, [
    ['anna', []],
    ['bert', []],
    ['anna', [phone('B')]],
    ['bert', [phone('A')]],
  ]);
});

test('a phone moves from one organisation to another', () => {
  const before = directory(
    organisation('acme', { users: [user('anna', { devices: [phone('A')] })] }),
    organisation('beta', { users: [user('bert')] }),
  );
  const after = directory(
    organisation('beta', { users: [user('bert', { devices: [phone('A')] })] }),
    organisation('acme', { users: [user('anna')] }),
  );
  const { changes, conflicts } = planChanges(before, after, { prune: false });
  assert.deepEqual(told(changes), ['put-user anna', 'put-user bert']);
  assert.deepEqual(conflicts, []);
});

test('a phone of somebody who stays without being wanted is a conflict, also across organisations', () => {
  const before = acme(user('anna', { devices: [phone('A'), phone('B')], numbers: ['+358401'] }));
  const sameNumber = acme(user('bert', { numbers: ['+358401'] }));
  assert.deepEqual(planChanges(before, sameNumber, { prune: false }).conflicts, [
    {
      kind: 'held',
      thing: 'number',
      wantedBy: { organisationId: 'acme', userId: 'bert' },
      heldBy: { organisationId: 'acme', userId: 'anna' },
    },
  ]);
  const stranger = user('bert', { devices: [phone('A'), phone('B')], numbers: ['+358401'] });
  const elsewhere = directory(organisation('beta', { users: [stranger] }));
  const held = ['A', 'B'].map((address) => ({
    kind: 'held',
    thing: 'device',
    wantedBy: { organisationId: 'beta', userId: 'bert' },
    heldBy: { organisationId: 'acme', userId: 'anna' },
    device: { source: 'pbx', address },
  }));
  // Each, so that their number does not tell that they are one person's.
  assert.deepEqual(planChanges(before, elsewhere, { prune: false }).conflicts, held);
  assert.deepEqual(planChanges(before, elsewhere, { prune: true }).conflicts, []);
});

test('a function number that stays cannot be a wanted user’s number, nor the other way round', () => {
  const holder = { organisationId: 'acme' };
  const asFunction = directory(organisation('acme', { functionNumbers: [{ number: '1001', kind: 'IVR' }] }));
  const asExtension = acme(user('anna', { extensions: ['1001'] }));
  const anna = { ...holder, userId: 'anna' };
  assert.deepEqual(planChanges(asFunction, asExtension, { prune: false }).conflicts, [
    { kind: 'held', thing: 'number', wantedBy: anna, heldBy: holder },
  ]);
  assert.deepEqual(planChanges(asExtension, asFunction, { prune: false }).conflicts, [
    { kind: 'held', thing: 'number', wantedBy: holder, heldBy: anna },
  ]);
});

test('a source is not pruned from under a wanted phone', () => {
  const wanted = { ...acme(user('anna', { devices: [phone('A')] })), sources: [] };
  assert.deepEqual(planChanges(wanted, wanted, { prune: true }).conflicts, []);
  assert.deepEqual(planChanges({ ...wanted, sources: [source('pbx')] }, wanted, { prune: true }).conflicts, [
    { kind: 'source-in-use', sourceId: 'pbx', usedBy: { organisationId: 'acme', userId: 'anna' } },
  ]);
});

test('an endpoint without a secret keeps the one it has, and gets one made only when it is new', () => {
  let made = 0;
  const wanted = {
    organisations: [
      {
        ...organisation('acme'),
        endpoints: [
          { id: 'crm', url: 'https://crm.example/', states: ['EARLY'] as const, delivery: {} },
          { id: 'erp', url: 'https://erp.example/', states: ['EARLY'] as const, delivery: {} },
          endpoint('own', 'given'),
        ],
      },
    ],
  };
  const current = directory(
    organisation('acme', { endpoints: [endpoint('crm', 'kept'), endpoint('own', 'old')] }),
  );
  const { directory: complete, generated } = completeDirectory(wanted, current, {
    signingSecret: () => `made ${++made}`,
    sourceToken: () => 'token',
    nowMs: 0,
  });
  assert.deepEqual(
    complete.organisations[0]?.endpoints.map(({ secret }) => secret),
    ['kept', 'made 1', 'given'],
  );
  assert.deepEqual(generated, [
    { of: 'endpoint', organisationId: 'acme', endpointId: 'erp', secret: 'made 1' },
  ]);
});

test('a source that is posted to keeps its token; a new one, or one that was read before, gets one made', () => {
  const posted = (id: string) => ({ id, kind: 'http', defaultDeviceType: 'DESKTOP' }) as const;
  const current = { ...EMPTY, sources: [{ ...posted('old'), secret: 'kept' }, source('was-ami')] };
  const wanted = {
    sources: [posted('old'), posted('new'), posted('was-ami'), { ...posted('given'), secret: 'g' }],
  };
  const { directory: complete, generated } = completeDirectory(wanted, current, NO_SECRETS);
  assert.deepEqual(
    complete.sources.map(({ secret }) => secret),
    ['kept', 'token', 'token', 'g'],
  );
  assert.deepEqual(generated, [
    { of: 'source', sourceId: 'new', secret: 'token' },
    { of: 'source', sourceId: 'was-ami', secret: 'token' },
  ]);
});

test('a file that does not say what an organisation may add leaves it; of a new one nothing may be added', () => {
  const { endpoints: _, privacy: __, allowedDevices: ___, ...plain } = organisation('acme');
  const wanted = {
    organisations: [plain, { ...plain, id: 'new' }].map((one) => ({ ...one, endpoints: [] })),
  };
  const current = directory(organisation('acme', { allowedDevices: 'all' }));
  const { directory: complete } = completeDirectory(wanted, current, NO_SECRETS);
  assert.deepEqual(
    complete.organisations.map(({ allowedDevices }) => allowedDevices),
    ['all', NO_DEVICES],
  );
});

test('a source is not pruned while an organisation may add devices of it', () => {
  const allowed = organisation('acme', { allowedDevices: [{ source: 'pbx', devices: ['*'] }] });
  const wanted = { sources: [], organisations: [allowed] };
  const { conflicts } = planChanges({ ...wanted, sources: [source('pbx')] }, wanted, { prune: true });
  const usedBy = { organisationId: 'acme', allowed: true };
  assert.deepEqual(conflicts, [{ kind: 'source-in-use', sourceId: 'pbx', usedBy }]);
});

test('what a file does not speak of stays as it is, even when it is pruned', () => {
  const { directory: complete } = completeDirectory({ organisations: [] }, FULL, NO_SECRETS);
  assert.deepEqual(planChanges(FULL, complete, { prune: true }).changes, [
    { do: 'remove-organisation', organisationId: 'acme' },
  ]);
});
