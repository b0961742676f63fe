/** What a claim asks and writes: the statements of claim.ts, which decides between them. */
import type { EndpointHealth, Gate } from '../../policy/endpoint-health.ts';
import type { SealedColumns } from '../endpoint-columns.ts';
import { columnsOf, type Statements } from './database.ts';
import type { EndpointRow } from './directory.ts';
import { healthColumn, MAKE_DUE, nameOf, namesOf, opensAtMs, type EndpointName } from './endpoint-queue.ts';

const FREE_LAPSED = `
  WITH lapsed AS (
    SELECT id FROM lane WHERE claim_token IS NOT NULL AND claim_until_ms <= $1
    ORDER BY organisation_id, endpoint_id, call_id FOR UPDATE SKIP LOCKED),
  freed AS (
    UPDATE lane SET claim_token = NULL, claim_until_ms = NULL FROM lapsed WHERE lane.id = lapsed.id
    RETURNING lane.organisation_id, lane.endpoint_id, lane.due_at_ms),
  due AS (
    SELECT organisation_id, endpoint_id, min(due_at_ms) AS at_ms FROM freed GROUP BY organisation_id, endpoint_id),
  ${MAKE_DUE}`;

const LOCK_DUE = `
  SELECT endpoint.*, queue.health, queue.tat_ms
  FROM endpoint_queue AS queue
  JOIN endpoint ON endpoint.organisation_id = queue.organisation_id AND endpoint.id = queue.endpoint_id
  WHERE queue.look_at_ms <= $1
    AND (queue.organisation_id, queue.endpoint_id) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))
  ORDER BY queue.look_at_ms, queue.turn LIMIT $4
  FOR UPDATE OF queue SKIP LOCKED`;

const COUNT_UNDER_WAY = `
  SELECT organisation_id, endpoint_id, count(*) AS count, min(claim_until_ms) AS until_ms FROM lane
  WHERE claim_token IS NOT NULL AND claim_until_ms > $3
    AND (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
  GROUP BY organisation_id, endpoint_id`;

/** Of each endpoint the live lanes first, then those in which only replays wait; endpoints in the order given. */
const TAKE_LANES = `
  WITH picked AS (
    SELECT free.id
    FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS wanted (organisation_id, endpoint_id, most, nth)
    CROSS JOIN LATERAL (
      SELECT id FROM (
        SELECT id FROM lane
        WHERE organisation_id = wanted.organisation_id AND endpoint_id = wanted.endpoint_id AND rank = 0
          AND due_at_ms <= $4 AND claim_token IS NULL
        ORDER BY due_at_ms LIMIT wanted.most FOR UPDATE SKIP LOCKED) AS live
      UNION ALL
      SELECT id FROM (
        SELECT id FROM lane
        WHERE organisation_id = wanted.organisation_id AND endpoint_id = wanted.endpoint_id AND rank = 1
          AND due_at_ms <= $4 AND claim_token IS NULL
        ORDER BY due_at_ms LIMIT wanted.most FOR UPDATE SKIP LOCKED) AS replays
      LIMIT wanted.most) AS free
    LIMIT $5)
  UPDATE lane SET claim_token = $6, claim_until_ms = $7 FROM picked WHERE lane.id = picked.id`;

/** In a statement after the taking: what these lanes' messages are now, not what they were before the lock. */
const READ_HEADS = `
  SELECT lane.id AS lane_id, lane.organisation_id, lane.endpoint_id, lane.skipped, head.*
  FROM lane
  LEFT JOIN LATERAL (
    SELECT message.id AS message_id, message.seq, message.body, message.attempts, message.retries, message.created_at_ms,
           message.expires_at_ms, message.replay_of
    FROM message WHERE message.lane_id = lane.id AND message.outcome = 'pending'
    ORDER BY message.seq LIMIT 1) AS head ON true
  WHERE lane.claim_token = $1 AND lane.claim_until_ms = $2
  ORDER BY lane.rank, lane.due_at_ms`;

