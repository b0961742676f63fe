/** The change of the key on the embedded store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { keysContract } from './keys-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'callhook-keys-'));
after(() => rmSync(folder, { recursive: true }));

let count = 0;

function on<Result>(place: string, work: (db: DatabaseSync) => Result): Result {
  const db = new DatabaseSync(place);
  try {
    return work(db);
  } finally {
    db.close();
  }
}

keysContract({
  name: 'SQLite',
  place: async () => join(folder, `${(count += 1)}.db`),
  open: async (place, options) => openSqliteStore(place, options),
  execute: async (place, sql) => on(place, (db) => db.exec(sql)),
  blob: (hex) => `x'${hex}'`,
  columnsOfBytes: async (place) =>
    on(place, (db) =>
      db
        .prepare(
          `SELECT schema.name || '.' || col.name AS name FROM sqlite_master AS schema, pragma_table_info(schema.name) AS col
           WHERE schema.type = 'table' AND col.type = 'BLOB'`,
        )
        .all()
        .map(({ name }) => String(name)),
    ),
});
