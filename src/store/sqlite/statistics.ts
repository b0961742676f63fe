/** Adds to the figures of an endpoint for the ten minutes that pass. */
import type { DatabaseSync } from 'node:sqlite';
import { sumSlots } from '../../policy/latency.ts';
import { bucketOf, slotsOf, type Tally } from '../log-statistics.ts';

/** Statements are prepared once, here. @returns adds a tally, inside the caller's transaction */
export function prepareStatistics(
  db: DatabaseSync,
): (organisationId: string, endpointId: string, tally: Tally, nowMs: number) => void {
  const select = db.prepare(
    'SELECT latencies FROM statistic WHERE organisation_id = ? AND endpoint_id = ? AND at_ms = ?',
  );
  const put = db.prepare(`
    INSERT INTO statistic (organisation_id, endpoint_id, at_ms, delivered, failed, expired, dead, latencies)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (organisation_id, endpoint_id, at_ms) DO UPDATE SET
      delivered = delivered + excluded.delivered, failed = failed + excluded.failed, expired = expired + excluded.expired,
      dead = dead + excluded.dead, latencies = excluded.latencies`);
  return (organisationId, endpointId, { delivered, failed, expired, dead, latencies }, nowMs) => {
    const atMs = bucketOf(nowMs);
    const row = select.get(organisationId, endpointId, atMs) as { latencies: string } | undefined;
    const all = row === undefined ? latencies : sumSlots(slotsOf(row.latencies), latencies);
    put.run(organisationId, endpointId, atMs, delivered, failed, expired, dead, JSON.stringify(all));
  };
}
