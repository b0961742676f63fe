/**
 * What a database with SQL must offer to those rooms whose statements are the same on every backend: nothing in them is
 * about speed or locks, so one text serves all. Parameters are `$1`, `$2` …; JSON is kept as text, yes and no as 1 and 0.
 */
export interface Step {
  sql: string;
  values: readonly unknown[];
  /** It has to return a row; if it does not, nothing of all steps is kept. */
  must?: true;
}

export interface SqlPort {
  /** One statement, a transaction of its own. */
  rows<Row>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** All or none, in order. @returns the rows of each; undefined if a step that must returned none */
  together(steps: readonly Step[]): Promise<readonly (readonly unknown[])[] | undefined>;
}

/** The text that `LIKE … ESCAPE '\'` takes for "has this somewhere in it"; undefined: everything. */
export function containing(search: string | undefined): string {
  return `%${(search ?? '').toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}
