/** Which devices an organisation's own administrators may put into its directory. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { allows, mayHave, NO_DEVICES, type AllowedDevices } from '../../src/policy/allowed-devices.ts';
import { OPEN_PRIVACY, type Device } from '../../src/policy/organisation.ts';

const on = (source: string, address: string): Device => ({ source, address });
const organisation = (allowedDevices: AllowedDevices, devices: readonly Device[] = []) => ({
  id: 'acme',
  name: 'Acme',
  defaultCountry: 'FI',
  privacy: OPEN_PRIVACY,
  allowedDevices,
  users: [{ userId: 'anna', numbers: [], extensions: [], devices }],
  functionNumbers: [],
  endpoints: [],
});

test('a device is allowed by its address, by what it begins with, or by what it ends with, on its source alone', () => {
  const isAllowed = allows([
    { source: 'pbx', devices: ['PJSIP/1001', 'PJSIP/acme-*'] },
    { source: 'fs', devices: ['*@acme.example'] },
  ]);
  for (const device of [on('pbx', 'PJSIP/1001'), on('pbx', 'PJSIP/acme-7'), on('fs', '7@acme.example')])
    assert.equal(isAllowed(device), true, device.address);
  for (const device of [
    on('pbx', 'PJSIP/10010'),
    on('pbx', 'PJSIP/acme'),
    on('pbx', 'pjsip/acme-7'),
    on('pbx', 'PJSIP/beta-acme-7'),
    on('fs', 'PJSIP/1001'),
    on('fs', '7@beta.acme.example'),
    on('fs', '7@acme.example.com'),
    on('other', 'PJSIP/1001'),
  ])
    assert.equal(isAllowed(device), false, device.address);
});

test('`*` allows all of a source, `all` everything, and without a word nothing is', () => {
  const device = fc.record({ source: fc.constantFrom('pbx', 'fs'), address: fc.string() });
  fc.assert(
    fc.property(device, (one) => {
      assert.equal(allows([{ source: 'pbx', devices: ['*'] }])(one), one.source === 'pbx');
      assert.equal(allows('all')(one), true);
      assert.equal(allows(NO_DEVICES)(one), false);
    }),
  );
});

test('whatever is allowed is one of the addresses, or has the beginning or end that is named', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '@', '\\', '.', '%', '_'), maxLength: 5 });
  const pattern = fc.oneof(
    text.filter((one) => one !== ''),
    text.map((one) => `${one}*`),
    text.map((one) => `*${one}`),
  );
  fc.assert(
    fc.property(fc.array(pattern, { maxLength: 4 }), text, (devices, address) => {
      const expected = devices.some((one) => {
        const [head, tail] = one.split('*');
        if (tail === undefined) return address === one;
        return address.slice(0, head!.length) === head && (tail === '' || address.endsWith(tail));
      });
      assert.equal(allows([{ source: 'pbx', devices }])(on('pbx', address)), expected);
    }),
  );
});

test('what an organisation has it may keep, and nothing else comes with it', () => {
  const isFine = mayHave(organisation(NO_DEVICES, [on('pbx', 'PJSIP/9*'), on('fs', '*')]));
  assert.deepEqual(
    [on('pbx', 'PJSIP/9*'), on('fs', '*'), on('pbx', 'PJSIP/91'), on('fs', '1'), on('fs', 'PJSIP/9*')].map(
      isFine,
    ),
    [true, true, false, false, false],
  );
});
