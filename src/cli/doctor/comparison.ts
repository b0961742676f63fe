/** What a phone system has and the directory has not, and the other way round. Pure. */
import { nearWord } from '../../config/directory-file/near-word.ts';
import type { Directory, OrganisationEntry } from '../../policy/directory.ts';
import { normaliseNumber } from '../../policy/phone-number.ts';
import type { FunctionGuess, Inspection, SeenDevice } from '../../source/inspection.ts';

export interface Comparison {
  inBoth: number;
  /** Without those that are probably trunks. */
  onlySeen: readonly SeenDevice[];
  trunks: readonly SeenDevice[];
  onlyInDirectory: readonly MissingDevice[];
  /** Guesses that the directory does not have. */
  newNumbers: readonly FunctionGuess[];
  /** Guesses that the directory has as a user's number. */
  usersNumbers: readonly (FunctionGuess & { user: string })[];
  /** Function numbers of the directory that ring somebody's phone. */
  phonesNumbers: readonly { number: string; address: string }[];
}

export interface MissingDevice {
  address: string;
  /** `matti.virtanen in acme` */
  user: string;
  /** The phone system would have listed it. */
  isCertain: boolean;
  /** What was probably meant; of the same letters, when only their case differs. */
  near?: string;
}

/** So many are looked at for what was meant: each is compared with every phone that is nobody's. */
const MOST_NEAR = 50;

/** @param inspection one that has `devices` */
export function compare(
  { devices = [], wouldList, functionNumbers }: Inspection,
  sourceId: string,
  { organisations }: Directory,
): Comparison {
  const claimed = claimsOn(sourceId, organisations);
  const known = new Set(devices.map(({ address }) => address));
  const unclaimed = devices.filter(({ address }) => !claimed.has(address));
  const names = unclaimed.map(({ address }) => address);
  const missing = [...claimed].filter(([address]) => !known.has(address));
  return {
    inBoth: devices.length - unclaimed.length,
    onlySeen: unclaimed.filter(({ trunk }) => trunk === undefined),
    trunks: unclaimed.filter(({ trunk }) => trunk !== undefined),
    onlyInDirectory: missing.map(([address, user], index) => {
      const near = index < MOST_NEAR ? meant(address, names) : undefined;
      return { address, user, isCertain: wouldList(address), ...(near !== undefined && { near }) };
    }),
    ...compareNumbers(functionNumbers, devices, concerned(sourceId, organisations)),
  };
}

/** Whose each address is. */
function claimsOn(
  sourceId: string,
  organisations: readonly OrganisationEntry[],
): ReadonlyMap<string, string> {
  const claims = new Map<string, string>();
  for (const { id, users } of organisations) {
    for (const { userId, devices } of users) {
      for (const { source, address } of devices) {
        if (source === sourceId) claims.set(address, `${userId} in ${id}`);
      }
    }
  }
  return claims;
}

function meant(address: string, names: readonly string[]): string | undefined {
  const sameLetters = names.find((name) => name.toLowerCase() === address.toLowerCase());
  return sameLetters ?? nearWord(address, names);
}

/** A source may serve several organisations; those without a device on it have numbers elsewhere. */
function concerned(
  sourceId: string,
  organisations: readonly OrganisationEntry[],
): readonly OrganisationEntry[] {
  const isOn = ({ users }: OrganisationEntry) =>
    users.some(({ devices }) => devices.some(({ source }) => source === sourceId));
  const some = organisations.filter(isOn);
  return some.length === 0 ? organisations : some;
}

function compareNumbers(
  guesses: readonly FunctionGuess[],
  devices: readonly SeenDevice[],
  organisations: readonly OrganisationEntry[],
): Pick<Comparison, 'newNumbers' | 'usersNumbers' | 'phonesNumbers'> {
  const users = new Map<string, string>();
  const functions = new Set<string>();
  for (const { id, users: some, functionNumbers } of organisations) {
    for (const { userId, numbers, extensions } of some) {
      for (const number of [...numbers, ...extensions]) users.set(number, `${userId} in ${id}`);
    }
    for (const { number } of functionNumbers) functions.add(number);
  }
  const holderOf = (number: string) =>
    readings(number, organisations)
      .map((read) => users.get(read))
      .find(Boolean);
  const isFunction = (number: string) => readings(number, organisations).some((read) => functions.has(read));
  return {
    newNumbers: guesses.filter(({ number }) => !isFunction(number) && holderOf(number) === undefined),
    usersNumbers: guesses.flatMap((guess) => {
      const user = holderOf(guess.number);
      return user === undefined ? [] : [{ ...guess, user }];
    }),
    phonesNumbers: devices.flatMap(({ address, extensions, trunk }) =>
      trunk === undefined ? extensions.filter(isFunction).map((number) => ({ number, address })) : [],
    ),
  };
}

/** A number as the directories of these organisations may have it. */
function readings(number: string, organisations: readonly OrganisationEntry[]): string[] {
  const read = organisations.map(({ defaultCountry }) => normaliseNumber(number, defaultCountry) ?? number);
  return [number, ...read];
}
