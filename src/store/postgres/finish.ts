/**
 * Lanes move on: after an attempt, and where messages have expired. Whoever calls this has locked the lanes in a statement
 * before, so that what is read here of their messages is how they are now.
 */
import { tallyOfExpired } from '../log-statistics.ts';
import { columnsOf, type Statements } from './database.ts';
import type { Happened } from '../feed-rows.ts';
import { fileFeed, watchedAmong } from './feed.ts';
import { MAKE_DUE, nameOf, namesOf, type EndpointName } from './endpoint-queue.ts';
import { addStatistics } from './statistics.ts';

/** What becomes of one lane. Its claim ends in any case. */
export interface LaneMove {
  laneId: number;
  /** The number of the message that was delivered, 0 without one: what was skipped before it has been told. */
  toldUpTo: number;
  /** Numbers that expired or died now. */
  skipped: readonly number[];
  /** When its head is due; undefined: as before, or now if the head is another one than before. */
  dueAtMs?: number;
}

/** Nobody waits for a lane that has nothing pending: it is not due. */
const MOVE_LANES = `
  WITH moved AS (
    SELECT given.lane_id, given.told_up_to, given.skipped::integer[] AS skipped, given.due_at_ms, head.seq, head.live
    FROM unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[]) AS given (lane_id, told_up_to, skipped, due_at_ms)
    CROSS JOIN LATERAL (
      SELECT min(message.seq) AS seq, bool_or(message.replay_of IS NULL) AS live FROM message
      WHERE message.lane_id = given.lane_id AND message.outcome = 'pending') AS head),
  freed AS (
    UPDATE lane SET
      claim_token = NULL,
      claim_until_ms = NULL,
      skipped = ARRAY(
        SELECT DISTINCT seq FROM unnest(lane.skipped || moved.skipped) AS seq
        WHERE seq > moved.told_up_to ORDER BY seq),
      rank = CASE WHEN moved.live THEN 0 ELSE 1 END,
      due_at_ms = CASE
        WHEN moved.seq IS NULL THEN NULL
        WHEN moved.due_at_ms IS NOT NULL THEN moved.due_at_ms
        WHEN moved.seq > (SELECT min(seq) FROM unnest(moved.skipped) AS seq) THEN least(lane.due_at_ms, $5)
        ELSE lane.due_at_ms END
    FROM moved WHERE lane.id = moved.lane_id
    RETURNING lane.organisation_id, lane.endpoint_id, lane.due_at_ms),
  due AS (
    SELECT organisation_id, endpoint_id, min(due_at_ms) AS at_ms FROM (
      SELECT * FROM freed WHERE due_at_ms IS NOT NULL
      UNION ALL
      SELECT organisation_id, endpoint_id, $5 FROM unnest($6::text[], $7::text[]) AS woken (organisation_id, endpoint_id)
    ) AS either GROUP BY organisation_id, endpoint_id),
  ${MAKE_DUE}`;

const EXPIRE = `
  UPDATE message SET outcome = 'expired', finished_at_ms = $2
  WHERE lane_id = ANY ($1::bigint[]) AND outcome = 'pending' AND expires_at_ms <= $2
  RETURNING lane_id, id, seq, (SELECT call_id FROM lane WHERE lane.id = lane_id) AS call_id`;

const COUNT = `
  INSERT INTO endpoint_state AS state (organisation_id, endpoint_id, delivered, expired, dead, last)
  SELECT organisation_id, endpoint_id, delivered, expired, dead, last::json
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[])
    AS counted (organisation_id, endpoint_id, delivered, expired, dead, last)
  ORDER BY organisation_id, endpoint_id
  ON CONFLICT (organisation_id, endpoint_id) DO UPDATE SET
    delivered = state.delivered + excluded.delivered,
    expired = state.expired + excluded.expired,
    dead = state.dead + excluded.dead,
    last = coalesce(excluded.last, state.last)`;

