/** Leases on an embedded database. One process serves it, so a lease only ever waits for one that was killed. */
import type { DatabaseSync } from 'node:sqlite';
import type { LeaseState, LeaseStore } from '../leases.ts';

interface LeaseRow {
  name: string;
  node: string;
  term: number;
  until_ms: number;
}

export function createLeaseStore(db: DatabaseSync, node: string): LeaseStore {
  const hold = db.prepare(`
    INSERT INTO lease (name, node, term, until_ms) VALUES (?1, ?2, 1, ?3)
    ON CONFLICT (name) DO UPDATE
    SET node = ?2, until_ms = ?3, term = CASE WHEN node = ?2 THEN term ELSE term + 1 END
    WHERE node = ?2 OR until_ms <= ?4
    RETURNING term`);
  const release = db.prepare(`UPDATE lease SET node = '', until_ms = 0 WHERE name = ? AND node = ?`);
  const select = db.prepare(
    'SELECT * FROM lease WHERE substr(name, 1, length(?1)) = ?1 AND until_ms > ?2 ORDER BY name',
  );

  return {
    async hold(name, forMs, nowMs) {
      const row = hold.get(name, node, nowMs + forMs, nowMs) as { term: number } | undefined;
      return row && { name, term: row.term };
    },

    async release(name) {
      release.run(name, node);
    },

    async held(prefix, nowMs) {
      return (select.all(prefix, nowMs) as unknown as LeaseRow[]).map((row): LeaseState => ({
        name: row.name,
        node: row.node,
        term: row.term,
        untilMs: row.until_ms,
      }));
    },
  };
}
