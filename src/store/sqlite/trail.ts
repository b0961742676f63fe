/** The trail: one row for each step of a leg, written in the transaction that moves the leg. */
import type { DatabaseSync } from 'node:sqlite';
import type { TrailStep } from '../../policy/timeline.ts';
import { trailRowOf } from '../trail-row.ts';

/** Statements are prepared once, here. @returns keeps one step, inside the caller's transaction, and tells whether it was new */
export function prepareTrail(
  db: DatabaseSync,
): (organisationId: string, step: TrailStep, nowMs: number) => boolean {
  const insert = db.prepare(`
    INSERT INTO trail (organisation_id, call_id, branch_id, state, at_ms, begins, entry)
    VALUES (?1, ?2, ?3, ?4, ?5,
      NOT EXISTS (SELECT 1 FROM trail WHERE organisation_id = ?1 AND call_id = ?2), ?6)
    ON CONFLICT DO NOTHING`);
  return (organisationId, step, nowMs) => {
    const { call_id, branch_id, state, entry } = trailRowOf(step);
    return insert.run(organisationId, call_id, branch_id, state, nowMs, entry).changes > 0;
  };
}