/** due_at_ms: NULL where the endpoint's lanes tell. */
const PUT_LOOKS = `
  UPDATE endpoint_queue AS queue SET
    due_at_ms = coalesce(looked.due_at_ms, least(
      (SELECT due_at_ms FROM lane
       WHERE organisation_id = queue.organisation_id AND endpoint_id = queue.endpoint_id AND rank = 0
         AND due_at_ms IS NOT NULL AND claim_token IS NULL
       ORDER BY due_at_ms LIMIT 1),
      (SELECT due_at_ms FROM lane
       WHERE organisation_id = queue.organisation_id AND endpoint_id = queue.endpoint_id AND rank = 1
         AND due_at_ms IS NOT NULL AND claim_token IS NULL
       ORDER BY due_at_ms LIMIT 1))),
    turn = nextval('endpoint_turn'),
    health = looked.health::json,
    tat_ms = looked.tat_ms,
    opens_at_ms = looked.opens_at_ms
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::float8[], $6::bigint[])
    AS looked (organisation_id, endpoint_id, due_at_ms, health, tat_ms, opens_at_ms)
  WHERE queue.organisation_id = looked.organisation_id AND queue.endpoint_id = looked.endpoint_id`;

export type DueRow = EndpointRow &
  SealedColumns & { organisation_id: string; health: EndpointHealth | null; tat_ms: number };

/** The head of a lane that was taken; its columns are null where nothing is pending after all. */
export interface HeadRow {
  lane_id: number;
  organisation_id: string;
  endpoint_id: string;
  skipped: number[];
  message_id: string | null;
  seq: number;
  body: string;
  attempts: number;
  retries: number;
  created_at_ms: number;
  expires_at_ms: number | null;
  replay_of: string | null;
}

interface UnderWayRow {
  organisation_id: string;
  endpoint_id: string;
  count: number;
  until_ms: number;
}

/** What a look leaves behind. `dueAtMs` undefined: when its free lanes are. */
export interface Looked extends EndpointName {
  gate: Gate;
  dueAtMs?: number;
}

/** Frees lapsed claims, and locks endpoints that are due, at most `breadth` and none of `without`. */
export async function lockDue(
  tx: Statements,
  nowMs: number,
  breadth: number,
  without: readonly EndpointName[],
): Promise<DueRow[]> {
  void tx.query(FREE_LAPSED, [nowMs]);
  return tx.query<DueRow>(LOCK_DUE, [nowMs, ...namesOf(without), breadth]);
}

/** Unlapsed claims of all nodes. @returns by endpoint; those without any are left out */
export async function countUnderWay(
  tx: Statements,
  endpoints: readonly EndpointName[],
  nowMs: number,
): Promise<ReadonlyMap<string, { count: number; untilMs: number }>> {
  if (endpoints.length === 0) return new Map();
  const rows = await tx.query<UnderWayRow>(COUNT_UNDER_WAY, [...namesOf(endpoints), nowMs]);
  return new Map(rows.map((row) => [nameOf(laneName(row)), { count: row.count, untilMs: row.until_ms }]));
}

/** Writes down when each endpoint is worth the next look, and its gate. */
export function putLooks(tx: Statements, looked: readonly Looked[]): void {
  if (looked.length === 0) return;
  const columns = columnsOf(
    looked,
    ({ dueAtMs }) => dueAtMs ?? null,
    ({ gate }) => healthColumn(gate.health),
    ({ gate }) => gate.tatMs,
    ({ gate }) => opensAtMs(gate),
  );
  void tx.query(PUT_LOOKS, [...namesOf(looked), ...columns]);
}

export interface Taking {
  token: string;
  nowMs: number;
  untilMs: number;
  total: number;
}

/** Takes lanes of these endpoints, at most `most` of each. @returns their heads */
export async function takeLanes(
  tx: Statements,
  wanted: readonly (EndpointName & { most: number })[],
  { token, nowMs, untilMs, total }: Taking,
): Promise<HeadRow[]> {
  if (wanted.length === 0) return [];
  const most = wanted.map((endpoint) => endpoint.most);
  void tx.query(TAKE_LANES, [...namesOf(wanted), most, nowMs, total, token, untilMs]);
  return tx.query<HeadRow>(READ_HEADS, [token, untilMs]);
}

/** The endpoint of a lane. */
export function laneName(row: { organisation_id: string; endpoint_id: string }): EndpointName {
  return { organisationId: row.organisation_id, endpointId: row.endpoint_id };
}
