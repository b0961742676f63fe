/** How sources and endpoints are doing, for people who look. */
import { disabled, enabled, HEALTHY, type EndpointHealth } from '../../policy/endpoint-health.ts';
import { DELIVERED_ABOUT, type EndpointOverview, type HealthStore, type SourceHealth } from '../health.ts';
import type { AttemptRecord } from '../store.ts';
import { auditValues, INSERT_AUDIT } from '../sql-audit.ts';
import { createBacklog, type BacklogRow } from './backlog.ts';
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
  SELECT endpoint.organisation_id, endpoint.id AS endpoint_id, endpoint.url, state.delivered, state.expired, state.dead,
         state.last, queue.health, ${one ? DELIVERED_ABOUT : 'NULL'} AS delivered_about_ms
  FROM endpoint
  LEFT JOIN endpoint_queue AS queue
    ON queue.organisation_id = endpoint.organisation_id AND queue.endpoint_id = endpoint.id
  LEFT JOIN endpoint_state AS state
    ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
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
  endpoint_id: string;
  url: string;
  delivered: number | null;
  expired: number | null;
  dead: number | null;
  last: AttemptRecord | null;
  health: EndpointHealth | null;
  delivered_about_ms: number | null;
}

export function createHealthStore(db: Database, waker: Waker): HealthStore {
  const backlog = createBacklog(db);
  const sources = async () => (await db.query<SourceRow>(SOURCES)).map(readSource);
  /** Of one organisation or of all. */
  const endpoints = async (organisationId?: string) => {
    const [rows, waiting] = await Promise.all([
      organisationId === undefined
        ? db.query<EndpointRow>(ENDPOINTS)
        : db.query<EndpointRow>(ENDPOINTS_OF, [organisationId]),
      backlog(organisationId),
    ]);
    const byEndpoint = new Map(waiting.map((row) => [nameOf(namedIn(row)), row]));
    return rows.map((row) => readEndpoint(row, byEndpoint.get(nameOf(namedIn(row)))));
  };
  return {
    async sourceState(sourceId, { status, sinceMs, advice }) {
      await db.query(PUT_SOURCE_STATE, [sourceId, status, sinceMs, advice ?? null]);
    },

    sources,
    endpoints,

    async overview() {
      const [found, all] = await Promise.all([sources(), endpoints()]);
      return { sources: found, endpoints: all };
    },

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

function namedIn(row: { organisation_id: string; endpoint_id: string }) {
  return { organisationId: row.organisation_id, endpointId: row.endpoint_id };
}

function readEndpoint(row: EndpointRow, waiting: BacklogRow | undefined): EndpointOverview {
  const overview: EndpointOverview = {
    organisationId: row.organisation_id,
    id: row.endpoint_id,
    url: row.url,
    pending: waiting?.pending ?? 0,
    lanesWaiting: waiting?.lanes_waiting ?? 0,
    delivered: row.delivered ?? 0,
    expired: row.expired ?? 0,
    dead: row.dead ?? 0,
    health: row.health ?? HEALTHY,
  };
  if (waiting !== undefined) overview.oldestPendingAtMs = waiting.oldest_ms;
  if (row.last !== null) overview.last = row.last;
  if (row.delivered_about_ms !== null) overview.deliveredAboutMs = row.delivered_about_ms;
  return overview;
}
