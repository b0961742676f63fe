/**
 * A plan in words: one line per thing, grouped, and bounded, so that a directory of 50,000 users still fits a
 * screen. Secrets are only ever named. Pure.
 */
import type { DirectoryChange, LeftAlone, Plan } from '../policy/directory-changes.ts';
import type { Conflict, Holder } from '../policy/directory-conflicts.ts';
import type { Directory } from '../policy/directory.ts';
import { changeDetails } from './change-detail.ts';

/** How many lines of a kind are shown. */
const MAX_SHOWN = 20;

type What = LeftAlone['what'];
type Sign = '+' | '~' | '-';

interface Item {
  what: What;
  sign: Sign;
  /** `user matti in acme` */
  name: string;
  change: DirectoryChange;
}

const ORDER: readonly What[] = ['source', 'organisation', 'user', 'function number', 'endpoint'];
const SIGNS: readonly Sign[] = ['+', '~', '-'];

export interface PlanWords {
  lines: readonly string[];
  added: number;
  changed: number;
  removed: number;
}

/** @param current the directory before the plan */
export function wordChanges({ changes }: Plan, current: Directory): PlanWords {
  // By name: a user who is put twice on the way is one change.
  const items = [...new Map(changes.map(itemOf).map((item) => [`${item.sign} ${item.name}`, item])).values()];
  const groups = Map.groupBy(items, ({ what, sign }) => `${what} ${sign}`);
  const lines = ORDER.flatMap((what) =>
    SIGNS.flatMap((sign) =>
      bounded(
        groups.get(`${what} ${sign}`) ?? [],
        ({ name, change }) => `${sign} ${name}${inBrackets(changeDetails(change, current))}`,
        (more) => `${sign} … and ${count(more, what, 'more ')}`,
      ),
    ),
  );
  const signed = (sign: Sign) => items.filter((item) => item.sign === sign).length;
  return { lines, added: signed('+'), changed: signed('~'), removed: signed('-') };
}

export function wordLeftAlone({ leftAlone }: Plan): string[] {
  const groups = Map.groupBy(leftAlone, ({ what }) => what);
  return ORDER.flatMap((what) =>
    bounded(
      groups.get(what) ?? [],
      ({ id, organisationId }) =>
        `  ${what} ${id}${organisationId === undefined ? '' : ` in ${organisationId}`} is not in the file, left alone (--prune removes it)`,
      (more) =>
        `  … and ${count(more, what, 'more ')} not in the file, left alone (--prune removes ${more === 1 ? 'it' : 'them'})`,
    ),
  );
}

export function wordConflicts({ conflicts }: Plan): string[] {
  const lines = [...new Set(conflicts.map(wordConflict))];
  return bounded(
    lines,
    (line) => line,
    (more) => `… and ${count(more, 'conflict', 'more ')}`,
  );
}

/** `1 user`, `49,980 more users` */
function count(number: number, what: string, more = ''): string {
  return `${number.toLocaleString('en')} ${more}${what}${number === 1 ? '' : 's'}`;
}

function bounded<T>(
  items: readonly T[],
  word: (item: T) => string,
  wordMore: (more: number) => string,
): string[] {
  const lines = items.slice(0, MAX_SHOWN).map(word);
  return items.length > MAX_SHOWN ? [...lines, wordMore(items.length - MAX_SHOWN)] : lines;
}

function itemOf(change: DirectoryChange): Item {
  const item = (what: What, id: string, organisationId?: string): Item => ({
    what,
    sign: 'is' in change ? (change.is === 'new' ? '+' : '~') : '-',
    name: `${what} ${id}${organisationId === undefined ? '' : ` in ${organisationId}`}`,
    change,
  });
  switch (change.do) {
    case 'put-source':
      return item('source', change.source.id);
    case 'remove-source':
      return item('source', change.id);
    case 'put-organisation':
      return item('organisation', change.organisation.id);
    case 'remove-organisation':
      return item('organisation', change.organisationId);
    case 'put-user':
      return item('user', change.user.userId, change.organisationId);
    case 'remove-user':
      return item('user', change.userId, change.organisationId);
    case 'put-function-number':
      return item('function number', change.functionNumber.number, change.organisationId);
    case 'remove-function-number':
      return item('function number', change.number, change.organisationId);
    case 'put-endpoint':
      return item('endpoint', change.endpoint.id, change.organisationId);
    case 'remove-endpoint':
      return item('endpoint', change.endpointId, change.organisationId);
  }
}

function inBrackets(details: readonly string[]): string {
  return details.length === 0 ? '' : ` (${details.join(', ')})`;
}

function wordConflict(conflict: Conflict): string {
  if (conflict.kind === 'source-in-use') {
    const { sourceId, usedBy } = conflict;
    const use =
      'allowed' in usedBy
        ? `\`allowed_devices\` of ${usedBy.organisationId} name it`
        : `a device of ${holderText(usedBy)} is on it`;
    return `source ${sourceId} is not in the file and --prune would remove it, but ${use}`;
  }
  const { thing, wantedBy, heldBy } = conflict;
  return `${holderText(wantedBy)} has a ${thing} that belongs to ${holderText(heldBy)}, which is not in the file`;
}

function holderText({ organisationId, userId }: Holder): string {
  return `${userId === undefined ? 'a function number' : `user ${userId}`} in ${organisationId}`;
}
