/**
 * What lies between the directory as it is and as it is wanted. Pure: the same plan serves a dry run, the words
 * on the screen and the store's transaction.
 *
 * The changes can be made one by one in their order, in one transaction, without two users ever holding one
 * device or number in between (user-moves.ts). The same wish planned again after that is no change at all.
 */
import type { Directory, OrganisationEntry, SourceSettings } from './directory.ts';
import { findConflicts, type Conflict } from './directory-conflicts.ts';
import {
  endpointDifferences,
  functionNumberDifferences,
  organisationDifferences,
  sourceDifferences,
  userDifferences,
} from './directory-differences.ts';
import type { EndpointWithSecret, FunctionNumber, Organisation, User } from './organisation.ts';
import { orderUserPuts, type UserPut } from './user-moves.ts';

/** One thing to add, change or remove. `user` carries the user's numbers and devices with it. */
export type DirectoryChange =
  | { do: 'put-source'; is: 'new' | 'changed'; source: SourceSettings }
  | { do: 'remove-source'; id: string }
  | { do: 'put-organisation'; is: 'new' | 'changed'; organisation: Organisation }
  | { do: 'remove-organisation'; organisationId: string }
  | { do: 'put-user'; is: 'new' | 'changed'; organisationId: string; user: User }
  | { do: 'remove-user'; organisationId: string; userId: string }
  | {
      do: 'put-function-number';
      is: 'new' | 'changed';
      organisationId: string;
      functionNumber: FunctionNumber;
    }
  | { do: 'remove-function-number'; organisationId: string; number: string }
  | { do: 'put-endpoint'; is: 'new' | 'changed'; organisationId: string; endpoint: EndpointWithSecret }
  | { do: 'remove-endpoint'; organisationId: string; endpointId: string };

type Removal = Extract<DirectoryChange, { do: `remove-${string}` }>;

/** Something that is there, is not wanted and was not removed, because pruning was not asked for. */
export interface LeftAlone {
  what: 'source' | 'organisation' | 'user' | 'function number' | 'endpoint';
  id: string;
  organisationId?: string;
}

export interface Plan {
  /** In the order in which they can be made. A user who both gives and takes in an exchange is put twice. */
  changes: readonly DirectoryChange[];
  leftAlone: readonly LeftAlone[];
  /** Why the plan cannot be carried out, if it cannot. */
  conflicts: readonly Conflict[];
}

/** @param options `prune`: what is not wanted is removed. An organisation takes all that is its own with it. */
export function planChanges(current: Directory, wanted: Directory, options: { prune: boolean }): Plan {
  const sources = compare(current.sources, wanted.sources, (source) => source.id, sourceDifferences);
  const organisations = compare(
    current.organisations,
    wanted.organisations,
    (organisation) => organisation.id,
    organisationDifferences,
  );
  const inside = wanted.organisations.map((entry) =>
    compareInside(organisations.before.get(entry.id), entry),
  );

  const removals: Removal[] = [
    ...sources.gone.map(({ id }) => ({ do: 'remove-source', id }) as const),
    ...organisations.gone.map(({ id }) => ({ do: 'remove-organisation', organisationId: id }) as const),
    ...inside.flatMap((part) => part.removals),
  ];
  const puts: DirectoryChange[] = [
    ...sources.puts.map(({ is, item }) => ({ do: 'put-source', is, source: item }) as const),
    ...organisations.puts.map(({ is, item }) => putOrganisation(is, item)),
    ...orderUserPuts(
      current,
      inside.flatMap((part) => part.userPuts),
    ),
    ...inside.flatMap((part) => part.otherPuts),
  ];
  return {
    changes: options.prune ? [...removals, ...puts] : puts,
    leftAlone: options.prune ? [] : removals.map(leftAloneOf),
    conflicts: findConflicts(current, wanted, options),
  };
}

/** What is compared within one organisation. */
function compareInside(before: OrganisationEntry | undefined, after: OrganisationEntry) {
  const organisationId = after.id;
  const users = compare(before?.users ?? [], after.users, (user) => user.userId, userDifferences);
  const functionNumbers = compare(
    before?.functionNumbers ?? [],
    after.functionNumbers,
    (functionNumber) => functionNumber.number,
    functionNumberDifferences,
  );
  const endpoints = compare(
    before?.endpoints ?? [],
    after.endpoints,
    (endpoint) => endpoint.id,
    endpointDifferences,
  );

  const userPuts = users.puts.map(({ is, item }): UserPut => ({
    do: 'put-user',
    is,
    organisationId,
    user: item,
  }));
  const otherPuts: DirectoryChange[] = [
    ...functionNumbers.puts.map(
      ({ is, item }) => ({ do: 'put-function-number', is, organisationId, functionNumber: item }) as const,
    ),
    ...endpoints.puts.map(
      ({ is, item }) => ({ do: 'put-endpoint', is, organisationId, endpoint: item }) as const,
    ),
  ];
  const removals: Removal[] = [
    ...users.gone.map(({ userId }) => ({ do: 'remove-user', organisationId, userId }) as const),
    ...functionNumbers.gone.map(
      ({ number }) => ({ do: 'remove-function-number', organisationId, number }) as const,
    ),
    ...endpoints.gone.map(({ id }) => ({ do: 'remove-endpoint', organisationId, endpointId: id }) as const),
  ];
  return { userPuts, otherPuts, removals };
}

interface Put<T> {
  is: 'new' | 'changed';
  item: T;
}

function compare<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (item: T) => string,
  differences: (before: T, after: T) => readonly string[],
): { before: ReadonlyMap<string, T>; puts: Put<T>[]; gone: T[] } {
  const beforeByKey = new Map(before.map((item) => [keyOf(item), item]));
  const wantedKeys = new Set(after.map(keyOf));
  const puts = after.flatMap((item): Put<T>[] => {
    const old = beforeByKey.get(keyOf(item));
    if (old === undefined) return [{ is: 'new', item }];
    return differences(old, item).length > 0 ? [{ is: 'changed', item }] : [];
  });
  return { before: beforeByKey, puts, gone: before.filter((item) => !wantedKeys.has(keyOf(item))) };
}

function putOrganisation(is: 'new' | 'changed', entry: OrganisationEntry): DirectoryChange {
  const { id, name, defaultCountry, privacy, allowedDevices } = entry;
  const organisation = { id, name, defaultCountry, privacy, allowedDevices };
  return { do: 'put-organisation', is, organisation };
}

function leftAloneOf(change: Removal): LeftAlone {
  switch (change.do) {
    case 'remove-source':
      return { what: 'source', id: change.id };
    case 'remove-organisation':
      return { what: 'organisation', id: change.organisationId };
    case 'remove-user':
      return { what: 'user', id: change.userId, organisationId: change.organisationId };
    case 'remove-function-number':
      return { what: 'function number', id: change.number, organisationId: change.organisationId };
    case 'remove-endpoint':
      return { what: 'endpoint', id: change.endpointId, organisationId: change.organisationId };
  }
}
