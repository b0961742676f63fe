/** Makes people of phones: which phones are probably one person's, and what may be said of them in a directory file. Pure. */
import { problemOfAddress } from '../config/directory-file/source-kinds.ts';
import { deviceTypeOf, type DeviceType } from '../policy/device-type.ts';
import type { SourceSettings } from '../policy/directory.ts';
import { normaliseNumber, toE164 } from '../policy/phone-number.ts';
import type { SeenDevice } from '../source/inspection.ts';

export interface Person {
  userId: string;
  names: readonly string[];
  /** Public numbers, E.164. */
  numbers: readonly string[];
  extensions: readonly string[];
  devices: readonly PersonsDevice[];
}

export interface PersonsDevice {
  address: string;
  type?: DeviceType;
  userAgents: readonly string[];
}

export interface People {
  people: readonly Person[];
  /** Addresses that a directory file cannot hold. */
  unwritable: readonly string[];
}

/**
 * Phones that one number rings are one person's: a desk phone and its softphone.
 * @param devices without those that are left out
 */
export function peopleOf(
  devices: readonly SeenDevice[],
  kind: SourceSettings['kind'],
  country: string,
): People {
  const isWritable = ({ address }: SeenDevice) =>
    isLine(address) && problemOfAddress(kind, address) === undefined;
  const groups = Map.groupBy(devices.filter(isWritable), keyOf);
  const taken = new Set<string>();
  const claim = (number: string) => {
    const isFree = !taken.has(number);
    taken.add(number);
    return isFree;
  };
  const people = [...groups]
    .toSorted(([a], [b]) => inOrder(a, b))
    .map(([key, phones]): Person => {
      const told = [...new Set(phones.flatMap(({ extensions }) => extensions))];
      return {
        userId: key,
        names: [...new Set(phones.flatMap(({ name }) => name ?? []))],
        numbers: told.flatMap((number) => toE164(number, country) ?? []).filter(claim),
        extensions: told.filter((number) => isExtension(number, country) && claim(number)),
        devices: phones.map(({ address, userAgents }) => ({ address, userAgents, ...typeOf(userAgents) })),
      };
    });
  return { people, unwritable: devices.filter((one) => !isWritable(one)).map(({ address }) => address) };
}

/** Neither a public number nor a text that nobody can dial. */
function isExtension(number: string, country: string): boolean {
  return !number.startsWith('+') && normaliseNumber(number, country) === number;
}

/** The first number of the phone, else its name: every person needs an id, and an operator finds these again. */
function keyOf({ address, extensions }: SeenDevice): string {
  return extensions.find(isLine) ?? address;
}

/** Where several phones share an address and are not of one type, none is said. */
function typeOf(userAgents: readonly string[]): { type?: DeviceType } {
  const [type, ...others] = new Set(userAgents.map(deviceTypeOf));
  return type === undefined || others.length > 0 ? {} : { type };
}

// oxlint-disable-next-line no-control-regex -- they cannot stand in a directory file
const UNWRITABLE = /[\u0000-\u001f\u007f-\u009f]|\$\{/;

/** What a directory file takes as a text: one line, no reference. */
function isLine(text: string): boolean {
  return text !== '' && text.length <= 255 && text.trim() === text && !UNWRITABLE.test(text);
}

const { compare: inOrder } = new Intl.Collator('en', { numeric: true });
