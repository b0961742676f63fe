/** Adds to the figures of endpoints for the ten minutes that pass. */
import { bucketOf, type Tally } from '../log-statistics.ts';
import { columnsOf, type Statements } from './database.ts';
import { namesOf, type EndpointName } from './endpoint-queue.ts';

const ADD = `
  INSERT INTO statistic AS known (organisation_id, endpoint_id, at_ms, delivered, failed, expired, dead, latencies)
  SELECT organisation_id, endpoint_id, $8, delivered, failed, expired, dead, latencies::integer[]
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
    AS counted (organisation_id, endpoint_id, delivered, failed, expired, dead, latencies)
  ORDER BY organisation_id, endpoint_id
  ON CONFLICT (organisation_id, endpoint_id, at_ms) DO UPDATE SET
    delivered = known.delivered + excluded.delivered,
    failed = known.failed + excluded.failed,
    expired = known.expired + excluded.expired,
    dead = known.dead + excluded.dead,
    latencies = ARRAY(
      SELECT coalesce(before, 0) + coalesce(more, 0)
      FROM unnest(known.latencies, excluded.latencies) WITH ORDINALITY AS slot (before, more, nth) ORDER BY nth)`;

/** Each endpoint is named once. Locks as `countOutcomes` does, and after it. */
export function addStatistics(
  tx: Statements,
  counts: readonly (EndpointName & Tally)[],
  nowMs: number,
): void {
  if (counts.length === 0) return;
  const columns = columnsOf(
    counts,
    ({ delivered }) => delivered,
    ({ failed }) => failed,
    ({ expired }) => expired,
    ({ dead }) => dead,
    ({ latencies }) => `{${latencies.join(',')}}`,
  );
  void tx.query(ADD, [...namesOf(counts), ...columns, bucketOf(nowMs)]);
}
