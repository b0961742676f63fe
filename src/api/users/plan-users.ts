/**
 * Users as somebody wants them, by the rules of `callhook apply`. Whoever is not the operator adds what the operator has
 * allowed (policy/allowed-devices.ts), and learns nothing of who else has a device.
 */
import type { z } from 'zod';
import { userOf } from '../../config/directory-file/things.ts';
import type { Access } from '../../policy/access.ts';
import { mayHave } from '../../policy/allowed-devices.ts';
import { planChanges, type Plan } from '../../policy/directory-changes.ts';
import type { Conflict } from '../../policy/directory-conflicts.ts';
import type { Directory, OrganisationEntry, SourceSettings } from '../../policy/directory.ts';
import type { Organisation, User } from '../../policy/organisation.ts';
import { checkInTree, wordConflict } from '../change-directory.ts';
import { pointerOf, type FieldError } from '../problem.ts';
import type { SHAPES } from '../shapes.ts';

export type SentUser = z.output<typeof SHAPES.user>;

export interface UsersAsked {
  access: Access;
  found: Organisation;
  /** As much of the directory as the users concern. */
  before: Directory;
  sources: readonly SourceSettings[];
  users: readonly SentUser[];
}

/**
 * @param at where the body stands: `[]` has the list of users in it, `['users', 0]` is one
 * @throws Refused `REQUEST_INVALID`
 */
export function planUsers(
  { access, found, before, sources, users }: UsersAsked,
  at: readonly (string | number)[],
): { after: User[]; plan: Plan } {
  const nobody = { users: [], functionNumbers: [], endpoints: [] };
  const current: OrganisationEntry = before.organisations.find(({ id }) => id === found.id) ?? {
    ...found,
    ...nobody,
  };
  const tree = { organisations: [{ default_country: found.defaultCountry, users }] };
  const rule = access.role === 'operator' ? undefined : mayHave(current);
  checkInTree(tree, ['organisations', 0, ...at], sources, rule);
  const after = users.map((user) => userOf(user, found.defaultCountry));
  const entry: OrganisationEntry = { ...found, ...nobody, users: after };
  const plan = planChanges(before, { sources: [], organisations: [entry] }, { prune: false });
  return { after, plan };
}

/**
 * Why the plan cannot be carried out, by the field that wants what somebody else keeps.
 * @param at as for `planUsers`
 */
export function conflictErrors(
  conflicts: readonly Conflict[],
  { access, found, users }: UsersAsked,
  at: readonly (string | number)[],
): FieldError[] {
  const rows = new Map(users.map(({ user_id }, row) => [user_id, row]));
  return conflicts.map((conflict): FieldError => {
    const error = { in: 'body', message: wordConflict(conflict, found.id, access) } as const;
    // Nothing is pruned here.
    if (conflict.kind !== 'held') return { ...error, pointer: '' };
    const { wantedBy, heldBy, device } = conflict;
    const row = rows.get(wantedBy.userId ?? '') ?? 0;
    const nth = users[row]?.devices.findIndex(
      ({ source, address }) => source === device?.source && address === device.address,
    );
    const path = device === undefined ? ['users', row] : ['users', row, 'devices', nth ?? 0];
    const isForeign = heldBy.organisationId !== found.id;
    return {
      ...error,
      pointer: pointerOf(path.slice(at.length)),
      ...(isForeign && { code: 'DEVICE_IN_USE' }),
    };
  });
}