/**
 * Frees lanes, and makes their endpoints due where something of them waits.
 * @param woken endpoints that are due in any case: they wait for an attempt to end rather than for a lane
 */
export function moveLanes(
  tx: Statements,
  moves: readonly LaneMove[],
  nowMs: number,
  woken: readonly EndpointName[] = [],
): void {
  if (moves.length === 0) return;
  const columns = columnsOf(
    moves,
    ({ laneId }) => laneId,
    ({ toldUpTo }) => toldUpTo,
    ({ skipped }) => `{${skipped.join(',')}}`,
    ({ dueAtMs }) => dueAtMs ?? null,
  );
  void tx.query(MOVE_LANES, [...columns, nowMs, ...namesOf(woken)]);
}

interface ExpiredRow {
  lane_id: number;
  id: string;
  seq: number;
  call_id: string;
}

/** Finishes what has expired in these lanes, which nobody has claimed but the caller. @returns how many messages */
export async function expireLanes(
  tx: Statements,
  lanes: readonly (EndpointName & { laneId: number })[],
  nowMs: number,
): Promise<number> {
  if (lanes.length === 0) return 0;
  const ids = lanes.map(({ laneId }) => laneId);
  const [expired, watched] = await Promise.all([
    tx.query<ExpiredRow>(EXPIRE, [ids, nowMs]),
    watchedAmong(
      tx,
      lanes.map(({ organisationId }) => organisationId),
    ),
  ]);
  const byLane = Map.groupBy(expired, ({ lane_id }) => lane_id);
  const moves = lanes.map((lane) => ({
    ...lane,
    toldUpTo: 0,
    skipped: (byLane.get(lane.laneId) ?? []).map(({ seq }) => seq),
  }));
  moveLanes(tx, moves, nowMs);
  const counts = Map.groupBy(moves, nameOf);
  const expiredOf = [...counts.values()].map((ofEndpoint) => ({
    organisationId: ofEndpoint[0]!.organisationId,
    endpointId: ofEndpoint[0]!.endpointId,
    expired: ofEndpoint.reduce((sum, { skipped }) => sum + skipped.length, 0),
  }));
  countOutcomes(tx, expiredOf);
  addStatistics(
    tx,
    expiredOf
      .filter((endpoint) => endpoint.expired > 0)
      .map((endpoint) => ({ ...endpoint, ...tallyOfExpired(endpoint.expired) })),
    nowMs,
  );
  if (watched.size > 0) tellExpired(tx, lanes, expired, watched, nowMs);
  return expired.length;
}

function tellExpired(
  tx: Statements,
  lanes: readonly (EndpointName & { laneId: number })[],
  expired: readonly ExpiredRow[],
  watched: ReadonlySet<string>,
  nowMs: number,
): void {
  const names = new Map(
    lanes.map(({ laneId, organisationId, endpointId }) => [laneId, { organisationId, endpointId }]),
  );
  const happened = expired.map(({ lane_id, id: messageId, seq: seqNum, call_id: callId }): Happened => {
    const of = { ...names.get(lane_id)!, messageId, seqNum, callId };
    return { kind: 'finished', atMs: nowMs, ...of, outcome: 'expired' };
  });
  fileFeed(
    tx,
    happened.filter(({ organisationId }) => watched.has(organisationId)),
  );
}

export interface OutcomeCount extends EndpointName {
  delivered?: number;
  expired?: number;
  dead?: number;
  /** JSON, AttemptRecord. */
  last?: string;
}

/** Adds to the counts of endpoints, each named once. With `addStatistics` behind it the last lock of a transaction. */
export function countOutcomes(tx: Statements, counts: readonly OutcomeCount[]): void {
  if (counts.length === 0) return;
  const columns = columnsOf(
    counts,
    ({ delivered = 0 }) => delivered,
    ({ expired = 0 }) => expired,
    ({ dead = 0 }) => dead,
    ({ last = null }) => last,
  );
  void tx.query(COUNT, [...namesOf(counts), ...columns]);
}
