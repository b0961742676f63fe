/**
 * How much waits for each endpoint. Counting a long backlog takes the database a while (bench/overview.ts), and several nodes
 * are asked for their metrics every few seconds: after a long count the figures stand for twenty times as long as it took, so
 * that no node keeps the database busy for more than a twentieth of the time. A count that is under way serves all who ask.
 */
import type { Database } from './database.ts';

const BACKLOG = `
  SELECT lane.organisation_id, lane.endpoint_id, count(*) AS pending, count(DISTINCT lane.id) AS lanes_waiting,
         min(message.created_at_ms) AS oldest_ms
  FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
  WHERE lane.due_at_ms IS NOT NULL
  GROUP BY lane.organisation_id, lane.endpoint_id`;

/** A count that took less is made again each time. */
const LONG_MS = 100;
const REST = 20;

export interface BacklogRow {
  organisation_id: string;
  endpoint_id: string;
  pending: number;
  lanes_waiting: number;
  oldest_ms: number;
}

/** @param nowMs any clock that only goes forward */
export function createBacklog(
  db: Pick<Database, 'query'>,
  nowMs: () => number = () => performance.now(),
): () => Promise<readonly BacklogRow[]> {
  let counted: Promise<readonly BacklogRow[]> | undefined;
  let standsUntilMs = Infinity;

  const count = async () => {
    const beganAtMs = nowMs();
    const rows = await db.query<BacklogRow>(BACKLOG);
    const tookMs = nowMs() - beganAtMs;
    standsUntilMs = tookMs < LONG_MS ? -Infinity : nowMs() + REST * tookMs;
    return rows;
  };

  return () => {
    if (counted === undefined || nowMs() >= standsUntilMs) {
      standsUntilMs = Infinity;
      counted = count();
      counted.catch(() => (standsUntilMs = -Infinity));
    }
    return counted;
  };
}
