/**
 * The outbox on an embedded database: one process claims, so claims are held in memory (endpoint-book.ts) and end with
 * it; what is pending in the file is due again at the next start.
 */
import type { DatabaseSync } from 'node:sqlite';
import { afterClaim, allowance, type Gate } from '../../policy/endpoint-health.ts';
import type { AttemptRecord, Claim, ClaimLimits, OutboxStore, Settlement, StoreOptions } from '../store.ts';
import { attemptDetailsText } from '../attempt-text.ts';
import { prepareAudit } from './audit.ts';
import { inTransaction } from './database.ts';
import type { EndpointBook, Entry } from './endpoint-book.ts';
import { prepareSettledFeed, type FeedWriter } from './feed.ts';
import { prepareFinish } from './finish.ts';
import { prepareHealthWrite } from './health-write.ts';
import { prepareReplay } from './replay.ts';
import type { OtherProcesses } from './other-processes.ts';

interface HeadRow {
  lane_id: number;
  due_at_ms: number;
  skipped: string | null;
  seq: number;
  message_id: string;
  body: string;
  attempts: number;
  retries: number;
  created_at_ms: number;
  expires_at_ms: number | null;
  replay_of: string | null;
}

/** Live lanes go before those in which only replays wait. */
const RANKS = [0, 1];

