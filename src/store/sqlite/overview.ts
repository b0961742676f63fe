/** How endpoints are: each single one, and all of them together. */
import type { DatabaseSync } from 'node:sqlite';
import { summaryOf, type Unwell, type Waiting } from '../health-summary.ts';
import { DELIVERED_ABOUT, type EndpointOverview, type HealthSummary } from '../health.ts';
import type { AttemptRecord } from '../store.ts';
import { healthOf } from './health-write.ts';

interface EndpointRow {
  organisation_id: string;
  id: string;
  url: string;
  pending: number | null;
  lanes: number | null;
  oldestMs: number | null;
  delivered: number | null;
  expired: number | null;
  dead: number | null;
  last: string | null;
  health: string | null;
  delivered_about_ms: number | null;
}

/** Half a second where a million messages wait. */
export interface OverviewReader {
  all(): readonly EndpointOverview[];
  endpointsOf(organisationId: string): readonly EndpointOverview[];
  summary(most: number): Omit<HealthSummary, 'sources'>;
}

/** @param of one organisation, which is the parameter; all; or one endpoint of it, without what waits for it */
const selectEndpoints = (of: 'all' | 'organisation' | 'endpoint') => `
  SELECT endpoint.organisation_id, endpoint.id, endpoint.url, state.delivered, state.expired, state.dead,
         state.last, state.health, ${of === 'organisation' ? DELIVERED_ABOUT : 'NULL'} AS delivered_about_ms,
         ${of === 'endpoint' ? '0 AS pending, 0 AS lanes, NULL AS oldestMs' : 'backlog.pending, backlog.lanes, backlog.oldestMs'}
  FROM endpoint
  LEFT JOIN endpoint_state AS state
    ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
  ${
    of === 'endpoint'
      ? 'WHERE endpoint.organisation_id = ?1 AND endpoint.id = ?2'
      : `LEFT JOIN (${selectBacklog(of === 'organisation' ? 'AND lane.organisation_id = ?1' : '')}) AS backlog
           ON backlog.organisationId = endpoint.organisation_id AND backlog.endpointId = endpoint.id
         ${of === 'organisation' ? 'WHERE endpoint.organisation_id = ?1' : ''}
         ORDER BY endpoint.organisation_id, endpoint.id`
  }`;

/** @param condition which lanes are meant */
function selectBacklog(condition = ''): string {
  return `
    SELECT lane.organisation_id AS organisationId, lane.endpoint_id AS endpointId, count(*) AS pending,
           count(DISTINCT lane.id) AS lanes, min(message.created_at_ms) AS oldestMs
    FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
    WHERE lane.due_at_ms IS NOT NULL ${condition}
    GROUP BY lane.organisation_id, lane.endpoint_id`;
}

/** By `endpoint_unwell`. */
const UNWELL = `
  SELECT organisation_id AS organisationId, endpoint_id AS endpointId, health ->> '$.kind' AS kind
  FROM endpoint_state WHERE health IS NOT NULL`;

/** Statements are prepared once, here. */
export function prepareOverview(db: DatabaseSync): OverviewReader {
  const all = db.prepare(selectEndpoints('all'));
  const ofOrganisation = db.prepare(selectEndpoints('organisation'));
  const one = db.prepare(selectEndpoints('endpoint'));
  const backlog = db.prepare(selectBacklog());
  const unwell = db.prepare(UNWELL);
  const count = db.prepare('SELECT count(*) AS count FROM endpoint');
  return {
    all: () => (all.all() as unknown as EndpointRow[]).map(readEndpoint),
    endpointsOf: (organisationId) =>
      (ofOrganisation.all(organisationId) as unknown as EndpointRow[]).map(readEndpoint),
    summary(most) {
      const waiting = backlog.all() as unknown as Waiting[];
      const { count: endpoints } = count.get() as { count: number };
      const summary = summaryOf(endpoints, waiting, unwell.all() as unknown as Unwell[], most);
      const concerning = summary.concerning.flatMap(({ organisationId, endpointId, ...waits }) => {
        // It may be removed in this moment.
        const row = one.get(organisationId, endpointId) as EndpointRow | undefined;
        return row === undefined ? [] : [readEndpoint({ ...row, ...waits })];
      });
      return { ...summary, concerning };
    },
  };
}

function readEndpoint(row: EndpointRow): EndpointOverview {
  const overview: EndpointOverview = {
    organisationId: row.organisation_id,
    id: row.id,
    url: row.url,
    pending: row.pending ?? 0,
    lanesWaiting: row.lanes ?? 0,
    delivered: row.delivered ?? 0,
    expired: row.expired ?? 0,
    dead: row.dead ?? 0,
    health: healthOf(row.health),
  };
  if (row.oldestMs !== null) overview.oldestPendingAtMs = row.oldestMs;
  if (row.last !== null) overview.last = JSON.parse(row.last) as AttemptRecord;
  if (row.delivered_about_ms !== null) overview.deliveredAboutMs = row.delivered_about_ms;
  return overview;
}
