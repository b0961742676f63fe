/**
 * The outbox on a shared database: claims are in the lanes' rows, where all nodes see them, and lapse. Nothing of it is in
 * memory but what this node has no room for.
 */
import type { OutboxStore, Settlement, StoreOptions } from '../store.ts';
import { auditValues, INSERT_AUDIT } from '../sql-audit.ts';
import { Claiming } from './claim.ts';
import { columnsOf, type Database } from './database.ts';
import { MAKE_DUE, namesOf } from './endpoint-queue.ts';
import { replayIn } from './replay.ts';
import { settleIn } from './settle.ts';
import { together } from './together.ts';
import type { Waker } from './wake.ts';

const RELEASE = `
  WITH given AS (
    SELECT lane.id FROM lane
    JOIN unnest($1::bigint[], $2::text[]) AS claim (lane_id, token)
      ON lane.id = claim.lane_id AND lane.claim_token = claim.token
    ORDER BY lane.organisation_id, lane.endpoint_id, lane.call_id FOR UPDATE OF lane),
  freed AS (
    UPDATE lane SET claim_token = NULL, claim_until_ms = NULL FROM given WHERE lane.id = given.id
    RETURNING lane.organisation_id, lane.endpoint_id, lane.due_at_ms),
  due AS (
    SELECT organisation_id, endpoint_id, min(due_at_ms) AS at_ms FROM freed GROUP BY organisation_id, endpoint_id),
  ${MAKE_DUE}`;

/** A claim that is never settled lapses: then its lane is free. */
const NEXT_DUE = `
  SELECT least(
    (SELECT min(look_at_ms) FROM endpoint_queue
     WHERE look_at_ms IS NOT NULL
       AND (organisation_id, endpoint_id) NOT IN (SELECT * FROM unnest($1::text[], $2::text[]))),
    (SELECT min(claim_until_ms) FROM lane WHERE claim_token IS NOT NULL)) AS at_ms`;

export function createOutboxStore(db: Database, waker: Waker, options: StoreOptions): OutboxStore {
  const claiming = new Claiming(db, options);
  // Outcomes that arrive while others are being settled are settled together: one wait for the disk serves them all.
  const settle = together<{ settlement: Settlement; nowMs: number }, string>(
    (items) => {
      const nowMs = Math.max(...items.map((item) => item.nowMs));
      const settlements = items.map(({ settlement }) => settlement);
      return db.transaction((tx) => settleIn(tx, settlements, nowMs, options.rules));
    },
    (messageId, { settlement }) => settlement.messageId === messageId,
  );

  return {
    claim: (nowMs, limits) => claiming.claim(nowMs, limits),

    settle: (settlements, nowMs) => settle(settlements.map((settlement) => ({ settlement, nowMs }))),

    async release(claims) {
      const columns = columnsOf(
        claims,
        ({ laneId }) => laneId,
        ({ token }) => token,
      );
      await db.query(RELEASE, columns);
    },

    async nextDueAtMs() {
      const [row] = await db.query<{ at_ms: number | null }>(NEXT_DUE, namesOf(claiming.full));
      return row?.at_ms ?? undefined;
    },

    replay: (order, askedAtMs, limit, note) =>
      db.transaction(async (tx) => {
        const count = await replayIn(tx, order, askedAtMs, limit);
        if (count > 0) waker.tell(tx);
        if (count > 0 && note !== undefined) void tx.query(INSERT_AUDIT, auditValues(note));
        return count;
      }),

    listen: (wake) => waker.listen(wake),
  };
}
