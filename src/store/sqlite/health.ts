/** How sources and endpoints are doing, for people who look. */
import type { DatabaseSync } from 'node:sqlite';
import type { AttemptRecord, EndpointHealth, HealthStore, SourceHealth } from '../store.ts';

interface SourceRow {
  id: string;
  status: SourceHealth['status'] | null;
  since_ms: number | null;
  advice: string | null;
  open_legs: number;
}

interface EndpointRow {
  organisation_id: string;
  id: string;
  url: string;
  pending: number;
  oldest_ms: number | null;
  delivered: number | null;
  dead: number | null;
  last: string | null;
}

export function createHealthStore(db: DatabaseSync): HealthStore {
  const putState = db.prepare(`
    INSERT INTO source_state (source_id, status, since_ms, advice) VALUES (?, ?, ?, ?)
    ON CONFLICT (source_id) DO UPDATE SET status = excluded.status, since_ms = excluded.since_ms, advice = excluded.advice`);
  const sources = db.prepare(`
    SELECT source.id, state.status, state.since_ms, state.advice,
           (SELECT count(*) FROM open_leg WHERE source_id = source.id) AS open_legs
    FROM source LEFT JOIN source_state AS state ON state.source_id = source.id
    ORDER BY source.id`);
  const endpoints = db.prepare(`
    SELECT endpoint.organisation_id, endpoint.id, endpoint.url, state.delivered, state.dead, state.last,
           coalesce(backlog.pending, 0) AS pending, backlog.oldest_ms
    FROM endpoint
    LEFT JOIN endpoint_state AS state
      ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
    LEFT JOIN (
      SELECT organisation_id, endpoint_id, count(*) AS pending, min(message.created_at_ms) AS oldest_ms
      FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
      WHERE lane.due_at_ms IS NOT NULL
      GROUP BY organisation_id, endpoint_id
    ) AS backlog ON backlog.organisation_id = endpoint.organisation_id AND backlog.endpoint_id = endpoint.id
    ORDER BY endpoint.organisation_id, endpoint.id`);

  return {
    async sourceState(sourceId, { status, sinceMs, advice }) {
      putState.run(sourceId, status, sinceMs, advice ?? null);
    },

    async overview() {
      return {
        sources: (sources.all() as unknown as SourceRow[]).map(readSource),
        endpoints: (endpoints.all() as unknown as EndpointRow[]).map(readEndpoint),
      };
    },
  };
}

function readSource(row: SourceRow): SourceHealth {
  const health: SourceHealth = {
    id: row.id,
    status: row.status ?? 'connecting',
    sinceMs: row.since_ms ?? 0,
    openLegs: row.open_legs,
  };
  if (row.advice !== null) health.advice = row.advice;
  return health;
}

function readEndpoint(row: EndpointRow): EndpointHealth {
  const health: EndpointHealth = {
    organisationId: row.organisation_id,
    id: row.id,
    url: row.url,
    pending: row.pending,
    delivered: row.delivered ?? 0,
    dead: row.dead ?? 0,
  };
  if (row.oldest_ms !== null) health.oldestPendingAtMs = row.oldest_ms;
  if (row.last !== null) health.last = JSON.parse(row.last) as AttemptRecord;
  return health;
}
