import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isKnownCountry, normaliseNumber, toE164, withoutSipParts } from '../../src/policy/phone-number.ts';

test('a public number is read as E.164, however it is written', () => {
  const written: readonly (readonly [string, string, string])[] = [
    ['0409401234', 'FI', '+358409401234'],
    ['040 940 1234', 'FI', '+358409401234'],
    ['040-940-1234', 'FI', '+358409401234'],
    ['040.940.1234', 'FI', '+358409401234'],
    ['(09) 4272 1001', 'FI', '+358942721001'],
    ['+358 (0)9 4272 1001', 'FI', '+358942721001'],
    ['+358942721001', 'FI', '+358942721001'],
    ['+358942721001', 'US', '+358942721001'],
    ['00358942721001', 'FI', '+358942721001'],
    ['011 358 942721001', 'US', '+358942721001'],
    ['358942721001', 'FI', '+358942721001'],
    ['942721001', 'FI', '+358942721001'],
    ['2125551234', 'US', '+12125551234'],
    ['1 (212) 555-1234', 'US', '+12125551234'],
    ['22 33 44 55', 'NO', '+4722334455'],
    ['06 1234 5678', 'IT', '+390612345678'],
    ['8 (495) 123-45-67', 'RU', '+74951234567'],
    ['011 15 2345-6789', 'AR', '+5491123456789'],
    ['020202', 'FI', '+35820202'],
    ['321234', 'GL', '+299321234'],
  ];
  for (const [number, country, e164] of written) assert.equal(toE164(number, country), e164, number);
});

test('an extension, a feature code, an emergency or other short number never becomes a public number', () => {
  const own: readonly (readonly [string, string])[] = [
    ['1001', 'FI'],
    ['1001', 'DE'],
    ['1001', 'LU'],
    ['2901', 'SH'],
    ['10022', 'FI'],
    ['12345', 'AT'],
    ['100123', 'FI'],
    ['401234', 'FI'],
    ['100100', 'LU'],
    ['*8', 'FI'],
    ['*72', 'FI'],
    ['*31#0409401234', 'FI'],
    ['#31#', 'FI'],
    ['112', 'FI'],
    ['911', 'US'],
    ['000', 'AU'],
    ['116117', 'FI'],
    ['116117', 'DE'],
    ['118', 'FI'],
    ['0112', 'FI'],
    ['+358112', 'FI'],
    ['alice', 'FI'],
    ['1-800-FLOWERS', 'US'],
  ];
  for (const [number, country] of own) {
    assert.equal(toE164(number, country), undefined, `${number} in ${country}`);
    assert.equal(normaliseNumber(number, country), number);
  }
});

test('a prefix of another country is not taken for an international one', () => {
  assert.equal(toE164('00358942721001', 'US'), undefined);
});

test('what hides a number in other text is not a number', () => {
  for (const text of [
    'tel:0409401234',
    '0409401234 ext 5',
    '0409401234;phone-context=fi',
    'call 0409401234',
  ]) {
    assert.equal(toE164(text, 'FI'), undefined, text);
  }
});

test('a number is found in what SIP lays around it, and only a number', () => {
  for (const [text, number] of [
    ['+358409401234;cpc=ordinary', '+358409401234'],
    ['0409401234;isub=12', '0409401234'],
    ['tel:+358-40-940-1234', '+358-40-940-1234'],
    ['tel:+358409401234;phone-context=+358', '+358409401234'],
    ['SIP:+358409401234;cpc=ordinary@192.0.2.1:5060;user=phone', '+358409401234'],
    ['+358409401234@carrier.example', '+358409401234'],
    ['+358409401234', '+358409401234'],
  ] as const) {
    assert.equal(withoutSipParts(text), number);
  }
  for (const text of [
    '0409401234;phone-context=+46',
    'alice@acme.example',
    'call 0409401234',
    '+3584094\r\nEvent: Hangup',
    '+3584094;x=1\r\nEvent: Hangup',
    '',
  ]) {
    assert.equal(withoutSipParts(text), text);
  }
});

test('a range too new for the metadata is still read when it is written with +', () => {
  assert.equal(toE164('+35840940', 'FI'), '+35840940');
});

test('of an unknown country only numbers with + are read', () => {
  assert.equal(isKnownCountry('XX'), false);
  assert.equal(toE164('+358409401234', 'XX'), '+358409401234');
  assert.equal(toE164('0409401234', 'XX'), undefined);
});

test('a SIP name goes out as it is', () => {
  for (const name of ['alice', 'matti.virtanen', 'a_b-c~d', '1001#2', '+1001']) {
    assert.equal(normaliseNumber(name, 'FI'), name);
  }
});

test('what is empty, has white space, control characters or signs of other kinds in it goes nowhere', () => {
  const odd = [
    '',
    ' ',
    '10 01',
    '1001\r\n',
    '04094\n01234',
    '\u0000',
    '1001@pbx',
    '<1001>',
    '"x"',
    '+',
    '..',
    'ä',
    '１００１',
  ];
  for (const text of [...odd, '1'.repeat(65)])
    assert.equal(normaliseNumber(text, 'FI'), undefined, JSON.stringify(text));
});

const COUNTRIES = [
  'FI',
  'SE',
  'DE',
  'AT',
  'IT',
  'GB',
  'US',
  'AR',
  'MX',
  'BR',
  'RU',
  'HU',
  'EE',
  'NO',
  'GL',
  'LU',
  'XX',
];
const DIGITS = Array.from('0123456789');
const anyNumber = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...DIGITS), maxLength: 18 }),
  fc.string({ unit: fc.constantFrom(...DIGITS, ...Array.from('+*# ().-\n\t')), maxLength: 24 }),
  fc.string({ unit: fc.constantFrom(...DIGITS), maxLength: 15 }).map((digits) => `+${digits}`),
);

test('whatever a PBX writes, nothing but a short plain word comes out', () => {
  fc.assert(
    fc.property(anyNumber, fc.constantFrom(...COUNTRIES), (number, country) => {
      const outward = normaliseNumber(number, country);
      if (outward !== undefined) assert.match(outward, /^[A-Za-z0-9+*#._~-]{1,64}$/);
      const e164 = toE164(number, country);
      if (e164 !== undefined) assert.match(e164, /^\+[1-9]\d{4,16}$/);
    }),
    { numRuns: 5_000 },
  );
});

test('what came out once stays the same when it is read again', () => {
  fc.assert(
    fc.property(anyNumber, fc.constantFrom(...COUNTRIES), (number, country) => {
      const once = normaliseNumber(number, country);
      if (once !== undefined) assert.equal(normaliseNumber(once, country), once);
    }),
    { numRuns: 10_000 },
  );
});
