/** The trail: one row for each step of a leg, written in the transaction that moves the leg. */
import { trailRowOf } from '../trail-row.ts';
import type { TrailStep } from '../../policy/timeline.ts';
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
  ON CONFLICT DO NOTHING
  RETURNING organisation_id, call_id, branch_id, state`;

/** Sends them. @returns waits, and tells which of the steps were not there before */
export function keepTrail(
  tx: Statements,
  changes: readonly LegChange[],
  nowMs: number,
): () => Promise<ReadonlySet<TrailStep>> {
  const calls = new Set<string>();
  const rows = changes.flatMap(({ leg: { organisationId }, trail }) => {
    if (trail === undefined) return [];
    const row = trailRowOf(trail);
    const call = `${organisationId}/${row.call_id}`;
    const first = !calls.has(call);
    calls.add(call);
    return [{ organisationId, first, ...row, step: trail }];
  });
  if (rows.length === 0) return async () => new Set();
  const columns = columnsOf(
    rows,
    ({ organisationId }) => organisationId,
    ({ call_id }) => call_id,
    ({ branch_id }) => branch_id,
    ({ state }) => state,
    ({ first }) => first,
    ({ entry }) => entry,
  );
  const sent = tx.query<Name>(INSERT, [...columns, nowMs]);
  return async () => {
    const names = new Set((await sent).map(nameOf));
    // The same step twice: the first one is the one that was kept.
    const kept = rows.filter((row) => names.delete(nameOf({ organisation_id: row.organisationId, ...row })));
    return new Set(kept.map(({ step }) => step));
  };
}

interface Name {
  organisation_id: string;
  call_id: string;
  branch_id: string;
  state: number;
}

function nameOf({ organisation_id, call_id, branch_id, state }: Name): string {
  return [organisation_id, call_id, branch_id, state].join('/');
}
