/** The trail: one row for each step of a leg, written in the transaction that moves the leg. */
import { trailRowOf } from '../trail-row.ts';
import type { LegChange } from '../store.ts';
import { columnsOf, type Statements } from './database.ts';

const INSERT = `
  INSERT INTO trail (organisation_id, call_id, branch_id, state, begins, entry, at_ms)
  SELECT organisation_id, call_id, branch_id, state,
    (first AND NOT EXISTS (
      SELECT 1 FROM trail WHERE trail.organisation_id = made.organisation_id AND trail.call_id = made.call_id))::int,
    entry, $7
  FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::boolean[], $6::text[]) WITH ORDINALITY
    AS made (organisation_id, call_id, branch_id, state, first, entry, nth)
  ORDER BY nth
  ON CONFLICT DO NOTHING`;

export function keepTrail(tx: Statements, changes: readonly LegChange[], nowMs: number): void {
  const calls = new Set<string>();
  const rows = changes.flatMap(({ leg: { organisationId }, trail }) => {
    if (trail === undefined) return [];
    const row = trailRowOf(trail);
    const call = `${organisationId}/${row.call_id}`;
    const first = !calls.has(call);
    calls.add(call);
    return [{ organisationId, first, ...row }];
  });
  if (rows.length === 0) return;
  const columns = columnsOf(
    rows,
    ({ organisationId }) => organisationId,
    ({ call_id }) => call_id,
    ({ branch_id }) => branch_id,
    ({ state }) => state,
    ({ first }) => first,
    ({ entry }) => entry,
  );
  void tx.query(INSERT, [...columns, nowMs]);
}
