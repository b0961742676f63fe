/** Makes finished messages pending again. They keep their place in their lane: live order is never overtaken. */
import type { ReplayOrder } from '../store.ts';
import type { Statements } from './database.ts';
import { MAKE_DUE } from './endpoint-queue.ts';

/**
 * What was finished after the order was given is none of its business, or it would never end while calls are made.
 * `replayed_at_ms` keeps a message that was delivered within the same millisecond from being taken twice.
 */
const pickWhere = (which: string) => `
  SELECT message.id, message.lane_id
  FROM lane JOIN message ON message.lane_id = lane.id
  WHERE lane.organisation_id = $1 AND lane.endpoint_id = $2 AND ${which}
    AND message.finished_at_ms <= $3 AND coalesce(message.replayed_at_ms, -1) < $3
  ORDER BY message.finished_at_ms LIMIT $4`;

const PICK = {
  message: pickWhere('message.id = $5'),
  call: pickWhere('lane.call_id = $5'),
  // Nothing is finished before it is made, so a long history need not be read.
  all: pickWhere('message.finished_at_ms >= $5 AND message.created_at_ms >= $5'),
  failed: pickWhere(`message.finished_at_ms >= $5 AND message.outcome IN ('expired', 'dead')`),
};

const LOCK_LANES = `
  SELECT id FROM lane WHERE id = ANY ($1::bigint[])
  ORDER BY organisation_id, endpoint_id, call_id FOR UPDATE`;

const AGAIN = `
  UPDATE message SET outcome = 'pending', replay_of = outcome, replayed_at_ms = $2, retries = 0,
    finished_at_ms = NULL, expires_at_ms = NULL
  WHERE id = ANY ($1::text[]) AND finished_at_ms <= $2 AND coalesce(replayed_at_ms, -1) < $2
  RETURNING lane_id`;

const WAKE_LANES = `
  WITH woken AS (
    UPDATE lane SET rank = CASE WHEN due_at_ms IS NULL THEN 1 ELSE rank END, due_at_ms = coalesce(due_at_ms, $2)
    WHERE id = ANY ($1::bigint[])
    RETURNING organisation_id, endpoint_id, due_at_ms),
  due AS (
    SELECT organisation_id, endpoint_id, min(due_at_ms) AS at_ms FROM woken GROUP BY organisation_id, endpoint_id),
  ${MAKE_DUE}`;

/** One step; see `OutboxStore.replay`. */
export async function replayIn(
  tx: Statements,
  order: ReplayOrder,
  askedAtMs: number,
  limit: number,
): Promise<number> {
  const picked = await pick(tx, order, askedAtMs, limit);
  if (picked.length === 0) return 0;
  void tx.query(LOCK_LANES, [picked.map(({ lane_id }) => lane_id)]);
  const pending = await tx.query<{ lane_id: number }>(AGAIN, [picked.map(({ id }) => id), askedAtMs]);
  if (pending.length > 0) void tx.query(WAKE_LANES, [pending.map(({ lane_id }) => lane_id), askedAtMs]);
  return pending.length;
}

function pick(
  tx: Statements,
  { organisationId, endpointId, what }: ReplayOrder,
  askedAtMs: number,
  limit: number,
): Promise<{ id: string; lane_id: number }[]> {
  const common = [organisationId, endpointId, askedAtMs, limit];
  switch (what.kind) {
    case 'message':
      return tx.query(PICK.message, [...common, what.messageId]);
    case 'call':
      return tx.query(PICK.call, [...common, what.callId]);
    case 'since':
      return tx.query(PICK[what.only ?? 'all'], [...common, what.sinceMs]);
  }
}
