/** How sources and endpoints are doing, for people who look. */
import { disabled, enabled, HEALTHY, type EndpointHealth } from '../../policy/endpoint-health.ts';
import { summaryOf, type Unwell, type Waiting } from '../health-summary.ts';
import { DELIVERED_ABOUT, type EndpointOverview, type HealthStore } from '../health.ts';
import type { AttemptRecord } from '../store.ts';
import { auditValues, INSERT_AUDIT } from '../sql-audit.ts';
import { sqlSourceStates } from '../sql-source-states.ts';
import { createBacklog } from './backlog.ts';
import type { Database } from './database.ts';
import { lockGates, nameOf, namesOf, putHealth } from './endpoint-queue.ts';
import { watchedAmong } from './feed.ts';
import { createPort } from './port.ts';
import type { Waker } from './wake.ts';

const CONDITIONS = {
  all: '',
  organisation: 'WHERE endpoint.organisation_id = $1',
  named: 'WHERE (endpoint.organisation_id, endpoint.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))',
};

/** @param of one organisation, which is the parameter; all; or those that are named */
const selectEndpoints = (of: 'all' | 'organisation' | 'named') => `
  SELECT endpoint.organisation_id, endpoint.id AS endpoint_id, endpoint.url, state.delivered, state.expired, state.dead,
         state.last, queue.health, ${of === 'organisation' ? DELIVERED_ABOUT : 'NULL'} AS delivered_about_ms
  FROM endpoint
  LEFT JOIN endpoint_queue AS queue
    ON queue.organisation_id = endpoint.organisation_id AND queue.endpoint_id = endpoint.id
  LEFT JOIN endpoint_state AS state
    ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
  ${CONDITIONS[of]}
  ORDER BY endpoint.organisation_id, endpoint.id`;

const ENDPOINTS = selectEndpoints('all');
const ENDPOINTS_OF = selectEndpoints('organisation');
const ENDPOINTS_NAMED = selectEndpoints('named');
const COUNT = 'SELECT count(*) AS endpoints FROM endpoint';
const UNWELL = `
  SELECT organisation_id AS "organisationId", endpoint_id AS "endpointId", health ->> 'kind' AS kind
  FROM endpoint_queue WHERE health IS NOT NULL`;

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
  const states = sqlSourceStates(createPort(db));
  /** Of one organisation or of all. */
  const endpoints = async (organisationId?: string) => {
    const [rows, waiting] = await Promise.all([
      organisationId === undefined
        ? db.query<EndpointRow>(ENDPOINTS)
        : db.query<EndpointRow>(ENDPOINTS_OF, [organisationId]),
      backlog(organisationId),
    ]);
    const byEndpoint = new Map(waiting.map((row) => [nameOf(row), row]));
    return rows.map((row) => readEndpoint(row, byEndpoint.get(nameOf(namedIn(row)))));
  };
  return {
    ...states,
    endpoints,

    async summary(most) {
      const [sources, waiting, unwell, [count]] = await Promise.all([
        states.sources(),
        backlog(),
        db.query<Unwell>(UNWELL),
        db.query<{ endpoints: number }>(COUNT),
      ]);
      const summary = summaryOf(count!.endpoints, waiting, unwell, most);
      const names = summary.concerning;
      const rows = names.length > 0 ? await db.query<EndpointRow>(ENDPOINTS_NAMED, namesOf(names)) : [];
      const byEndpoint = new Map(rows.map((row) => [nameOf(namedIn(row)), row]));
      const concerning = names.flatMap((one) => {
        // It may be removed in this moment.
        const row = byEndpoint.get(nameOf(one));
        return row === undefined ? [] : [readEndpoint(row, 'pending' in one ? one : undefined)];
      });
      return { ...summary, sources, concerning };
    },

    async overview() {
      const [sources, all] = await Promise.all([states.sources(), endpoints()]);
      return { sources, endpoints: all };
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

function namedIn(row: { organisation_id: string; endpoint_id: string }) {
  return { organisationId: row.organisation_id, endpointId: row.endpoint_id };
}

function readEndpoint(row: EndpointRow, waiting: Waiting | undefined): EndpointOverview {
  const overview: EndpointOverview = {
    organisationId: row.organisation_id,
    id: row.endpoint_id,
    url: row.url,
    pending: waiting?.pending ?? 0,
    lanesWaiting: waiting?.lanes ?? 0,
    delivered: row.delivered ?? 0,
    expired: row.expired ?? 0,
    dead: row.dead ?? 0,
    health: row.health ?? HEALTHY,
  };
  if (waiting !== undefined) overview.oldestPendingAtMs = waiting.oldestMs;
  if (row.last !== null) overview.last = row.last;
  if (row.delivered_about_ms !== null) overview.deliveredAboutMs = row.delivered_about_ms;
  return overview;
}
