import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { OPEN_PRIVACY, type PrivacySettings } from '../../src/policy/organisation.ts';
import { applyPrivacy, mask, withoutRemoved } from '../../src/policy/privacy.ts';

const EVENT: OutwardEvent = {
  call_id: 'tvNAazZlEwDZTCO74Pk95Q',
  branch_id: 'L1FIItkNwW0.',
  timestamp: '2021-09-30T10:36:19.315+00:00',
  state: 'EARLY',
  direction: 'INCOMING',
  local_email: 'local@acme.example',
  local_user_id: 'local',
  local_number: '+358942721001',
  device_type: 'SOFT',
  remote_email: 'remote@acme.example',
  remote_user_id: 'remote',
  remote_number: '+358942721002',
};

const number = fc
  .tuple(fc.constantFrom('', '+'), fc.stringMatching(/^[0-9]{1,20}$/))
  .map(([plus, digits]) => plus + digits);
const digits = fc.integer({ min: 1, max: 15 });

test('masking hides exactly the last digits and changes nothing else', () => {
  fc.assert(
    fc.property(number, digits, (value, count) => {
      const masked = mask(value, count);
      assert.equal(masked.length, value.length);
      const length = value.replace('+', '').length;
      const hidden = Math.min(count, length);
      assert.equal(masked, value.slice(0, value.length - hidden) + 'X'.repeat(hidden));
    }),
  );
});

test('a number with fewer digits than are to be masked is masked whole, its plus stays', () => {
  assert.equal(mask('+12', 4), '+XX');
  assert.equal(mask('101', 15), 'XXX');
});

test('a SIP name is masked whole, so that no part of a person stays', () => {
  assert.equal(mask('matti.virtanen1234', 4), 'X'.repeat(18));
});

test("the seed's example of four digits", () => {
  assert.equal(mask('+358942721001', 4), '+35894272XXXX');
});

const SETTINGS: [name: string, settings: Partial<PrivacySettings>, gone: (keyof OutwardEvent)[]][] = [
  ['Remove Local User-Id', { removeLocalUserId: true }, ['local_user_id']],
  ['Modify Local Number: Remove', { modifyLocalNumber: 'remove' }, ['local_number']],
  ['Remove Local Email', { removeLocalEmail: true }, ['local_email']],
  ['Remove Remote User-Id', { removeRemoteUserId: true }, ['remote_user_id']],
  ['Modify Remote Number: Remove', { modifyRemoteNumber: 'remove' }, ['remote_number']],
  ['Remove Remote Email', { removeRemoteEmail: true }, ['remote_email']],
  ['Remove Device Type', { removeDeviceType: true }, ['device_type']],
];

for (const [name, settings, gone] of SETTINGS) {
  test(`${name} takes out ${gone.join(', ')} and nothing else`, () => {
    const shared = applyPrivacy(EVENT, { ...OPEN_PRIVACY, ...settings });
    const expected: Partial<OutwardEvent> = { ...EVENT };
    for (const key of gone) delete expected[key];
    assert.deepEqual(shared, expected);
  });
}

test('with every setting on, no personal data is left', () => {
  const shared = applyPrivacy(EVENT, {
    removeLocalUserId: true,
    modifyLocalNumber: 'remove',
    removeLocalEmail: true,
    removeRemoteUserId: true,
    modifyRemoteNumber: { mask: 15 },
    removeRemoteEmail: true,
    removeDeviceType: true,
  });
  const { call_id, branch_id, timestamp, state, direction, ...rest } = shared;
  assert.ok(call_id && branch_id && timestamp && state && direction);
  assert.deepEqual(rest, { remote_number: '+XXXXXXXXXXXX' });
});

test('a withheld number stays `anonymous` under a mask', () => {
  const event = { ...EVENT, remote_number: 'anonymous' };
  assert.equal(
    applyPrivacy(event, { ...OPEN_PRIVACY, modifyRemoteNumber: { mask: 4 } }).remote_number,
    'anonymous',
  );
});

test('the event that comes in is left as it is', () => {
  const before = structuredClone(EVENT);
  applyPrivacy(EVENT, { ...OPEN_PRIVACY, removeLocalEmail: true, modifyLocalNumber: { mask: 3 } });
  assert.deepEqual(EVENT, before);
});

test('settings for one direction leave the other as it is, in what is told and in what is remembered', () => {
  const settings: PrivacySettings = {
    ...OPEN_PRIVACY,
    removeLocalUserId: true,
    modifyRemoteNumber: 'remove',
    onlyDirection: 'OUTGOING',
  };
  const { local_user_id: _, remote_number: __, ...less } = EVENT;
  const remembered = { direction: 'INCOMING' as const, remoteNumber: '+358942721002' };
  assert.deepEqual(applyPrivacy(EVENT, settings), EVENT);
  assert.deepEqual(withoutRemoved(remembered, settings), remembered);
  const outgoing = { direction: 'OUTGOING' as const };
  assert.deepEqual(applyPrivacy({ ...EVENT, ...outgoing }, settings), { ...less, ...outgoing });
  assert.deepEqual(withoutRemoved({ ...remembered, ...outgoing }, settings), outgoing);
});
