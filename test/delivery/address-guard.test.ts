import assert from 'node:assert/strict';
import test from 'node:test';
import {
  guardedLookup,
  isAllowedAddress,
  NOTHING_MORE,
  parseAllowed,
  refusalOf,
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
  '2002:a9fe:a9fe::1', // 6to4 of cloud metadata
  '64:ff9b::a9fe:a9fe', // NAT64 of cloud metadata
  '2001:20::1', // ORCHID
  '2001:0:7f00:1::', // Teredo
  '::ffff:0:127.0.0.1', // translated (SIIT)
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
    assert.equal(isAllowedAddress(address, NOTHING_MORE), false);
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
    assert.equal(isAllowedAddress(address, NOTHING_MORE), true);
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

test('an entry that is neither a range nor a host name is told', () => {
  const { problems } = parseAllowed([
    '10.20.0.0/99',
    'a b',
    '',
    '10.0.0.0/8',
    'crm.example',
    '10.1',
    '0x7f.1',
  ]);
  assert.equal(problems.length, 5);
  assert.match(
    problems[1]!,
    /"a b" is neither a range of addresses nor a host name; write it like 10\.20\.0\.0\/16/,
  );
});

test('a listed name may be private, another one that only looks like it may not', () => {
  const { allowed } = parseAllowed(['CRM.example', '*.internal.example']);
  const ok = (host: string) => isAllowedAddress('10.0.0.1', allowed, host);
  assert.deepEqual(
    [
      'crm.example',
      'crm.example.',
      'a.internal.example',
      'internal.example',
      'xcrm.example',
      'crm.example.evil.test',
    ].map(ok),
    [true, true, true, false, false, false],
  );
});

const refused = (url: string, ports: number[] = []) => {
  const { hostname, port } = new URL(url);
  return refusalOf(hostname, Number(port || 443), parseAllowed([], ports).allowed)?.code;
};

for (const host of [
  '127.0.0.1',
  '127.1',
  '2130706433', // loopback as one number
  '0x7f000001',
  '0177.0.0.1', // octal
  '0x7f.1',
  '①②⑦.0.0.1',
  '127.0.0.1.',
  '0',
  '0xa9fea9fe', // cloud metadata
  '[::1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[0:0:0:0:0:ffff:10.0.0.1]',
  '[64:ff9b::10.0.0.1]',
]) {
  test(`a URL with the host ${host} is refused`, () => {
    assert.equal(refused(`https://${host}/`), 'ADDRESS_NOT_ALLOWED');
  });
}

test('a host that is a name is left to the lookup', () => {
  assert.equal(refused('https://crm.example/'), undefined);
});

test('ports below 1024 are refused but 443, unless the operator lists them', () => {
  for (const port of [22, 25, 53, 80, 444, 993, 1_023]) {
    assert.equal(refused(`https://crm.example:${port}/`), 'PORT_NOT_ALLOWED');
    assert.equal(refused(`https://crm.example:${port}/`, [port]), undefined);
  }
  for (const port of [443, 1_024, 8_443, 65_535])
    assert.equal(refused(`https://crm.example:${port}/`), undefined);
});

for (const all of [true, false]) {
  test(`a name that resolves to loopback only is an error (${all ? 'all addresses' : 'one address'} asked for)`, async () => {
    const error = await new Promise((resolve) => guardedLookup(NOTHING_MORE)('localhost', { all }, resolve));
    assert.ok(error instanceof Error && 'code' in error && error.code === 'ADDRESS_NOT_ALLOWED');
  });
}
