/**
 * The columns in which sealed secrets lie, the same in both backends. One that is not in this list cannot be sealed: a
 * secret's place is made here. Whoever changes the key goes through the list (`sql-keys.ts`).
 */

interface SealedColumn {
  table: string;
  column: string;
  /** What names a row. */
  key: readonly string[];
}

export const SEALED_COLUMNS = {
  sourceSecret: { table: 'source', column: 'secret', key: ['id'] },
  endpointSecret: { table: 'endpoint', column: 'secret', key: ['organisation_id', 'id'] },
  /** Credentials and former secrets. */
  endpointMore: { table: 'endpoint', column: 'sealed', key: ['organisation_id', 'id'] },
  /** It may hold a secret that is shown once. */
  requestAnswer: { table: 'request', column: 'answer', key: ['actor_id', 'key'] },
  identity: { table: 'identity', column: 'sealed', key: ['name'] },
} as const satisfies Record<string, SealedColumn>;

/** As many texts as the row's key has parts. */
type Texts<Key extends readonly string[]> = { readonly [Part in keyof Key]: string };
type KeyOf<Name extends keyof typeof SEALED_COLUMNS> = Texts<(typeof SEALED_COLUMNS)[Name]['key']>;

/** @param key of the row, in the list's order */
export function placeOf<Name extends keyof typeof SEALED_COLUMNS>(name: Name, ...key: KeyOf<Name>): string {
  return placeIn(SEALED_COLUMNS[name], key);
}

export function placeIn({ table, column }: SealedColumn, key: readonly string[]): string {
  return JSON.stringify([table, column, ...key]);
}
