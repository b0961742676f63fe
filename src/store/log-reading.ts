/**
 * The log is read with the same statements on every backend. A reading is a generator that asks for rows and goes on with
 * them: the embedded database answers without ever letting go of the thread, the shared one over the network, both within
 * one snapshot.
 */

/** SQL with `$1`, `$2` … that both databases understand. */
export interface Question {
  sql: string;
  values: readonly unknown[];
}

export type Reading<T> = Generator<Question, T, readonly unknown[]>;

/** Where the databases differ. */
export interface Dialect {
  /** The column that orders messages of one moment. */
  messageNumber: string;
  /** The table that has the endpoints' health. */
  healthTable: string;
}

/** Runs a reading in one snapshot. */
export type Read = <T>(reading: () => Reading<T>) => Promise<T>;

export function* rows<Row>(sql: string, values: readonly unknown[]): Reading<readonly Row[]> {
  return (yield { sql, values }) as readonly Row[];
}

/** The place of an item in a list, as an opaque text. */
export function encodeCursor(place: readonly number[]): string {
  return Buffer.from(place.join('.')).toString('base64url');
}

/** @returns undefined for a text that is none of ours */
export function decodeCursor(cursor: string, length: number): number[] | undefined {
  const place = Buffer.from(cursor, 'base64url').toString().split('.').map(Number);
  return place.length === length && place.every((part) => Number.isSafeInteger(part)) ? place : undefined;
}
