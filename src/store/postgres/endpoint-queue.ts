/**
 * The queue of endpoints: when each is worth a look, and its gate (health and rate). It is what the book of the embedded
 * database keeps in memory, as rows that all nodes share.
 *
 * Locks are taken in one order by everybody, so that nobody waits in a circle: lanes by organisation, endpoint and call;
 * then queue rows by organisation and endpoint; then `endpoint_state`, then `statistic` in the same way. A claim begins with queue rows,
 * but skips what is locked instead of waiting.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  HEALTHY,
  nextChanceMs,
  type EndpointHealth,
  type Gate,
  type Notice,
} from '../../policy/endpoint-health.ts';
import { NOTICE_CHANNELS } from '../upkeep.ts';
import { columnsOf, type Statements } from './database.ts';
import { fileFeed } from './feed.ts';

/** How an endpoint is named in every table. */
export interface EndpointName {
  organisationId: string;
  endpointId: string;
}

interface GateRow {
  organisation_id: string;
  endpoint_id: string;
  health: EndpointHealth | null;
  tat_ms: number;
}

/** An endpoint's health, and what one step makes of it. */
export interface Move extends EndpointName {
  gate: Gate;
  health: EndpointHealth;
  notices: readonly Notice[];
}

/** The end of a statement whose `due` names endpoints and when a lane of theirs is due. */
export const MAKE_DUE = `
  locked AS (
    SELECT queue.organisation_id, queue.endpoint_id, due.at_ms
    FROM endpoint_queue AS queue
    JOIN due ON due.organisation_id = queue.organisation_id AND due.endpoint_id = queue.endpoint_id
    ORDER BY queue.organisation_id, queue.endpoint_id FOR UPDATE OF queue)
  UPDATE endpoint_queue AS queue SET due_at_ms = least(queue.due_at_ms, locked.at_ms)
  FROM locked
  WHERE queue.organisation_id = locked.organisation_id AND queue.endpoint_id = locked.endpoint_id`;

const MAKE_NAMED_DUE = `
  WITH due AS (
    SELECT organisation_id, endpoint_id, $3::bigint AS at_ms
    FROM unnest($1::text[], $2::text[]) AS named (organisation_id, endpoint_id)),
  ${MAKE_DUE}`;

/** Only those that are named may be named twice. */
const LOCK_GATES = `
  SELECT organisation_id, endpoint_id, health, tat_ms FROM endpoint_queue
  WHERE (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
  ORDER BY organisation_id, endpoint_id FOR UPDATE`;

const LOCK_TROUBLED_GATES = `
  SELECT organisation_id, endpoint_id, health, tat_ms FROM endpoint_queue
  WHERE health IS NOT NULL
  ORDER BY organisation_id, endpoint_id FOR UPDATE SKIP LOCKED`;

const PUT_HEALTH = `
  UPDATE endpoint_queue AS queue SET health = moved.health::json, opens_at_ms = moved.opens_at_ms
  FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
    AS moved (organisation_id, endpoint_id, health, opens_at_ms)
  WHERE queue.organisation_id = moved.organisation_id AND queue.endpoint_id = moved.endpoint_id`;

const FILE_NOTICES = `
  INSERT INTO notice (channel, organisation_id, endpoint_id, url, at_ms, notice, due_at_ms)
  SELECT channel, endpoint.organisation_id, endpoint.id, endpoint.url, $4, told.notice::json, $4
  FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS told (organisation_id, endpoint_id, notice, nth)
  JOIN endpoint ON endpoint.organisation_id = told.organisation_id AND endpoint.id = told.endpoint_id
  CROSS JOIN unnest($5::text[]) AS channel
  ORDER BY told.nth`;

export function nameOf({ organisationId, endpointId }: EndpointName): string {
  return `${organisationId}/${endpointId}`;
}

/** A lane of each of these is due by then. The last lock of a transaction. */
export function makeDue(tx: Statements, endpoints: readonly EndpointName[], atMs: number): void {
  if (endpoints.length > 0) void tx.query(MAKE_NAMED_DUE, [...namesOf(endpoints), atMs]);
}

/** Locks the gates of these endpoints, as far as they still exist. @returns them by name */
export async function lockGates(
  tx: Statements,
  endpoints: readonly EndpointName[],
): Promise<ReadonlyMap<string, EndpointName & { gate: Gate }>> {
  return gatesOf(await tx.query<GateRow>(LOCK_GATES, namesOf(endpoints)));
}

/** Those that are not healthy and that nobody else is at. */
export async function lockTroubledGates(
  tx: Statements,
): Promise<ReadonlyMap<string, EndpointName & { gate: Gate }>> {
  return gatesOf(await tx.query<GateRow>(LOCK_TROUBLED_GATES));
}

/**
 * Writes what has changed, and the notices that follow. The gates are locked.
 * @param watched organisations that somebody listens to
 * @returns how many changed
 */
export function putHealth(
  tx: Statements,
  moves: readonly Move[],
  watched: ReadonlySet<string>,
  nowMs: number,
): number {
  const changed = moves.filter(({ gate, health }) => !isDeepStrictEqual(gate.health, health));
  if (changed.length === 0) return 0;
  const opens = ({ gate, health }: Move) => opensAtMs({ ...gate, health });
  void tx.query(PUT_HEALTH, [
    ...namesOf(changed),
    ...columnsOf(changed, ({ health }) => healthColumn(health), opens),
  ]);
  const told = changed.flatMap(({ notices, ...name }) => notices.map((notice) => ({ ...name, notice })));
  if (told.length > 0) {
    const notices = told.map(({ notice }) => JSON.stringify(notice));
    void tx.query(FILE_NOTICES, [...namesOf(told), notices, nowMs, NOTICE_CHANNELS]);
  }
  const happened = changed
    .filter(
      ({ organisationId, gate, health }) => watched.has(organisationId) && gate.health.kind !== health.kind,
    )
    .map(({ organisationId, endpointId, health }) => {
      return { kind: 'health', organisationId, atMs: nowMs, endpointId, health } as const;
    });
  fileFeed(tx, happened);
  return changed.length;
}

/** The `opens_at_ms` of a gate. */
export function opensAtMs(gate: Gate): number | null {
  const chanceMs = nextChanceMs(gate);
  return chanceMs === undefined ? null : Math.max(0, Math.ceil(chanceMs));
}

export function healthColumn(health: EndpointHealth): string | null {
  return health.kind === 'healthy' ? null : JSON.stringify(health);
}

export function gateOf({ health, tat_ms }: Pick<GateRow, 'health' | 'tat_ms'>): Gate {
  return { health: health ?? HEALTHY, tatMs: tat_ms };
}

/** Two parameters: organisations and endpoints. */
export function namesOf(endpoints: readonly EndpointName[]): unknown[][] {
  return columnsOf(
    endpoints,
    ({ organisationId }) => organisationId,
    ({ endpointId }) => endpointId,
  );
}

function gatesOf(rows: readonly GateRow[]): ReadonlyMap<string, EndpointName & { gate: Gate }> {
  return new Map(
    rows.map((row) => {
      const name = { organisationId: row.organisation_id, endpointId: row.endpoint_id };
      return [nameOf(name), { ...name, gate: gateOf(row) }];
    }),
  );
}
