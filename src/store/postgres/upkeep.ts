/** Work that is nobody's request, in steps small enough not to hold up a commit. */
import { afterTime, type Notice } from '../../policy/endpoint-health.ts';
import { withoutEndedSecrets } from '../../policy/signing.ts';
import { firstEndMs, sealedOf, withSecrets, type SealedColumns } from '../endpoint-columns.ts';
import { FEED_ROWS_KEPT_MS } from '../feed.ts';
import type { StoreOptions } from '../store.ts';
import type { NoticeChannel, PendingNotice, UpkeepStore } from '../upkeep.ts';
import type { Database } from './database.ts';
import { endpointOf, type EndpointRow } from './directory.ts';
import { lockTroubledGates, putHealth } from './endpoint-queue.ts';
import { watchedAmong } from './feed.ts';
import { expireLanes } from './finish.ts';

/** A lane that is claimed is left to its holder. */
const LOCK_OVER_LANES = `
  SELECT lane.id, lane.organisation_id, lane.endpoint_id
  FROM message JOIN lane ON lane.id = message.lane_id
  WHERE message.outcome = 'pending' AND message.expires_at_ms <= $1
    AND (lane.claim_token IS NULL OR lane.claim_until_ms <= $1)
  ORDER BY message.expires_at_ms LIMIT $2 FOR UPDATE OF lane SKIP LOCKED`;

const OLD_MESSAGES = `
  SELECT id, lane_id FROM message WHERE finished_at_ms < $1 ORDER BY finished_at_ms LIMIT $2`;

const LOCK_LANES = `
  SELECT id FROM lane WHERE id = ANY ($1::bigint[])
  ORDER BY organisation_id, endpoint_id, call_id FOR UPDATE`;

/** Asked again behind the lock: a replay may have made one of them pending. */
const FORGET_MESSAGES = `
  WITH forgotten AS (
    DELETE FROM message WHERE id = ANY ($1::text[]) AND finished_at_ms < $2 RETURNING id),
  attempts AS (
    DELETE FROM attempt USING forgotten WHERE attempt.message_id = forgotten.id)
  SELECT id FROM forgotten`;

/** A lane remembers its last number for as long as its call may go on. */
const FORGET_LANES = `
  DELETE FROM lane WHERE id = ANY ($1::bigint[])
    AND NOT EXISTS (SELECT 1 FROM message WHERE message.lane_id = lane.id)
    AND NOT EXISTS (
      SELECT 1 FROM open_leg WHERE open_leg.organisation_id = lane.organisation_id AND open_leg.call_id = lane.call_id)`;

const FORGET_LEGS = `
  DELETE FROM ended_leg WHERE (source_id, leg_hash) IN (
    SELECT source_id, leg_hash FROM ended_leg WHERE ended_at_ms < $1 ORDER BY ended_at_ms LIMIT $2)
  RETURNING 1`;

/** From the oldest on: ids grow with time. */
const FORGET_TRAIL = `
  DELETE FROM trail WHERE id IN (
    SELECT id FROM (SELECT id, at_ms FROM trail ORDER BY id LIMIT $2) AS oldest WHERE at_ms < $1)
  RETURNING 1`;

const FORGET_DEVICES = 'DELETE FROM unknown_device WHERE last_at_ms < $1';

const FORGET_STATISTICS = `
  DELETE FROM statistic WHERE (organisation_id, endpoint_id, at_ms) IN (
    SELECT organisation_id, endpoint_id, at_ms FROM statistic WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)
  RETURNING 1`;

const END_FEEDS = 'DELETE FROM feed_watch WHERE until_ms < $1';

const FORGET_FEED = `
  DELETE FROM feed WHERE (organisation_id, xid, id) IN (
    SELECT organisation_id, xid, id FROM feed WHERE at_ms < $1 ORDER BY at_ms LIMIT $2)
  RETURNING 1`;

const ENDED_SECRETS = `
  SELECT * FROM endpoint WHERE secret_ends_at_ms <= $1 ORDER BY organisation_id, id FOR UPDATE`;
const PUT_SECRETS = `
  UPDATE endpoint SET sealed = $1, secret_ends_at_ms = $2 WHERE organisation_id = $3 AND id = $4`;

const DUE_NOTICES = 'SELECT * FROM notice WHERE due_at_ms <= $1 ORDER BY due_at_ms, id LIMIT $2';

