/** Users as CSV: what spreadsheets write is read, what is written is read again as it was. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { parseCsv, textOfFile, writeCsv } from '../../portal/src/rooms/users/csv.ts';
import {
  readUsers,
  rowsOf,
  type ColumnName,
  type DeviceType,
  type User,
} from '../../portal/src/rooms/users/user-columns.ts';
import { COUNTRIES } from '../../portal/src/rooms/organisations/countries.ts';
import { idOfName } from '../../portal/src/rooms/organisations/id-of-name.ts';
import { isKnownCountry } from '../../src/policy/phone-number.ts';
import { DEVICE_TYPES } from '../../src/policy/device-type.ts';

const TITLES: Record<'en' | 'fi', Record<ColumnName, string>> = {
  en: {
    user_id: 'User id',
    email: 'E-mail',
    numbers: 'Numbers',
    extensions: 'Extensions',
    phone: 'Phone',
    phone_type: 'Phone type',
    phone_system: 'Phone system',
  },
  fi: {
    user_id: 'Käyttäjätunnus',
    email: 'Sähköposti',
    numbers: 'Numerot',
    extensions: 'Alanumerot',
    phone: 'Puhelin',
    phone_type: 'Puhelimen tyyppi',
    phone_system: 'Puhelinjärjestelmä',
  },
};

const typeOf = (text: string) => DEVICE_TYPES.find((type) => type === text.toUpperCase());
const read = (text: string, systems = ['pbx']) => readUsers(parseCsv(text), { systems, typeOf });

const USERS: User[] = [
  {
    user_id: 'päivi; "the" boss',
    email: 'paivi@acme.example',
    numbers: ['+358942721001', '+358401234567'],
    extensions: ['1001', '*8'],
    devices: [
      { source: 'pbx', address: 'PJSIP/1001', type: 'DESKTOP' satisfies DeviceType },
      { source: 'other', address: 'sip:paivi@pbx' },
    ],
  },
  { user_id: '=1+1', numbers: [], extensions: [], devices: [] },
];

for (const language of ['en', 'fi'] as const) {
  test(`users written as CSV in ${language} are read as they were`, () => {
    const text = writeCsv(rowsOf(USERS, TITLES[language]), language);
    assert.match(text, language === 'fi' ? /^\ufeffKäyttäjätunnus;/ : /^\ufeffUser id,/);
    assert.doesNotMatch(text, /^=/m, 'no spreadsheet takes it for a formula');
    const sheet = read(textOfFile(new TextEncoder().encode(text)));
    assert.deepEqual([sheet.problems, sheet.unknown], [[], []]);
    assert.deepEqual(sheet.users, USERS);
    assert.deepEqual(sheet.fields, ['email', 'numbers', 'extensions', 'devices']);
  });
}

test('separators and encodings of spreadsheets are recognised', () => {
  const text = 'Käyttäjätunnus;Alanumero\r\npäivi;1001\r\n';
  const expected = [{ user_id: 'päivi', numbers: [], extensions: ['1001'], devices: [] }];
  assert.deepEqual(read(textOfFile(new TextEncoder().encode(text))).users, expected);
  assert.deepEqual(read(textOfFile(Buffer.from(text, 'latin1'))).users, expected, 'Windows-1252');
  const utf16 = Buffer.from(`\ufeff${text.replaceAll(';', '\t')}`, 'utf16le');
  assert.deepEqual(read(textOfFile(utf16)).users, expected, 'UTF-16 with tabs');
});

test('what a file says nothing of is not set, and an e-mail address serves as the user id', () => {
  const sheet = read('E-mail,Extension,Colour\nAino@acme.example,"1001, 1002",red\n\n,,\n');
  assert.deepEqual(sheet.users, [
    {
      user_id: 'Aino@acme.example',
      email: 'Aino@acme.example',
      numbers: [],
      extensions: ['1001', '1002'],
      devices: [],
    },
  ]);
  assert.deepEqual([sheet.fields, sheet.unknown], [['email', 'extensions'], ['Colour']]);
});

test('what is wrong is told with its line and column', () => {
  const text =
    'User id;Phone;Phone type;Phone 2\n"two\nlines";;;\n;PJSIP/1;TABLE;\nx;;;PJSIP/2\ny;;;;more\nz;"a" b;;\n';
  const sheet = read(text, ['one', 'two']);
  assert.deepEqual(
    sheet.problems.map(({ line, code, column = '' }) => `${line} ${code} ${column}`),
    [
      '4 noUser ',
      '4 unknownType Phone type',
      '4 whichSystem Phone',
      '5 whichSystem Phone 2',
      '6 tooManyCells ',
      '7 unclosed ',
      '7 whichSystem Phone',
    ],
  );
  assert.deepEqual(sheet.placeOf('/users/2/devices/0/address'), { line: 5, column: 'Phone 2' });
  assert.deepEqual(sheet.placeOf('/users/0/user_id'), { line: 2, column: 'User id' });
  assert.deepEqual(sheet.placeOf('/users/1'), { line: 4 });
  assert.deepEqual(sheet.placeOf('/users'), {});
  assert.equal(read('1001;Aino\n1002;Kaisa').problems[0]?.code, 'noColumns');
});

test('a country that can be chosen is one that the API knows, and a name makes an id', () => {
  assert.deepEqual(
    COUNTRIES.filter((country) => !isKnownCountry(country)),
    [],
  );
  assert.equal(idOfName('  Hämeen Kello & Co. Oy '), 'hameen-kello-co-oy');
  assert.match(idOfName('x'.repeat(62) + ' y'), /^x{62}$/);
});
