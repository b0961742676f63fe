/** Leases: rows that one statement takes or does not. */
import type { LeaseState, LeaseStore } from '../leases.ts';
import type { Database } from './database.ts';

const HOLD = `
  INSERT INTO lease (name, node, term, until_ms) VALUES ($1, $2, 1, $3)
  ON CONFLICT (name) DO UPDATE SET
    node = excluded.node,
    until_ms = excluded.until_ms,
    term = CASE WHEN lease.node = excluded.node THEN lease.term ELSE lease.term + 1 END
  WHERE lease.node = excluded.node OR lease.until_ms <= $4
  RETURNING term`;

const RELEASE = `UPDATE lease SET node = '', until_ms = 0 WHERE name = $1 AND node = $2`;

const HELD = `
  SELECT name, node, term, until_ms FROM lease WHERE starts_with(name, $1) AND until_ms > $2 ORDER BY name`;

interface LeaseRow {
  name: string;
  node: string;
  term: number;
  until_ms: number;
}

export function createLeaseStore(db: Database, node: string): LeaseStore {
  return {
    async hold(name, forMs, nowMs) {
      const untilMs = Math.round(nowMs + forMs);
      const [row] = await db.query<{ term: number }>(HOLD, [name, node, untilMs, nowMs]);
      return row && { name, term: row.term };
    },

    async release(name) {
      await db.query(RELEASE, [name, node]);
    },

    async held(prefix, nowMs) {
      const rows = await db.query<LeaseRow>(HELD, [prefix, nowMs]);
      return rows.map((row): LeaseState => ({
        name: row.name,
        node: row.node,
        term: row.term,
        untilMs: row.until_ms,
      }));
    },
  };
}