export function createOutboxStore(
  db: DatabaseSync,
  book: EndpointBook,
  others: OtherProcesses,
  feed: FeedWriter,
  { node, rules }: Pick<StoreOptions, 'node' | 'rules'>,
): OutboxStore {
  const finish = prepareFinish(db, feed);
  const health = prepareHealthWrite(db, feed);
  const tellSettled = prepareSettledFeed(db, feed);
  const replay = prepareReplay(db);
  const audit = prepareAudit(db);
  let claims = 0;

  const dueHeads = db.prepare(`
    SELECT lane.id AS lane_id, lane.due_at_ms, lane.skipped, message.seq, message.id AS message_id, message.body, message.attempts,
           message.retries, message.created_at_ms, message.expires_at_ms, message.replay_of
    FROM lane
    JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
      AND message.seq = (SELECT min(seq) FROM message WHERE lane_id = lane.id AND outcome = 'pending')
    WHERE lane.organisation_id = ? AND lane.endpoint_id = ? AND lane.rank = ? AND lane.due_at_ms <= ?
    ORDER BY lane.due_at_ms LIMIT ?`);
  const nextDue = db.prepare(`
    SELECT id, due_at_ms FROM lane
    WHERE organisation_id = ? AND endpoint_id = ? AND rank = ? AND due_at_ms IS NOT NULL
    ORDER BY due_at_ms LIMIT ?`);
  const insertAttempt = db.prepare(`
    INSERT INTO attempt (message_id, number, started_at_ms, duration_ms, outcome, status_code, detail, details)
    SELECT id, attempts + 1, ?2, ?3, ?4, ?5, ?6, ?7 FROM message WHERE id = ?1`);
  const settleLater = db.prepare(`
    UPDATE message SET attempts = attempts + 1, retries = retries + ? WHERE id = ? AND outcome = 'pending'`);
  const countAttempt = db.prepare('UPDATE message SET attempts = attempts + 1 WHERE id = ?');
  const setDue = db.prepare('UPDATE lane SET due_at_ms = ? WHERE id = ?');

  /** Free lanes of an endpoint whose heads are due, at most `count`. */
  const headsOf = (entry: Entry, nowMs: number, count: number): HeadRow[] => {
    const heads: HeadRow[] = [];
    for (const rank of RANKS) {
      if (heads.length >= count) break;
      const most = count - heads.length + entry.claimed.size;
      const rows = dueHeads.all(entry.organisationId, entry.endpoint.id, rank, nowMs, most);
      for (const row of rows as unknown as HeadRow[]) {
        if (heads.length < count && !entry.claimed.has(row.lane_id)) heads.push(row);
      }
    }
    return heads;
  };

  /** When the earliest free lane of an endpoint is due. */
  const earliestOf = ({ organisationId, endpoint, claimed }: Entry): number => {
    const earliest = RANKS.map((rank) => {
      const rows = nextDue.all(organisationId, endpoint.id, rank, claimed.size + 1);
      return (rows as { id: number; due_at_ms: number }[]).find(({ id }) => !claimed.has(id))?.due_at_ms;
    });
    return Math.min(...earliest.map((atMs) => atMs ?? Infinity));
  };

  const take = (entry: Entry, head: HeadRow): Claim => {
    claims += 1;
    const token = `${node}-${claims}`;
    entry.claimed.set(head.lane_id, token);
    return {
      laneId: head.lane_id,
      token,
      lapsesAtMs: Infinity,
      messageId: head.message_id,
      organisationId: entry.organisationId,
      endpoint: entry.endpoint,
      body: head.body,
      attemptsMade: head.attempts,
      retriesUsed: head.retries,
      createdAtMs: head.created_at_ms,
      skipped: skippedBefore(head),
      replay: head.replay_of !== null,
      probe: entry.gate.health.kind === 'paused' || entry.gate.health.kind === 'probing',
    };
  };

  /** One look at one endpoint: claims what it may have of at most `room`. */
  const look = (entry: Entry, nowMs: number, room: number, limits: ClaimLimits): Claim[] => {
    const { maxAtOnce = Infinity, maxPerSecond } = entry.endpoint.delivery;
    const free = Math.min(room, maxAtOnce - entry.claimed.size);
    const allowed = Math.min(free, allowance(entry.gate, nowMs, entry.claimed.size, maxPerSecond));
    if (allowed <= 0) {
      // Either a settlement brings it back, or the time of its next chance.
      entry.full = free <= 0 || entry.claimed.size > 0;
      book.changed(entry);
      return [];
    }
    const heads = headsOf(entry, nowMs, allowed);
    const [live, over] = [
      heads.filter((head) => !isOver(head, nowMs)),
      heads.filter((head) => isOver(head, nowMs)),
    ];
    const taken = live.map((head) => take(entry, head));
    entry.gate = afterClaim(entry.gate, taken.length, nowMs, rules, maxPerSecond);
    if (over.length > 0) {
      let expired = 0;
      inTransaction(db, () => {
        expired = over.reduce((count, { lane_id }) => count + finish.expireLane(lane_id, nowMs), 0);
      });
      limits.expired?.(expired);
    }
    // Whoever was served stands at the end of those that are due.
    entry.dueAtMs = heads.length === allowed ? nowMs : earliestOf(entry);
    book.changed(entry);
    return taken;
  };

  const giveBack = (entry: Entry, laneId: number) => {
    entry.claimed.delete(laneId);
    entry.full = false;
  };

  const settleOne = (settlement: Settlement, nowMs: number) => {
    const { laneId, messageId, next } = settlement;
    logAttempt(messageId, settlement.attempt);
    switch (next.kind) {
      case 'later':
        settleLater.run(Number(next.usesRetry), messageId);
        setDue.run(next.dueAtMs, laneId);
        return;
      case 'delivered':
        return finish.delivered(messageId, laneId, nowMs);
      case 'dead':
        return finish.dead(messageId, laneId, nowMs);
    }
  };

  const logAttempt = (messageId: string, attempt: AttemptRecord) => {
    const { startedAtMs, durationMs, outcome, statusCode = null, detail = null } = attempt;
    const details = attemptDetailsText(attempt);
    insertAttempt.run(messageId, startedAtMs, durationMs, outcome, statusCode, detail, details);
  };

  return {
    async claim(nowMs, limits) {
      const { total, perEndpoint } = limits;
      others.notice();
      const taken: Claim[] = [];
      const seen = new Set<Entry>();
      for (let entry = book.next(nowMs); entry !== undefined; entry = book.next(nowMs)) {
        if (seen.has(entry)) {
          book.changed(entry);
          break;
        }
        seen.add(entry);
        const wanted = perEndpoint(entry.organisationId, entry.endpoint.id);
        taken.push(...look(entry, nowMs, Math.min(wanted, total - taken.length), limits));
        if (taken.length >= total) break;
      }
      return taken;
    },

    async settle(settlements, nowMs) {
      others.notice();
      const mine = settlements.filter(({ organisationId, endpointId, laneId, token }) => {
        return book.get(organisationId, endpointId)?.claimed.get(laneId) === token;
      });
      const lost = settlements.filter((settlement) => !mine.includes(settlement));
      const gates = new Map<Entry, Gate>();
      inTransaction(db, () => {
        for (const settlement of mine) settleOne(settlement, nowMs);
        for (const { messageId, attempt } of lost) {
          logAttempt(messageId, attempt);
          countAttempt.run(messageId);
        }
        tellSettled(mine, lost, nowMs);
        const byEndpoint = Map.groupBy(mine, ({ organisationId, endpointId }) =>
          book.get(organisationId, endpointId)!,
        );
        for (const [entry, ofEndpoint] of byEndpoint) {
          gates.set(entry, health.settled(entry, ofEndpoint, nowMs, rules));
        }
      });
      for (const [entry, gate] of gates) entry.gate = gate;
      for (const { organisationId, endpointId, laneId, next } of mine) {
        const entry = book.get(organisationId, endpointId);
        if (entry === undefined) continue;
        giveBack(entry, laneId);
        book.isDue(entry, next.kind === 'later' ? next.dueAtMs : nowMs);
        book.changed(entry);
      }
      // An endpoint that was removed and made again waits for no claims of its former self.
      for (const { organisationId, endpointId } of lost) {
        const entry = book.get(organisationId, endpointId);
        if (entry === undefined) continue;
        entry.full = false;
        book.changed(entry);
      }
      return lost.map(({ messageId }) => messageId);
    },

    async release(given) {
      for (const { organisationId, endpoint, laneId, token } of given) {
        const entry = book.get(organisationId, endpoint.id);
        if (entry?.claimed.get(laneId) !== token) continue;
        giveBack(entry, laneId);
        entry.dueAtMs = 0;
        book.changed(entry);
      }
    },

    async nextDueAtMs() {
      return book.nextAtMs();
    },

    async replay(order, askedAtMs, limit, note) {
      const count = inTransaction(db, () => {
        const found = replay(order, askedAtMs, limit);
        if (found > 0 && note !== undefined) audit(note);
        return found;
      });
      const entry = book.get(order.organisationId, order.endpointId);
      if (entry !== undefined && count > 0) book.isDue(entry, askedAtMs);
      return count;
    },

    listen: (wake) => others.listen(wake),
  };
}

/** Those behind it are told when their own turn is over. */
function skippedBefore({ skipped, seq }: HeadRow): number[] {
  return skipped === null ? [] : (JSON.parse(skipped) as number[]).filter((other) => other < seq);
}

function isOver({ expires_at_ms }: HeadRow, nowMs: number): boolean {
  return expires_at_ms !== null && expires_at_ms <= nowMs;
}
