/**
 * The outbox on an embedded database: one process claims, so claims are held in memory and end with it; what is
 * pending in the file is due again at the next start.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { SecretBox } from '../../runtime/keys.ts';
import type { Claim, OutboxStore, Settlement } from '../store.ts';
import { inTransaction } from './database.ts';

interface EndpointKey {
  organisation_id: string;
  endpoint_id: string;
}

interface HeadRow extends EndpointKey {
  message_id: string;
  body: string;
  attempts: number;
  created_at_ms: number;
  url: string;
  states: string;
  secret: Uint8Array;
}

/** Sorts before every id. */
const BEFORE_ALL: EndpointKey = { organisation_id: '', endpoint_id: '' };

export function createOutboxStore(db: DatabaseSync, secrets: SecretBox): OutboxStore {
  /** Claimed lanes by endpoint. */
  const claimed = new Map<string, Set<number>>();
  const endpointOfLane = new Map<number, string>();
  /** Where the last round over the endpoints ended, so that each gets its turn. */
  let turn = BEFORE_ALL;

  const nextEndpoint = db.prepare(`
    SELECT organisation_id, endpoint_id FROM lane
    WHERE due_at_ms IS NOT NULL AND (organisation_id, endpoint_id) > (?, ?)
    ORDER BY organisation_id, endpoint_id LIMIT 1`);
  const dueLanes = db.prepare(`
    SELECT id, due_at_ms FROM lane
    WHERE organisation_id = ? AND endpoint_id = ? AND due_at_ms <= ?
    ORDER BY due_at_ms LIMIT ?`);
  const head = db.prepare(`
    SELECT lane.organisation_id, lane.endpoint_id, message.id AS message_id, message.body, message.attempts,
           message.created_at_ms, endpoint.url, endpoint.states, endpoint.secret
    FROM lane
    JOIN message ON message.lane_id = lane.id AND message.outcome = 'pending'
    JOIN endpoint ON endpoint.organisation_id = lane.organisation_id AND endpoint.id = lane.endpoint_id
    WHERE lane.id = ?
    ORDER BY message.seq LIMIT 1`);
  const settleMessage = db.prepare(`
    UPDATE message SET outcome = ?, attempts = attempts + 1 WHERE id = ? AND outcome = 'pending' RETURNING attempts`);
  const insertAttempt = db.prepare(`
    INSERT INTO attempt (message_id, number, started_at_ms, duration_ms, outcome, status_code, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?)`);
  const setDue = db.prepare('UPDATE lane SET due_at_ms = ? WHERE id = ?');
  const setDueIfPending = db.prepare(`
    UPDATE lane SET due_at_ms =
      CASE WHEN EXISTS (SELECT 1 FROM message WHERE lane_id = lane.id AND outcome = 'pending') THEN ? END
    WHERE id = ?`);
  const countOutcome = db.prepare(`
    INSERT INTO endpoint_state (organisation_id, endpoint_id, delivered, dead, last)
    SELECT organisation_id, endpoint_id, ?1, ?2, ?3 FROM lane WHERE id = ?4
    ON CONFLICT (organisation_id, endpoint_id) DO UPDATE
    SET delivered = delivered + excluded.delivered, dead = dead + excluded.dead, last = excluded.last`);

  /** All endpoints with something pending, beginning behind `from` and going round once. */
  function* waitingEndpoints(from: EndpointKey): Generator<EndpointKey> {
    const after = (key: EndpointKey) =>
      nextEndpoint.get(key.organisation_id, key.endpoint_id) as EndpointKey | undefined;
    for (let key = after(from); key !== undefined; key = after(key)) yield key;
    for (let key = after(BEFORE_ALL); key !== undefined && !isBehind(key, from); key = after(key)) yield key;
  }

  const laneRows = (key: EndpointKey, untilMs: number, count: number) => {
    const taken = claimed.get(nameOf(key)) ?? new Set<number>();
    const rows = dueLanes.all(key.organisation_id, key.endpoint_id, untilMs, count + taken.size);
    return (rows as { id: number; due_at_ms: number }[]).filter(({ id }) => !taken.has(id)).slice(0, count);
  };

  const take = (laneId: number): Claim | undefined => {
    const row = head.get(laneId) as HeadRow | undefined;
    if (row === undefined) return undefined;
    const name = nameOf(row);
    claimed.set(name, (claimed.get(name) ?? new Set()).add(laneId));
    endpointOfLane.set(laneId, name);
    return {
      laneId,
      messageId: row.message_id,
      organisationId: row.organisation_id,
      endpoint: {
        id: row.endpoint_id,
        url: row.url,
        states: JSON.parse(row.states),
        secret: secrets.open(row.secret),
      },
      body: row.body,
      attemptsMade: row.attempts,
      createdAtMs: row.created_at_ms,
    };
  };

  const giveBack = (laneId: number) => {
    const name = endpointOfLane.get(laneId);
    if (name === undefined) return;
    endpointOfLane.delete(laneId);
    const lanes = claimed.get(name);
    lanes?.delete(laneId);
    if (lanes?.size === 0) claimed.delete(name);
  };

  const settleOne = ({ laneId, messageId, attempt, next }: Settlement, nowMs: number) => {
    const outcome = next.kind === 'later' ? 'pending' : next.kind;
    const row = settleMessage.get(outcome, messageId) as { attempts: number } | undefined;
    // The message may have become a dead letter meanwhile, because its endpoint was removed.
    if (row === undefined) return;
    const { startedAtMs, durationMs, outcome: code, statusCode, detail } = attempt;
    insertAttempt.run(
      messageId,
      row.attempts,
      startedAtMs,
      durationMs,
      code,
      statusCode ?? null,
      detail ?? null,
    );
    if (next.kind === 'later') setDue.run(next.dueAtMs, laneId);
    else setDueIfPending.run(nowMs, laneId);
    const { delivered, dead } = { delivered: next.kind === 'delivered', dead: next.kind === 'dead' };
    countOutcome.run(Number(delivered), Number(dead), JSON.stringify(attempt), laneId);
  };

  return {
    async claim(nowMs, { total, perEndpoint }) {
      const claims: Claim[] = [];
      for (const key of waitingEndpoints(turn)) {
        if (claims.length >= total) break;
        const room = Math.min(perEndpoint - (claimed.get(nameOf(key))?.size ?? 0), total - claims.length);
        if (room <= 0) continue;
        for (const { id } of laneRows(key, nowMs, room)) {
          const claim = take(id);
          if (claim !== undefined) claims.push(claim);
        }
        turn = key;
      }
      return claims;
    },

    async settle(settlements, nowMs) {
      inTransaction(db, () => {
        for (const settlement of settlements) settleOne(settlement, nowMs);
      });
      for (const { laneId } of settlements) giveBack(laneId);
    },

    async release(laneIds) {
      for (const laneId of laneIds) giveBack(laneId);
    },

    async nextDueAtMs() {
      let earliest: number | undefined;
      for (const key of waitingEndpoints(BEFORE_ALL)) {
        const [first] = laneRows(key, Number.MAX_SAFE_INTEGER, 1);
        if (first !== undefined) earliest = Math.min(earliest ?? Infinity, first.due_at_ms);
      }
      return earliest;
    },
  };
}

function nameOf({ organisation_id, endpoint_id }: EndpointKey): string {
  return `${organisation_id}/${endpoint_id}`;
}

function isBehind(key: EndpointKey, other: EndpointKey): boolean {
  return key.organisation_id === other.organisation_id
    ? key.endpoint_id > other.endpoint_id
    : key.organisation_id > other.organisation_id;
}
