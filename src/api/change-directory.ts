/**
 * Changes of the directory, by the rules of `callhook apply`: the same claims, the same plan, the same words. Only what
 * a change concerns is read; if anybody changes the directory meanwhile, all is read and decided again.
 */
import { checkClaims } from '../config/directory-file/claims.ts';
import type { Access } from '../policy/access.ts';
import type { DeviceTest } from '../policy/allowed-devices.ts';
import { auditOf, type By } from '../policy/audit.ts';
import { planChanges, type DirectoryChange } from '../policy/directory-changes.ts';
import type { Conflict } from '../policy/directory-conflicts.ts';
import type { Directory } from '../policy/directory.ts';
import { DirectoryMoved } from '../store/store.ts';
import type { ApiContext } from './context.ts';
import { pointerOf, refuseFields, Refused, type FieldError } from './problem.ts';

const MOST_TRIES = 20;

export interface Decision<Result> {
  /** As much of the directory as the changes concern. */
  before: Directory;
  changes: readonly DirectoryChange[];
  result: Result;
}

/** @param decide reads what it needs; may be called more than once. What it throws is thrown, and nothing is changed */
export async function changeDirectory<Result>(
  { store: { directory }, clock, fingerprint }: ApiContext,
  by: By,
  decide: () => Promise<Decision<Result>>,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    const revision = await directory.revision();
    const { before, changes, result } = await decide();
    if (changes.length === 0) return result;
    refuseReferences(changes);
    const audit = auditOf(changes, before, { atMs: clock.nowMs(), by, fingerprint });
    try {
      await directory.write(changes, { audit, revision });
      return result;
    } catch (error) {
      if (!(error instanceof DirectoryMoved) || tries === MOST_TRIES) throw error;
    }
  }
}

/** The file of `callhook export` would read `${NAME}` as a variable, and have somebody's environment sent to an address. */
export function refuseReferences(changes: readonly DirectoryChange[]): void {
  const text = JSON.stringify(changes, (key, value: unknown) => (key === 'secret' ? undefined : value));
  if (!text.includes('${')) return;
  const message = 'holds `${`, which a directory file would read as a variable; write it otherwise';
  throw refuseFields([{ in: 'body', pointer: '', message }]);
}

/** @throws Refused `CONFLICT` where it would take away what somebody else keeps */
export function planned(before: Directory, wanted: Directory, organisationId?: string): DirectoryChange[] {
  const plan = planChanges(before, wanted, { prune: false });
  if (plan.conflicts.length > 0) {
    const detail = plan.conflicts.map((conflict) => wordConflict(conflict, organisationId)).join(' ');
    throw new Refused('CONFLICT', `Nothing was changed. ${detail}`);
  }
  return [...plan.changes];
}

/** Another organisation is named to the operator alone; nobody else hears that there is one. */
export function wordConflict(
  conflict: Conflict,
  organisationId: string | undefined,
  access?: Pick<Access, 'role'>,
): string {
  if (conflict.kind === 'source-in-use') return 'A device is on this source.';
  const { thing, heldBy } = conflict;
  if (heldBy.organisationId !== organisationId) {
    return access?.role === 'operator'
      ? `This ${thing} belongs to a user of organisation ${heldBy.organisationId}.`
      : `This ${thing} is in use already. Ask your operator.`;
  }
  return heldBy.userId === undefined
    ? `A ${thing} is a function number.`
    : `A ${thing} belongs to user ${heldBy.userId}.`;
}

/**
 * What things say about one another, by the rules of the directory file.
 * @param tree in the shape of a directory file
 * @param at where the body stands in it: what a pointer begins behind
 * @param mayHave see `ClaimOptions`
 * @throws Refused `REQUEST_INVALID`
 */
export function checkInTree(
  tree: unknown,
  at: readonly (string | number)[],
  knownSources: readonly { id: string; kind: string }[],
  mayHave?: DeviceTest,
): void {
  const placeOf = (path: readonly (string | number)[]) => `at ${pointerOf(path.slice(at.length))}`;
  const options = { knownSources, needSecrets: true, placeOf, ...(mayHave && { mayHave }) };
  const errors = checkClaims(tree, options).map(({ path, text, code }): FieldError => ({
    in: 'body',
    pointer: pointerOf(path.slice(at.length)),
    message: text,
    ...(code && { code }),
  }));
  if (errors.length > 0) throw refuseFields(errors);
}
