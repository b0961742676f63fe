/**
 * Lists whose conditions depend on what is asked, in SQL that both databases understand. A condition that is not asked for is
 * left out of the statement: one that is true anyway (`$1 IS NULL OR …`) would keep a database from its index.
 */
import type { Page } from './accounts.ts';

export interface Listing {
  sql: string;
  values: readonly unknown[];
}

/** Collects values while a statement is written. */
export class Values {
  readonly all: unknown[] = [];

  /** @returns its place in the statement */
  add(value: unknown): string {
    this.all.push(value);
    return `$${this.all.length}`;
  }

  list(values: readonly unknown[]): string {
    return values.map((value) => this.add(value)).join(', ');
  }
}

/**
 * A page by id of what belongs to organisations or to the operator: by the primary key, or by the table's index
 * `…_by_organisation`.
 * @param organisationId undefined: operator's, all of them
 * @param more conditions
 */
export function pageByOrganisation(
  table: 'account' | 'api_key' | 'link',
  organisationId: string | undefined,
  { after = '', limit }: Page,
  more: (values: Values) => readonly string[] = () => [],
): Listing {
  const values = new Values();
  const where = [
    ...(organisationId === undefined ? [] : [`organisation_id = ${values.add(organisationId)}`]),
    `id > ${values.add(after)}`,
    ...more(values),
  ];
  const sql = `SELECT * FROM ${table} WHERE ${where.join(' AND ')} ORDER BY id LIMIT ${values.add(limit)}`;
  return { sql, values: values.all };
}
