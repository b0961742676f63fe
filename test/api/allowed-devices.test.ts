/** Which devices an organisation's own administrators may add, and that they hear nothing of anybody else's. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import type { AllowedDevices } from '../../src/policy/allowed-devices.ts';
import { startApi, twoOrganisations, type Client } from '../support/api.ts';

const BETA = 'organisations/beta';
const NOT_ALLOWED =
  'Your operator has not allowed this organisation to use this device. Ask the operator, or take another one.';

/** Beta's administrators may add what is said; acme has PJSIP/1001 to PJSIP/1003, and `secret-pbx` is nobody's business. */
async function world(t: TestContext, allowedDevices: AllowedDevices) {
  const { sources, organisations } = twoOrganisations();
  const [acme, beta] = organisations;
  const hidden = { id: 'secret-pbx', kind: 'http', secret: 'chsrc_', defaultDeviceType: 'DESKTOP' } as const;
  const directory = {
    sources: [...sources, hidden],
    organisations: [acme!, { ...beta!, allowedDevices }],
  };
  const api = await startApi(t, { directory });
  const administrator = (await api.account('administrator', 'beta')).client;
  const operator = (await api.account('operator')).client;
  return { ...api, administrator, operator };
}

const put = (client: Client, source: string, address: string) =>
  client('PUT', `${BETA}/users/kaisa`, { devices: [{ source, address }] });
const brought = (client: Client, source: string, address: string) =>
  client('POST', `${BETA}/users/import`, {
    users: [{ user_id: 'other' }, { user_id: 'kaisa', devices: [{ source, address }] }],
  });

test('outside of what is allowed every device is answered alike: taken or free, of a source that is there or not', async (t) => {
  const { administrator, store } = await world(t, [{ source: 'pbx', devices: ['PJSIP/beta-*'] }]);
  const key = { 'x-request-id': 'the-same' };
  const revision = await store.directory.revision();
  const device = fc.record({
    source: fc.constantFrom('pbx', 'secret-pbx', 'nowhere', 'pb'),
    address: fc.constantFrom('PJSIP/1001', 'PJSIP/9999', 'no address at all', 'PJSIP/beta', 'x'),
  });
  for (const [ask, pointer] of [
    [put, '/devices/0'],
    [brought, '/users/1/devices/0'],
  ] as const) {
    const same: Client = (method, path, body) => administrator(method, path, body, key);
    const expected = await ask(same, 'pbx', 'PJSIP/1001');
    assert.deepEqual([expected.status, expected.body.code], [422, 'REQUEST_INVALID']);
    assert.deepEqual(expected.body.errors, [
      { in: 'body', pointer, message: NOT_ALLOWED, code: 'DEVICE_NOT_ALLOWED' },
    ]);
    await fc.assert(
      fc.asyncProperty(device, async ({ source, address }) => {
        assert.equal((await ask(same, source, address)).text, expected.text);
      }),
      { numRuns: 20 },
    );
  }
  assert.equal(await store.directory.revision(), revision);
});

test('what is allowed is added; if somebody has it, nobody hears who', async (t) => {
  const allowed = [{ source: 'pbx', devices: ['PJSIP/beta-*', 'PJSIP/1001'] }];
  const { administrator, key, store } = await world(t, allowed);
  assert.equal((await put(administrator, 'pbx', 'PJSIP/beta-7')).status, 201);
  assert.deepEqual((await store.directory.user('beta', 'kaisa'))?.devices, [
    { source: 'pbx', address: 'PJSIP/beta-7' },
  ]);
  const taken = 'This device is in use already. Ask your operator.';
  const devices = [
    { source: 'pbx', address: 'PJSIP/beta-8' },
    { source: 'pbx', address: 'PJSIP/1001' },
  ];
  const refused = await administrator('PUT', `${BETA}/users/matti`, { devices });
  assert.deepEqual([refused.status, refused.body.code], [409, 'CONFLICT']);
  assert.equal(refused.body.detail, `Nothing was changed. ${taken}`);
  const error = { in: 'body', message: taken, code: 'DEVICE_IN_USE' };
  assert.deepEqual(refused.body.errors, [{ ...error, pointer: '/devices/1' }]);
  const rows = await brought(administrator, 'pbx', 'PJSIP/1001');
  assert.deepEqual(rows.body.errors, [{ ...error, pointer: '/users/1/devices/0' }]);
  assert.doesNotMatch(refused.text + rows.text, /acme|secret-pbx/);
  // An organisation's key is bound as its administrators are.
  const { client: program } = await key('write', 'beta');
  assert.equal((await put(program, 'pbx', 'PJSIP/other')).body.errors[0].code, 'DEVICE_NOT_ALLOWED');
});

