/**
 * Wishes that cannot come true beside what would stay: a phone wanted for one user that another user keeps.
 * Taking it away silently could send one organisation's calls to another's receiver, so a person decides. Pure.
 */
import type { Directory } from './directory.ts';
import type { Device } from './organisation.ts';
import { deviceKey, numberKey } from './user-moves.ts';

export interface Holder {
  organisationId: string;
  /** Undefined: a function number of the organisation. */
  userId?: string;
}

export type Conflict =
  /** `heldBy` is not wanted any more but stays, because pruning was not asked for. */
  | { kind: 'held'; thing: 'device' | 'number'; wantedBy: Holder; heldBy: Holder; device?: DeviceName }
  /** The source would be removed while a wanted user's device is on it, or an organisation is allowed devices of it. */
  | { kind: 'source-in-use'; sourceId: string; usedBy: Holder | AllowedIn };

export type DeviceName = Pick<Device, 'source' | 'address'>;

export interface AllowedIn {
  organisationId: string;
  allowed: true;
}

export function findConflicts(
  current: Directory,
  wanted: Directory,
  { prune }: { prune: boolean },
): Conflict[] {
  return prune ? sourcesInUse(current, wanted) : heldByOthers(current, wanted);
}

function sourcesInUse(current: Directory, wanted: Directory): Conflict[] {
  const going = new Set(current.sources.map(({ id }) => id));
  for (const { id } of wanted.sources) going.delete(id);
  const conflicts: Conflict[] = [];
  const check = (sourceId: string, usedBy: Holder | AllowedIn) => {
    // One conflict per source is enough to act on.
    if (going.delete(sourceId)) conflicts.push({ kind: 'source-in-use', sourceId, usedBy });
  };
  for (const { id: organisationId, users, allowedDevices } of wanted.organisations) {
    for (const { userId, devices } of users) {
      for (const { source } of devices) check(source, { organisationId, userId });
    }
    if (allowedDevices === 'all') continue;
    for (const { source } of allowedDevices) check(source, { organisationId, allowed: true });
  }
  return conflicts;
}

function heldByOthers(current: Directory, wanted: Directory): Conflict[] {
  const { devices, numbers, functionNumbers } = keptByOthers(current, wanted);
  const conflicts: Conflict[] = [];
  const check = (
    thing: 'device' | 'number',
    wantedBy: Holder,
    heldBy: Holder | undefined,
    device?: DeviceName,
  ) => {
    if (heldBy === undefined) return;
    const last = conflicts.at(-1);
    const isAgain = last?.kind === 'held' && last.thing === thing && last.heldBy === heldBy;
    // One per pair of users and kind of thing is enough to act on. But which telephones are one person's elsewhere, that
    // is not told by how many conflicts there are.
    if (isAgain && last.wantedBy === wantedBy && heldBy.organisationId === wantedBy.organisationId) return;
    conflicts.push({ kind: 'held', thing, wantedBy, heldBy, ...(device && { device }) });
  };
  for (const organisation of wanted.organisations) {
    const organisationId = organisation.id;
    for (const user of organisation.users) {
      const wantedBy = { organisationId, userId: user.userId };
      for (const { source, address } of user.devices) {
        const device = { source, address };
        check('device', wantedBy, devices.get(deviceKey(device)), device);
      }
      for (const number of [...user.numbers, ...user.extensions]) {
        const key = numberKey(organisationId, number);
        check('number', wantedBy, numbers.get(key) ?? functionNumbers.get(key));
      }
    }
    for (const { number } of organisation.functionNumbers) {
      check('number', { organisationId }, numbers.get(numberKey(organisationId, number)));
    }
  }
  return conflicts;
}

/** What stays with those whom nobody wants any more. */
function keptByOthers(current: Directory, wanted: Directory) {
  const devices = new Map<string, Holder>();
  const numbers = new Map<string, Holder>();
  const functionNumbers = new Map<string, Holder>();
  const wantedById = new Map(wanted.organisations.map((organisation) => [organisation.id, organisation]));
  for (const organisation of current.organisations) {
    const organisationId = organisation.id;
    const after = wantedById.get(organisationId);
    const wantedUsers = new Set(after?.users.map(({ userId }) => userId));
    for (const user of organisation.users) {
      if (wantedUsers.has(user.userId)) continue;
      const holder = { organisationId, userId: user.userId };
      for (const device of user.devices) devices.set(deviceKey(device), holder);
      for (const number of [...user.numbers, ...user.extensions]) {
        numbers.set(numberKey(organisationId, number), holder);
      }
    }
    const wantedFunctions = new Set(after?.functionNumbers.map(({ number }) => number));
    for (const { number } of organisation.functionNumbers) {
      if (!wantedFunctions.has(number))
        functionNumbers.set(numberKey(organisationId, number), { organisationId });
    }
  }
  return { devices, numbers, functionNumbers };
}