interface LaneRow {
  id: number;
  organisation_id: string;
  endpoint_id: string;
}

interface NoticeRow {
  id: number;
  channel: NoticeChannel;
  organisation_id: string;
  endpoint_id: string;
  url: string;
  at_ms: number;
  notice: Notice;
  attempts: number;
}

export function createUpkeepStore(
  db: Database,
  { rules, secrets }: Pick<StoreOptions, 'rules' | 'secrets'>,
): UpkeepStore {
  return {
    expire: (nowMs, limit) =>
      db.transaction(async (tx) => {
        const rows = await tx.query<LaneRow>(LOCK_OVER_LANES, [nowMs, limit]);
        const lanes = new Map(
          rows.map((row) => [
            row.id,
            { laneId: row.id, organisationId: row.organisation_id, endpointId: row.endpoint_id },
          ]),
        );
        return expireLanes(tx, [...lanes.values()], nowMs);
      }),

    forget: (beforeMs, limit) =>
      db.transaction(async (tx) => {
        const old = await tx.query<{ id: string; lane_id: number }>(OLD_MESSAGES, [beforeMs, limit]);
        if (old.length === 0) return 0;
        const laneIds = [...new Set(old.map(({ lane_id }) => lane_id))];
        void tx.query(LOCK_LANES, [laneIds]);
        const forgotten = tx.query(FORGET_MESSAGES, [old.map(({ id }) => id), beforeMs]);
        void tx.query(FORGET_LANES, [laneIds]);
        return (await forgotten).length;
      }),

    async forgetLegs(beforeMs, limit) {
      return (await db.query(FORGET_LEGS, [beforeMs, limit])).length;
    },

    async forgetTrail(beforeMs, limit) {
      await db.query(FORGET_DEVICES, [beforeMs]);
      return (await db.query(FORGET_TRAIL, [beforeMs, limit])).length;
    },

    async forgetStatistics(beforeMs, limit) {
      return (await db.query(FORGET_STATISTICS, [beforeMs, limit])).length;
    },

    async forgetFeed(nowMs, limit) {
      await db.query(END_FEEDS, [Math.round(nowMs)]);
      return (await db.query(FORGET_FEED, [Math.round(nowMs - FEED_ROWS_KEPT_MS), limit])).length;
    },

    forgetSecrets: (nowMs) =>
      db.transaction(async (tx) => {
        const rows = await tx.query<EndpointRow & SealedColumns & { organisation_id: string }>(
          ENDED_SECRETS,
          [nowMs],
        );
        const endpoints = rows.map((row) =>
          withoutEndedSecrets(withSecrets(endpointOf(row), row, secrets), nowMs),
        );
        for (const [nth, endpoint] of endpoints.entries()) {
          const { organisation_id } = rows[nth]!;
          const name = [organisation_id, endpoint.id];
          void tx.query(PUT_SECRETS, [
            sealedOf(organisation_id, endpoint, secrets),
            firstEndMs(endpoint),
            ...name,
          ]);
        }
        return rows.length;
      }),

    watchHealth: (nowMs) =>
      db.transaction(async (tx) => {
        const gates = await lockTroubledGates(tx);
        const moves = [...gates.values()].map((entry) => {
          const { health, notice } = afterTime(entry.gate.health, nowMs, rules);
          return { ...entry, health, notices: notice === undefined ? [] : [notice] };
        });
        const watched = await watchedAmong(
          tx,
          moves.map(({ organisationId }) => organisationId),
        );
        return putHealth(tx, moves, watched, nowMs);
      }),

    async dueNotices(nowMs, limit) {
      const rows = await db.query<NoticeRow>(DUE_NOTICES, [nowMs, limit]);
      return rows.map((row): PendingNotice => ({
        id: row.id,
        channel: row.channel,
        organisationId: row.organisation_id,
        endpointId: row.endpoint_id,
        url: row.url,
        atMs: row.at_ms,
        notice: row.notice,
        attemptsMade: row.attempts,
      }));
    },

    async settleNotice(id, dueAtMs) {
      await (dueAtMs === undefined
        ? db.query('DELETE FROM notice WHERE id = $1', [id])
        : db.query('UPDATE notice SET due_at_ms = $2, attempts = attempts + 1 WHERE id = $1', [id, dueAtMs]));
    },
  };
}