test('what an organisation has already it keeps, moves and takes away; the operator adds what he likes', async (t) => {
  const { administrator, operator } = await world(t, []);
  assert.equal((await put(operator, 'pbx', 'PJSIP/7')).status, 201);
  const path = `${BETA}/users/kaisa`;
  const again = { ...(await administrator('GET', path)).body, extensions: ['7'] };
  assert.equal((await administrator('PUT', path, again, { 'if-match': '*' })).status, 200);
  const more = { devices: [...again.devices, { source: 'pbx', address: 'PJSIP/8' }] };
  const refused = await administrator('PUT', path, more, { 'if-match': '*' });
  assert.deepEqual(refused.body.errors[0].pointer, '/devices/1');
  const users = [
    { user_id: 'kaisa', devices: [] },
    { user_id: 'matti', devices: again.devices },
  ];
  assert.equal((await administrator('POST', `${BETA}/users/import`, { users })).body.created, 1);
  assert.equal((await administrator('PUT', `${BETA}/users/matti`, {}, { 'if-match': '*' })).status, 200);
  const late = await administrator('PUT', path, { devices: again.devices }, { 'if-match': '*' });
  assert.equal(late.body.errors[0].code, 'DEVICE_NOT_ALLOWED', 'what was given up is an addition again');
  const held = await operator(
    'PUT',
    path,
    { devices: [{ source: 'pbx', address: 'PJSIP/1001' }] },
    { 'if-match': '*' },
  );
  assert.match(held.body.detail, /This device belongs to a user of organisation acme\./);
});

test('the operator alone says what may be added; who is silent about it changes nothing of it', async (t) => {
  const { administrator, operator, store } = await world(t, 'all');
  const read = await administrator('GET', BETA);
  assert.equal(read.body.allowed_devices, 'all');
  assert.equal((await administrator('PUT', BETA, read.body, { 'if-match': '*' })).status, 403);
  const change = async (allowed_devices: unknown) => {
    const body = {
      name: 'Beta',
      default_country: 'FI',
      ...(allowed_devices !== undefined && { allowed_devices }),
    };
    return operator('PUT', BETA, body, { 'if-match': '*' });
  };
  const some = [{ source: 'pbx', devices: ['PJSIP/beta-*', '*@beta.example'] }];
  assert.deepEqual((await change(some)).body.allowed_devices, some);
  assert.deepEqual((await change(undefined)).body.allowed_devices, some);
  const [entry] = (await operator('GET', `${BETA}/audit?thing=organisation`)).body.items;
  assert.deepEqual([entry.before.allowed_devices, entry.after.allowed_devices], ['all', some]);
  const wrong = async (allowed: unknown) =>
    (await change(allowed)).body.errors.map(
      ({ pointer, message }: Record<string, string>) => `${pointer} ${message}`,
    );
  assert.deepEqual(await wrong([{ source: 'pxb', devices: ['*'] }]), [
    '/allowed_devices/0/source is no known source; known are pbx, secret-pbx',
  ]);
  assert.deepEqual(await wrong([{ source: 'pbx', devices: ['a*b'] }]), [
    '/allowed_devices/0/devices/0 may have `*` at its beginning or at its end, once',
  ]);
  await change([{ source: 'secret-pbx', devices: ['*'] }]);
  const inUse = await operator('DELETE', 'sources/secret-pbx');
  assert.deepEqual([inUse.status, inUse.body.code], [409, 'CONFLICT']);
  await change([]);
  assert.equal((await operator('DELETE', 'sources/secret-pbx')).status, 204);
  const made = await operator('PUT', 'organisations/gamma', { name: 'Gamma', default_country: 'FI' });
  assert.deepEqual(made.body.allowed_devices, []);
  assert.deepEqual((await store.directory.organisation('gamma'))?.allowedDevices, []);
});

test('of the devices that nobody has an organisation sees what it may add, the operator all', async (t) => {
  const { administrator, operator, store } = await world(t, [{ source: 'pbx', devices: ['PJSIP/beta-*'] }]);
  const seen = ['PJSIP/beta-1', 'PJSIP/trunk', 'PJSIP/1001'].map((address) => ({
    sourceId: 'pbx',
    address,
    events: 1,
    firstAtMs: 1,
    lastAtMs: 1,
  }));
  await store.log.addUnknownDevices(seen);
  const told = async (client: Client, path: string) =>
    (await client('GET', path)).body.items.map(({ address }: { address: string }) => address);
  assert.deepEqual(await told(administrator, `${BETA}/unknown-devices`), ['PJSIP/beta-1']);
  assert.deepEqual(await told(operator, `${BETA}/unknown-devices`), ['PJSIP/beta-1']);
  assert.deepEqual(await told(operator, 'unknown-devices'), ['PJSIP/beta-1', 'PJSIP/trunk']);
  assert.equal((await operator('GET', 'organisations/none/unknown-devices')).status, 404);
});
