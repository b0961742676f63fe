/** The change of the key on the shared store. */
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { needsPostgres } from '../support/needs.ts';
import { query } from '../support/postgres.ts';
import { newDatabase } from '../support/shared-postgres.ts';
import { keysContract } from './keys-contract.ts';

keysContract({
  name: 'PostgreSQL',
  needs: needsPostgres(),
  place: newDatabase,
  open: (place, options) => openPostgresStore(place, { ...options, connections: 4 }),
  async execute(place, sql) {
    await query(place, sql);
  },
  blob: (hex) => `'\\x${hex}'`,
  async columnsOfBytes(place) {
    const rows = await query(
      place,
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type = 'bytea'`,
    );
    return rows.map(({ name }) => String(name));
  },
});
