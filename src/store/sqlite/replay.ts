/** Makes finished messages pending again. They keep their place in their lane: live order is never overtaken. */
import type { DatabaseSync } from 'node:sqlite';
import type { ReplayOrder } from '../store.ts';

/** @returns does one step, inside the caller's transaction; see `OutboxStore.replay` */
export function prepareReplay(
  db: DatabaseSync,
): (order: ReplayOrder, askedAtMs: number, limit: number) => number {
  // What was finished after the order was given is none of its business, or it would never end while calls are made.
  // `replayed_at_ms` keeps a message that was delivered within the same millisecond from being taken twice.
  const again = (candidates: string) =>
    db.prepare(`
      UPDATE message SET outcome = 'pending', replay_of = outcome, replayed_at_ms = :asked, retries = 0,
        finished_at_ms = NULL, expires_at_ms = NULL
      WHERE rowid IN (
        SELECT message.rowid FROM ${candidates}
          AND lane.organisation_id = :organisation AND lane.endpoint_id = :endpoint
          AND message.finished_at_ms <= :asked AND coalesce(message.replayed_at_ms, -1) < :asked
        LIMIT :limit)
      RETURNING lane_id`);
  // By when they were finished: what is pending again has left that index, so that each step begins where the last ended.
  const finishedSince =
    'message INDEXED BY message_finished CROSS JOIN lane ON lane.id = message.lane_id WHERE message.finished_at_ms >= :since';
  const ofLane = 'lane JOIN message ON message.lane_id = lane.id WHERE';
  const statements = {
    message: again(`${ofLane} message.id = :message`),
    call: again(`${ofLane} lane.call_id = :call`),
    all: again(`${finishedSince} AND message.created_at_ms >= :since`),
    failed: again(`${finishedSince} AND message.outcome IN ('expired', 'dead')`),
  };
  const wakeLane = db.prepare(`
    UPDATE lane SET rank = CASE WHEN due_at_ms IS NULL THEN 1 ELSE rank END, due_at_ms = coalesce(due_at_ms, ?)
    WHERE id = ?`);

  const select = ({ organisationId, endpointId, what }: ReplayOrder, askedAtMs: number, limit: number) => {
    const common = { asked: askedAtMs, organisation: organisationId, endpoint: endpointId, limit };
    switch (what.kind) {
      case 'message':
        return statements.message.all({ ...common, message: what.messageId });
      case 'call':
        return statements.call.all({ ...common, call: what.callId });
      case 'since':
        return statements[what.only ?? 'all'].all({ ...common, since: what.sinceMs });
    }
  };

  return (order, askedAtMs, limit) => {
    const rows = select(order, askedAtMs, limit) as { lane_id: number }[];
    for (const laneId of new Set(rows.map((row) => row.lane_id))) wakeLane.run(askedAtMs, laneId);
    return rows.length;
  };
}
