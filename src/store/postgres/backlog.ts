/**
 * How much waits for each endpoint. Counting a long backlog takes the database a while (bench/overview.ts), and several nodes
 * are asked for their metrics every few seconds: after a long count the figures stand for twenty times as long as it took, so
 * that no node keeps the database busy for more than a twentieth of the time. A count that is under way serves all who ask.
 */
import type { Waiting } from '../health-summary.ts';
import type { Database } from './database.ts';

/** @param one of one organisation, which is the parameter */
const selectBacklog = (one: boolean) => `
  SELECT lane.organisation_id AS "organisationId", lane.endpoint_id AS "endpointId", count(*) AS pending,
         count(DISTINCT lane.id) AS lanes, min(message.created_at_ms) AS "oldestMs"
  FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
  WHERE lane.due_at_ms IS NOT NULL ${one ? 'AND lane.organisation_id = $1' : ''}
  GROUP BY lane.organisation_id, lane.endpoint_id`;
const BACKLOG = selectBacklog(false);
const BACKLOG_OF = selectBacklog(true);

/** A count that took less is made again each time. */
const LONG_MS = 100;
const REST = 20;

interface Count {
  rows: Promise<readonly Waiting[]>;
  /** Undefined while it is under way. */
  standsUntilMs?: number;
}

/** @param nowMs any clock that only goes forward. @returns counts for one organisation or for all */
export function createBacklog(
  db: Pick<Database, 'query'>,
  nowMs: () => number = () => performance.now(),
): (organisationId?: string) => Promise<readonly Waiting[]> {
  const counts = new Map<string | undefined, Count>();

  /** A long count stands for a while; one that was quick, or failed, does not. */
  const read = async (organisationId: string | undefined) => {
    const beganAtMs = nowMs();
    let standsUntilMs = -Infinity;
    try {
      const rows =
        organisationId === undefined
          ? await db.query<Waiting>(BACKLOG)
          : await db.query<Waiting>(BACKLOG_OF, [organisationId]);
      const tookMs = nowMs() - beganAtMs;
      if (tookMs >= LONG_MS) standsUntilMs = nowMs() + REST * tookMs;
      return rows;
    } finally {
      const count = counts.get(organisationId);
      if (count !== undefined) count.standsUntilMs = standsUntilMs;
    }
  };

  return (organisationId) => {
    for (const [id, { standsUntilMs = Infinity }] of counts) if (nowMs() >= standsUntilMs) counts.delete(id);
    const count = counts.get(organisationId) ?? { rows: read(organisationId) };
    counts.set(organisationId, count);
    return count.rows;
  };
}
