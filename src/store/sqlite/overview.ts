/** How sources and endpoints are, read in one go. */
import type { DatabaseSync } from 'node:sqlite';
import { DELIVERED_ABOUT, type EndpointOverview, type HealthStore, type SourceHealth } from '../health.ts';
import type { AttemptRecord } from '../store.ts';
import { healthOf } from './health-write.ts';

export type Overview = Awaited<ReturnType<HealthStore['overview']>>;

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
  lanes_waiting: number;
  oldest_ms: number | null;
  delivered: number | null;
  expired: number | null;
  dead: number | null;
  last: string | null;
  health: string | null;
  delivered_about_ms: number | null;
}

export function prepareSources(db: DatabaseSync): () => SourceHealth[] {
  const sources = db.prepare(`
    SELECT source.id, state.status, state.since_ms, state.advice,
           (SELECT count(*) FROM open_leg WHERE source_id = source.id) AS open_legs
    FROM source LEFT JOIN source_state AS state ON state.source_id = source.id
    ORDER BY source.id`);
  return () => (sources.all() as unknown as SourceRow[]).map(readSource);
}

/** Everything, or the endpoints of one organisation. Half a second where a million messages wait. */
export interface OverviewReader {
  everything(): Overview;
  endpointsOf(organisationId: string): readonly EndpointOverview[];
}

/** @param one of one organisation, which is the parameter */
const selectEndpoints = (one: boolean) => `
    SELECT endpoint.organisation_id, endpoint.id, endpoint.url, state.delivered, state.expired, state.dead,
           state.last, state.health,
           coalesce(backlog.pending, 0) AS pending,
           coalesce(backlog.lanes, 0) AS lanes_waiting, backlog.oldest_ms,
           ${one ? DELIVERED_ABOUT : 'NULL'} AS delivered_about_ms
    FROM endpoint
    LEFT JOIN endpoint_state AS state
      ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
    LEFT JOIN (
      SELECT lane.organisation_id, lane.endpoint_id, count(*) AS pending, count(DISTINCT lane.id) AS lanes,
        min(message.created_at_ms) AS oldest_ms
      FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
      WHERE lane.due_at_ms IS NOT NULL ${one ? 'AND lane.organisation_id = ?1' : ''}
      GROUP BY lane.organisation_id, lane.endpoint_id
    ) AS backlog ON backlog.organisation_id = endpoint.organisation_id AND backlog.endpoint_id = endpoint.id
    ${one ? 'WHERE endpoint.organisation_id = ?1' : ''}
    ORDER BY endpoint.organisation_id, endpoint.id`;

/** Statements are prepared once, here. */
export function prepareOverview(db: DatabaseSync): OverviewReader {
  const sources = prepareSources(db);
  const all = db.prepare(selectEndpoints(false));
  const ofOne = db.prepare(selectEndpoints(true));
  return {
    everything: () => ({
      sources: sources(),
      endpoints: (all.all() as unknown as EndpointRow[]).map(readEndpoint),
    }),
    endpointsOf: (organisationId) =>
      (ofOne.all(organisationId) as unknown as EndpointRow[]).map(readEndpoint),
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

function readEndpoint(row: EndpointRow): EndpointOverview {
  const overview: EndpointOverview = {
    organisationId: row.organisation_id,
    id: row.id,
    url: row.url,
    pending: row.pending,
    lanesWaiting: row.lanes_waiting,
    delivered: row.delivered ?? 0,
    expired: row.expired ?? 0,
    dead: row.dead ?? 0,
    health: healthOf(row.health),
  };
  if (row.oldest_ms !== null) overview.oldestPendingAtMs = row.oldest_ms;
  if (row.last !== null) overview.last = JSON.parse(row.last) as AttemptRecord;
  if (row.delivered_about_ms !== null) overview.deliveredAboutMs = row.delivered_about_ms;
  return overview;
}
