/** The room for keys in SQL, the same on every backend. */
import { keyIdIn, STAMP_BYTES, type SecretBox } from '../runtime/secret-box.ts';
import type { KeyStore } from './keys.ts';
import { placeIn, placeOf, SEALED_COLUMNS } from './sealed-columns.ts';
import type { SqlPort, Step } from './sql-port.ts';

const NAME = 'installation';
const SELECT_IDENTITY = 'SELECT sealed FROM identity WHERE name = $1';
const KEEP_IDENTITY = `
  INSERT INTO identity (name, sealed) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`;

/** Each column's statements. */
const COLUMNS = Object.values(SEALED_COLUMNS).map(({ table, column, key }) => ({
  column: { table, column, key },
  SELECT_OTHERS: `
    SELECT ${key.join(', ')}, ${column} AS sealed FROM ${table}
    WHERE ${column} IS NOT NULL AND substr(${column}, 1, ${STAMP_BYTES}) <> $1
    ORDER BY ${key.join(', ')} LIMIT $2`,
  REPLACE: `
    UPDATE ${table} SET ${column} = $1
    WHERE ${column} = $2 AND ${key.map((part, nth) => `${part} = $${nth + 3}`).join(' AND ')}`,
  COUNT: `
    SELECT substr(${column}, 1, ${STAMP_BYTES}) AS stamp, CAST(count(*) AS integer) AS secrets FROM ${table}
    WHERE ${column} IS NOT NULL GROUP BY 1`,
}));

type SealedRow = Record<string, string> & { sealed: Uint8Array };

export function createKeyStore(sql: SqlPort, secrets: SecretBox): KeyStore {
  return {
    async identity() {
      const [row] = await sql.rows<{ sealed: Uint8Array }>(SELECT_IDENTITY, [NAME]);
      return row && secrets.open(row.sealed, placeOf('identity', NAME));
    },

    async keepIdentity(text) {
      await sql.rows(KEEP_IDENTITY, [NAME, secrets.seal(text, placeOf('identity', NAME))]);
    },

    async reseal(limit) {
      const stamp = secrets.stamp();
      const steps: Step[] = [];
      for (const { column, SELECT_OTHERS, REPLACE } of COLUMNS) {
        const rows = await sql.rows<SealedRow>(SELECT_OTHERS, [stamp, limit]);
        for (const row of rows) {
          const key = column.key.map((part) => row[part]!);
          const place = placeIn(column, key);
          const again = secrets.seal(secrets.open(row.sealed, place), place);
          steps.push({ sql: REPLACE, values: [again, row.sealed, ...key] });
        }
      }
      if (steps.length > 0) await sql.together(steps);
      return steps.length;
    },

    async inUse() {
      const found = new Map<string, number>();
      for (const { COUNT } of COLUMNS) {
        for (const row of await sql.rows<{ stamp: Uint8Array; secrets: number }>(COUNT)) {
          const id = keyIdIn(row.stamp) ?? '';
          found.set(id, (found.get(id) ?? 0) + row.secrets);
        }
      }
      return found;
    },
  };
}
