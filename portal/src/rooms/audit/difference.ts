/** What a change changed, field by field. Pure. */
import type { Entry } from './entries.ts';

export interface Difference {
  /** Path of the field: `privacy.remove_local_email`. */
  field: string;
  before?: unknown;
  after?: unknown;
}

export function differenceOf({ before, after }: Pick<Entry, 'before' | 'after'>): Difference[] {
  const [was, is] = [leaves(before ?? {}), leaves(after ?? {})];
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter((field) => JSON.stringify(was.get(field)) !== JSON.stringify(is.get(field)))
    .map((field) => ({
      field,
      ...(was.has(field) && { before: was.get(field) }),
      ...(is.has(field) && { after: is.get(field) }),
    }));
}

/** Objects are taken apart, lists are not. */
function leaves(words: object, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(words).flatMap(([key, value]): [string, unknown][] =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? [...leaves(value as object, `${prefix}${key}.`)]
        : [[`${prefix}${key}`, value]],
    ),
  );
}
