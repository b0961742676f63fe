/**
 * Users as the rows of a table, and back. The first row names the columns, in English or Finnish, in any order; what is not
 * known is left out and told. A user's phones stand beside one another: Phone, Phone type, Phone system, Phone 2 and so on.
 */
import type { components } from '../../api/schema.d.ts';
import type { CsvTable } from './csv.ts';

type Schemas = components['schemas'];
export type User = Schemas['User'];
export type DeviceType = NonNullable<User['devices'][number]['type']>;
type Wanted = Schemas['UsersImportBody'];

export const COLUMNS = [
  'user_id',
  'email',
  'numbers',
  'extensions',
  'phone',
  'phone_type',
  'phone_system',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** In small letters, with single spaces. */
const NAMES: Record<ColumnName, readonly string[]> = {
  user_id: ['user id', 'userid', 'user', 'id', 'käyttäjätunnus', 'tunnus', 'käyttäjä'],
  email: ['email', 'e mail', 'email address', 'e mail address', 'sähköposti', 'sähköpostiosoite'],
  numbers: [
    'number',
    'numbers',
    'phone number',
    'phone numbers',
    'public number',
    'public numbers',
    'numero',
    'numerot',
    'puhelinnumero',
    'puhelinnumerot',
    'julkinen numero',
    'julkiset numerot',
  ],
  extensions: ['extension', 'extensions', 'internal number', 'internal numbers', 'alanumero', 'alanumerot'],
  phone: [
    'phone',
    'device',
    'address',
    'phone address',
    'device address',
    'puhelin',
    'laite',
    'laitteen osoite',
  ],
  phone_type: [
    'phone type',
    'device type',
    'type',
    'puhelimen tyyppi',
    'laitteen tyyppi',
    'laitetyyppi',
    'tyyppi',
  ],
  phone_system: ['phone system', 'source', 'pbx', 'puhelinjärjestelmä', 'vaihde', 'lähde'],
};

interface Column {
  name: ColumnName;
  /** Which phone of the user; 0 for the first, and for what is no phone. */
  phone: number;
  /** Which cell of the row. */
  at: number;
  /** As the file calls it. */
  title: string;
}

export interface RowProblem {
  line: number;
  /** As the file calls the column. */
  column?: string;
  /** Of the words `users.import.problems`. */
  code: 'noColumns' | 'noUser' | 'unclosed' | 'tooManyCells' | 'unknownType' | 'whichSystem';
}

/** A file read: what is wanted of the API, and where each of it stands. */
export interface Sheet {
  users: Wanted['users'];
  /** What the file has columns for. */
  fields: NonNullable<Wanted['fields']>;
  problems: readonly RowProblem[];
  /** Titles of columns that are not known. */
  unknown: readonly string[];
  placeOf(pointer: string): { line?: number; column?: string };
}

interface Known {
  /** Phone systems; where there is one only, it need not be named. */
  systems: readonly string[];
  /** By code, or by the word that the reader sees. */
  typeOf(text: string): DeviceType | undefined;
}

export function readUsers({ rows, broken }: CsvTable, known: Known): Sheet {
  const [head = { line: 1, cells: [] }, ...body] = rows;
  const named = head.cells.map((title, at) => columnOf(title, at));
  const columns = named.filter((column) => column !== undefined);
  const problems: RowProblem[] = broken.map((line) => ({ line, code: 'unclosed' }));
  const hasName = columns.some(({ name }) => name === 'user_id' || name === 'email');
  if (!hasName) problems.push({ line: head.line, code: 'noColumns' });
  const read = (hasName ? body : []).map(({ line, cells }) => {
    const row = rowOf(cells, columns, known);
    const isTooLong = cells.slice(head.cells.length).some((cell) => cell !== '');
    if (isTooLong) problems.push({ line, code: 'tooManyCells' });
    problems.push(...row.problems.map((problem) => ({ ...problem, line })));
    return { ...row, line };
  });
  return {
    users: read.map(({ user }) => user),
    fields: (['email', 'numbers', 'extensions', 'devices'] as const).filter((field) =>
      columns.some(({ name }) => name === (field === 'devices' ? 'phone' : field)),
    ),
    problems: problems.toSorted((a, b) => a.line - b.line),
    unknown: head.cells.filter((title, at) => title !== '' && named[at] === undefined),
    placeOf(pointer) {
      const [, , index = '', field = '', which = '', inner = ''] = pointer.split('/');
      const row = read[Number(index)];
      if (index === '' || row === undefined) return {};
      const column =
        field === 'devices'
          ? columns.find(
              ({ name, phone }) => name === DEVICE_COLUMN[inner] && phone === row.phones[Number(which)],
            )
          : columns.find(({ name }) => name === field);
      return { line: row.line, ...(column !== undefined && { column: column.title }) };
    },
  };
}

const DEVICE_COLUMN: Record<string, ColumnName> = {
  '': 'phone',
  address: 'phone',
  type: 'phone_type',
  source: 'phone_system',
};

function columnOf(title: string, at: number): Column | undefined {
  const text = title
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, ' ')
    .trim();
  const [, word = text, number = '1'] = /^(.*?) ?(\d{1,2})?$/.exec(text) ?? [];
  const name = COLUMNS.find((candidate) => NAMES[candidate].includes(word));
  const isOfPhone = name?.startsWith('phone') === true;
  if (name === undefined || (!isOfPhone && number !== '1')) return undefined;
  return { name, phone: Number(number) - 1, at, title };
}

