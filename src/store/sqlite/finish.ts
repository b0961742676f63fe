/** The ends of a message: delivered, expired, dead. Each leaves its lane as the next one needs it. */
import type { DatabaseSync } from 'node:sqlite';
import { tallyOfExpired } from '../log-statistics.ts';
import type { FeedWriter } from './feed.ts';
import { prepareStatistics } from './statistics.ts';

/** Statements are prepared once, here. All run inside the caller's transaction. */
export function prepareFinish(db: DatabaseSync, feed: FeedWriter) {
  const deliver = db.prepare(`
    UPDATE message SET attempts = attempts + 1, outcome = 'delivered', finished_at_ms = ?
    WHERE id = ? AND outcome = 'pending' RETURNING seq`);
  // A replay that fails for good leaves the message what it was before, if that was better.
  const bury = db.prepare(`
    UPDATE message SET attempts = attempts + 1, finished_at_ms = ?1,
      outcome = CASE WHEN replay_of = 'delivered' THEN 'delivered' ELSE 'dead' END
    WHERE id = ?2 AND outcome = 'pending' RETURNING seq, outcome`);
  const expireOfLane = db.prepare(`
    UPDATE message SET outcome = 'expired', finished_at_ms = ?1
    WHERE lane_id = ?2 AND outcome = 'pending' AND expires_at_ms <= ?1 RETURNING id, seq`);
  const callOf = db.prepare('SELECT call_id FROM lane WHERE id = ?');
  const countExpired = db.prepare(`
    INSERT INTO endpoint_state (organisation_id, endpoint_id, expired)
    SELECT organisation_id, endpoint_id, ?1 FROM lane WHERE id = ?2
    ON CONFLICT (organisation_id, endpoint_id) DO UPDATE SET expired = expired + excluded.expired
    RETURNING organisation_id, endpoint_id`);
  const addStatistics = prepareStatistics(db);
  // What was skipped behind the delivered one is still to be told. A lane in which only replays wait ranks behind.
  const goOn = db.prepare(`
    UPDATE lane SET
      skipped = CASE WHEN skipped IS NULL THEN NULL ELSE (
        SELECT CASE WHEN count(*) > 0 THEN json_group_array(value) END FROM json_each(lane.skipped) WHERE value > ?1) END,
      due_at_ms = CASE WHEN head.seq IS NULL THEN NULL ELSE ?2 END,
      rank = head.replays
    FROM (
      SELECT min(seq) AS seq, coalesce(min(replay_of IS NOT NULL), 0) AS replays
      FROM message WHERE lane_id = ?3 AND outcome = 'pending') AS head
    WHERE id = ?3`);
  const goOnWithout = db.prepare(`
    UPDATE lane SET
      skipped = (SELECT json_group_array(value) FROM (
        SELECT value FROM json_each(coalesce(lane.skipped, '[]')) UNION SELECT value FROM json_each(?1) ORDER BY value)),
      due_at_ms = CASE
        WHEN NOT EXISTS (SELECT 1 FROM message WHERE lane_id = lane.id AND outcome = 'pending') THEN NULL
        WHEN (SELECT min(seq) FROM message WHERE lane_id = lane.id AND outcome = 'pending') > ?4
          THEN min(coalesce(due_at_ms, ?2), ?2)
        ELSE due_at_ms END
    WHERE id = ?3`);
  const rankOf = db.prepare(`
    UPDATE lane SET rank = NOT EXISTS (
      SELECT 1 FROM message WHERE lane_id = lane.id AND outcome = 'pending' AND replay_of IS NULL)
    WHERE id = ? AND due_at_ms IS NOT NULL`);

  /** @param first the first number that is finished: a head before it keeps the time of its retry */
  const skip = (laneId: number, seqs: readonly number[], first: number, nowMs: number) => {
    goOnWithout.run(JSON.stringify(seqs), nowMs, laneId, first);
    rankOf.run(laneId);
  };

  return {
    delivered(messageId: string, laneId: number, nowMs: number): void {
      const row = deliver.get(nowMs, messageId) as { seq: number } | undefined;
      goOn.run(row?.seq ?? 0, nowMs, laneId);
    },

    dead(messageId: string, laneId: number, nowMs: number): void {
      const row = bury.get(nowMs, messageId) as { seq: number; outcome: string } | undefined;
      skip(laneId, row?.outcome === 'dead' ? [row.seq] : [], row?.seq ?? 0, nowMs);
    },

    /** Finishes what has expired of a lane that nobody has claimed. @returns how many */
    expireLane(laneId: number, nowMs: number): number {
      const rows = expireOfLane.all(nowMs, laneId) as { id: string; seq: number }[];
      if (rows.length === 0) return 0;
      const seqs = rows.map(({ seq }) => seq);
      skip(laneId, seqs, Math.min(...seqs), nowMs);
      const of = countExpired.get(rows.length, laneId) as { organisation_id: string; endpoint_id: string };
      addStatistics(of.organisation_id, of.endpoint_id, tallyOfExpired(rows.length), nowMs);
      if (feed.watched().has(of.organisation_id)) {
        const { call_id: callId } = callOf.get(laneId) as { call_id: string };
        const name = { organisationId: of.organisation_id, endpointId: of.endpoint_id, callId, atMs: nowMs };
        feed.file(
          rows.map(({ id: messageId, seq: seqNum }) => {
            return { kind: 'finished', ...name, messageId, seqNum, outcome: 'expired' };
          }),
        );
      }
      return rows.length;
    },
  };
}
