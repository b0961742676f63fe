/**
 * In which order users are put when devices and numbers move between them: whoever gives something away comes
 * before whoever takes it, so that nothing has two owners in between. Pure.
 */
import type { Directory } from './directory.ts';
import type { Device, User } from './organisation.ts';

export interface UserPut {
  do: 'put-user';
  is: 'new' | 'changed';
  organisationId: string;
  user: User;
}

/**
 * Givers first. A giver that also takes (two users exchange phones) is first put without what it takes, then
 * whole: that needs no order among givers, and an exchange has none.
 */
export function orderUserPuts(current: Directory, puts: readonly UserPut[]): UserPut[] {
  const holders = holdersAmong(current, puts);
  if (holders.size === 0) return [...puts];

  const holderOf = (put: UserPut, thing: string): string | undefined => {
    const holder = holders.get(thing);
    return holder === keyOf(put.organisationId, put.user.userId) ? undefined : holder;
  };
  const givers = new Set<string>();
  for (const put of puts) {
    for (const thing of thingsOf(put.organisationId, put.user)) {
      const holder = holderOf(put, thing);
      if (holder !== undefined) givers.add(holder);
    }
  }

  const first: UserPut[] = [];
  const then: UserPut[] = [];
  for (const put of puts) {
    if (!givers.has(keyOf(put.organisationId, put.user.userId))) {
      then.push(put);
      continue;
    }
    const lighter = withoutTaken(put, (thing) => holderOf(put, thing) !== undefined);
    first.push(lighter);
    if (lighter !== put) then.push(put);
  }
  return [...first, ...then];
}

/** What nobody else may have at the same time: devices everywhere, numbers and extensions in the organisation. */
export function thingsOf(organisationId: string, user: User): string[] {
  return [
    ...user.devices.map(deviceKey),
    ...[...user.numbers, ...user.extensions].map((number) => numberKey(organisationId, number)),
  ];
}

export function deviceKey({ source, address }: Pick<Device, 'source' | 'address'>): string {
  return JSON.stringify(['device', source, address]);
}

export function numberKey(organisationId: string, number: string): string {
  return JSON.stringify(['number', organisationId, number]);
}

function keyOf(organisationId: string, userId: string): string {
  return JSON.stringify([organisationId, userId]);
}

/** By thing: the user who has it now and is about to change. */
function holdersAmong(current: Directory, puts: readonly UserPut[]): Map<string, string> {
  const changing = new Set(
    puts.filter(({ is }) => is === 'changed').map((put) => keyOf(put.organisationId, put.user.userId)),
  );
  const holders = new Map<string, string>();
  if (changing.size === 0) return holders;
  for (const { id, users } of current.organisations) {
    for (const user of users) {
      const key = keyOf(id, user.userId);
      if (!changing.has(key)) continue;
      for (const thing of thingsOf(id, user)) holders.set(thing, key);
    }
  }
  return holders;
}

function withoutTaken(put: UserPut, isTaken: (thing: string) => boolean): UserPut {
  const { organisationId, user } = put;
  if (!thingsOf(organisationId, user).some(isTaken)) return put;
  const isOwn = (number: string) => !isTaken(numberKey(organisationId, number));
  const lighter: User = {
    ...user,
    numbers: user.numbers.filter(isOwn),
    extensions: user.extensions.filter(isOwn),
    devices: user.devices.filter((device) => !isTaken(deviceKey(device))),
  };
  return { ...put, user: lighter };
}