function rowOf(cells: readonly string[], columns: readonly Column[], known: Known) {
  const problems: Omit<RowProblem, 'line'>[] = [];
  const columnFor = (name: ColumnName, phone = 0) =>
    columns.find((column) => column.name === name && column.phone === phone);
  const textIn = (column: Column | undefined) => (column && cells[column.at]) || undefined;
  const listIn = (name: ColumnName) =>
    (textIn(columnFor(name)) ?? '').split(/[,;|\n]/).flatMap((one) => one.trim() || []);
  const email = textIn(columnFor('email'));
  const userId = textIn(columnFor('user_id')) ?? email;
  if (userId === undefined) problems.push({ code: 'noUser' });
  const phones = columns.filter((column) => column.name === 'phone' && textIn(column) !== undefined);
  const devices = phones.map((column) => {
    const typeColumn = columnFor('phone_type', column.phone);
    const typeText = textIn(typeColumn);
    const type = typeText === undefined ? undefined : known.typeOf(typeText);
    if (typeText !== undefined && type === undefined) {
      problems.push({ code: 'unknownType', column: typeColumn!.title });
    }
    const source = textIn(columnFor('phone_system', column.phone)) ?? onlyOne(known.systems);
    if (source === undefined) problems.push({ code: 'whichSystem', column: column.title });
    return { source: source ?? '', address: textIn(column)!, ...(type !== undefined && { type }) };
  });
  const user = {
    user_id: userId ?? '',
    ...(email !== undefined && { email }),
    numbers: listIn('numbers'),
    extensions: listIn('extensions'),
    devices,
  };
  return { user, problems, phones: phones.map(({ phone }) => phone) };
}

function onlyOne<Item>(items: readonly Item[]): Item | undefined {
  return items.length === 1 ? items[0] : undefined;
}

/** @param titles of the columns in the reader's language */
export function rowsOf(users: readonly User[], titles: Record<ColumnName, string>): string[][] {
  const most = Math.max(1, ...users.map(({ devices }) => devices.length));
  const phones = Array.from({ length: most }, (_, index) => index);
  const head = [
    ...COLUMNS.filter((name) => !name.startsWith('phone')).map((name) => titles[name]),
    ...phones.flatMap((index) =>
      (['phone', 'phone_type', 'phone_system'] as const).map((name) =>
        index === 0 ? titles[name] : `${titles[name]} ${index + 1}`,
      ),
    ),
  ];
  const body = users.map(({ user_id, email = '', numbers, extensions, devices }) => [
    user_id,
    email,
    numbers.join(', '),
    extensions.join(', '),
    ...phones.flatMap((index) => {
      const { address = '', type = '', source = '' } = devices[index] ?? {};
      return [address, type, source];
    }),
  ]);
  return [head, ...body];
}
