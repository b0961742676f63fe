import assert from 'node:assert/strict';
import test from 'node:test';
import {
  guardedLookup,
  isAllowedAddress,
  isAllowedHost,
  parseAllowed,
} from '../../src/delivery/address-guard.ts';

const REFUSED = [
  '0.0.0.0',
  '0.1.2.3',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.1', // carrier-grade NAT
  '127.0.0.1',
  '127.255.255.254',
  '169.254.0.1',
  '169.254.169.254', // cloud metadata
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1', // documentation
  '192.88.99.1', // 6to4 relay
  '192.168.0.1',
  '198.18.0.1', // benchmarking
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a9fe:a9fe', // cloud metadata, mapped
  '::127.0.0.1', // IPv4-compatible
  '64:ff9b::7f00:1', // NAT64 of loopback
  '64:ff9b:1::1',
  '100::1', // discard
  '2001::1', // Teredo
  '2001:db8::1',
  '2002:7f00:1::', // 6to4 of loopback
  'fc00::1',
  'fd00:ec2::254', // cloud metadata
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1', // old site-local
  'ff02::1',
  '4000::1',
  'not an address',
  '',
];

for (const address of REFUSED) {
  test(`${address || 'the empty text'} is refused`, () => {
    assert.equal(isAllowedAddress(address, []), false);
  });
}

for (const address of [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '172.15.0.1',
  '172.32.0.1',
  '2606:4700::1111',
  '2a00:1450::1',
  '::ffff:8.8.8.8',
]) {
  test(`${address} is allowed`, () => {
    assert.equal(isAllowedAddress(address, []), true);
  });
}

test('the operator’s ranges are allowed, and only they', () => {
  const { allowed, problems } = parseAllowed(['10.20.0.0/16', 'fd00::/8', '127.0.0.1']);
  assert.deepEqual(problems, []);
  const ok = (address: string) => isAllowedAddress(address, allowed);
  assert.deepEqual(
    ['10.20.1.1', '10.21.0.1', 'fd12::1', '127.0.0.1', '127.0.0.2', '::ffff:10.20.1.1', '::1'].map(ok),
    [true, false, true, true, false, true, false],
  );
});

test('an entry that is no range is told', () => {
  const { problems } = parseAllowed(['10.20.0.0/99', 'localhost', '', '10.0.0.0/8']);
  assert.equal(problems.length, 3);
  assert.match(problems[1]!, /"localhost" is not an address range; write it like 10\.20\.0\.0\/16/);
});

test('a host that is a name is left to the lookup', () => {
  assert.ok(isAllowedHost('crm.example', []));
  assert.ok(!isAllowedHost('[::1]', []));
  assert.ok(!isAllowedHost('10.0.0.1', []));
});

for (const all of [true, false]) {
  test(`a name that resolves to loopback only is an error (${all ? 'all addresses' : 'one address'} asked for)`, async () => {
    const error = await new Promise((resolve) => guardedLookup([])('localhost', { all }, resolve));
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ADDRESS_NOT_ALLOWED');
  });
}
