/** How sources and endpoints are doing, for people who look. */
import { disabled, enabled, HEALTHY, type EndpointHealth } from '../../policy/endpoint-health.ts';
import { DELIVERED_ABOUT, type EndpointOverview, type HealthStore, type SourceHealth } from '../health.ts';
import type { AttemptRecord } from '../store.ts';
import { auditValues, INSERT_AUDIT } from '../sql-audit.ts';
import type { Database } from './database.ts';
import { lockGates, nameOf, putHealth } from './endpoint-queue.ts';
import { watchedAmong } from './feed.ts';
import type { Waker } from './wake.ts';

const PUT_SOURCE_STATE = `
  INSERT INTO source_state (source_id, status, since_ms, advice) VALUES ($1, $2, $3, $4)
  ON CONFLICT (source_id) DO UPDATE
  SET status = excluded.status, since_ms = excluded.since_ms, advice = excluded.advice`;

const SOURCES = `
  SELECT source.id, state.status, state.since_ms, state.advice,
         (SELECT count(*) FROM open_leg WHERE open_leg.source_id = source.id) AS open_legs
  FROM source LEFT JOIN source_state AS state ON state.source_id = source.id
  ORDER BY source.id`;

/** @param one of one organisation, which is the parameter */
const selectEndpoints = (one: boolean) => `
  SELECT endpoint.organisation_id, endpoint.id, endpoint.url, state.delivered, state.expired, state.dead, state.last,
         queue.health, coalesce(backlog.pending, 0) AS pending, coalesce(backlog.lanes, 0) AS lanes_waiting,
         backlog.oldest_ms, ${one ? DELIVERED_ABOUT : 'NULL'} AS delivered_about_ms
  FROM endpoint
  LEFT JOIN endpoint_queue AS queue
    ON queue.organisation_id = endpoint.organisation_id AND queue.endpoint_id = endpoint.id
  LEFT JOIN endpoint_state AS state
    ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
  LEFT JOIN (
    SELECT lane.organisation_id, lane.endpoint_id, count(*) AS pending, count(DISTINCT lane.id) AS lanes,
           min(message.created_at_ms) AS oldest_ms
    FROM lane JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
    WHERE lane.due_at_ms IS NOT NULL ${one ? 'AND lane.organisation_id = $1' : ''}
    GROUP BY lane.organisation_id, lane.endpoint_id
  ) AS backlog ON backlog.organisation_id = endpoint.organisation_id AND backlog.endpoint_id = endpoint.id
  ${one ? 'WHERE endpoint.organisation_id = $1' : ''}
    ORDER BY endpoint.organisation_id, endpoint.id`;

const ENDPOINTS = selectEndpoints(false);
const ENDPOINTS_OF = selectEndpoints(true);

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
  last: AttemptRecord | null;
  health: EndpointHealth | null;
  delivered_about_ms: number | null;
}

export function createHealthStore(db: Database, waker: Waker): HealthStore {
  return {
    async sourceState(sourceId, { status, sinceMs, advice }) {
      await db.query(PUT_SOURCE_STATE, [sourceId, status, sinceMs, advice ?? null]);
    },

    async overview() {
      const [sources, endpoints] = await Promise.all([
        db.query<SourceRow>(SOURCES),
        db.query<EndpointRow>(ENDPOINTS),
      ]);
      return { sources: sources.map(readSource), endpoints: endpoints.map(readEndpoint) };
    },

    endpoints: async (organisationId) =>
      (await db.query<EndpointRow>(ENDPOINTS_OF, [organisationId])).map(readEndpoint),

    enable: (organisationId, endpointId, on, nowMs, note) =>
      db.transaction(async (tx) => {
        const name = { organisationId, endpointId };
        const found = (await lockGates(tx, [name])).get(nameOf(name));
        if (found === undefined) return false;
        const health = (on ? enabled : disabled)(found.gate.health, nowMs);
        if (health === found.gate.health) return true;
        putHealth(tx, [{ ...found, health, notices: [] }], await watchedAmong(tx, [organisationId]), nowMs);
        void tx.query(INSERT_AUDIT, auditValues(note));
        waker.tell(tx);
        return true;
      }),
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
    health: row.health ?? HEALTHY,
  };
  if (row.oldest_ms !== null) overview.oldestPendingAtMs = row.oldest_ms;
  if (row.last !== null) overview.last = row.last;
  if (row.delivered_about_ms !== null) overview.deliveredAboutMs = row.delivered_about_ms;
  return overview;
}
