/** Work that is nobody's request, in steps small enough not to hold up a commit. */
import type { DatabaseSync } from 'node:sqlite';
import { afterTime, type Notice } from '../../policy/endpoint-health.ts';
import { withoutEndedSecrets } from '../../policy/signing.ts';
import { firstEndMs, sealedOf } from '../endpoint-columns.ts';
import type { StoreOptions } from '../store.ts';
import { FEED_ROWS_KEPT_MS } from '../feed.ts';
import type { NoticeChannel, PendingNotice, UpkeepStore } from '../upkeep.ts';
import { inTransaction } from './database.ts';
import type { EndpointBook } from './endpoint-book.ts';
import type { FeedWriter } from './feed.ts';
import { prepareFinish } from './finish.ts';
import { prepareHealthWrite } from './health-write.ts';
import type { OtherProcesses } from './other-processes.ts';

interface NoticeRow {
  id: number;
  channel: NoticeChannel;
  organisation_id: string;
  endpoint_id: string;
  url: string;
  at_ms: number;
  notice: string;
  attempts: number;
}

export function createUpkeepStore(
  db: DatabaseSync,
  book: EndpointBook,
  others: OtherProcesses,
  feed: FeedWriter,
  { rules, secrets }: Pick<StoreOptions, 'rules' | 'secrets'>,
): UpkeepStore {
  const finish = prepareFinish(db, feed);
  const health = prepareHealthWrite(db, feed);

  const overLanes = db.prepare(`
    SELECT lane.id, lane.organisation_id, lane.endpoint_id
    FROM message JOIN lane ON lane.id = message.lane_id
    WHERE message.outcome = 'pending' AND message.expires_at_ms <= ?
    ORDER BY message.expires_at_ms LIMIT ?`);
  const oldMessages = db.prepare(`
    SELECT id, lane_id FROM message WHERE finished_at_ms < ? ORDER BY finished_at_ms LIMIT ?`);
  const forgetAttempts = db.prepare('DELETE FROM attempt WHERE message_id = ?');
  const forgetMessage = db.prepare('DELETE FROM message WHERE id = ?');
  // A lane remembers its last number for as long as its call may go on.
  const forgetLane = db.prepare(`
    DELETE FROM lane WHERE id = ?
      AND NOT EXISTS (SELECT 1 FROM message WHERE lane_id = lane.id)
      AND NOT EXISTS (
        SELECT 1 FROM open_leg WHERE organisation_id = lane.organisation_id AND call_id = lane.call_id)`);
  const forgetLegs = db.prepare(`
    DELETE FROM ended_leg WHERE (source_id, leg_hash) IN (
      SELECT source_id, leg_hash FROM ended_leg WHERE ended_at_ms < ? ORDER BY ended_at_ms LIMIT ?)`);
  const forgetTrail = db.prepare(`
    DELETE FROM trail WHERE id IN (
      SELECT id FROM (SELECT id, at_ms FROM trail ORDER BY id LIMIT ?2) WHERE at_ms < ?1)`);
  const forgetDevices = db.prepare('DELETE FROM unknown_device WHERE last_at_ms < ?');
  const forgetStatistics = db.prepare(`
    DELETE FROM statistic WHERE (organisation_id, endpoint_id, at_ms) IN (
      SELECT organisation_id, endpoint_id, at_ms FROM statistic WHERE at_ms < ? ORDER BY at_ms LIMIT ?)`);
  const endFeeds = db.prepare('DELETE FROM feed_watch WHERE until_ms < ?');
  const forgetFeed = db.prepare(`
    DELETE FROM feed WHERE id IN (
      SELECT id FROM (SELECT id, at_ms FROM feed ORDER BY id LIMIT ?2) WHERE at_ms < ?1)`);
  const dueNotices = db.prepare('SELECT * FROM notice WHERE due_at_ms <= ? ORDER BY due_at_ms, id LIMIT ?');
  const laterNotice = db.prepare('UPDATE notice SET due_at_ms = ?, attempts = attempts + 1 WHERE id = ?');
  const forgetNotice = db.prepare('DELETE FROM notice WHERE id = ?');

  const endedSecrets = db.prepare('SELECT organisation_id, id FROM endpoint WHERE secret_ends_at_ms <= ?');
  const putSecrets = db.prepare(`
    UPDATE endpoint SET sealed = ?, secret_ends_at_ms = ? WHERE organisation_id = ? AND id = ?`);

  return {
    async expire(nowMs, limit) {
      const rows = overLanes.all(nowMs, limit) as {
        id: number;
        organisation_id: string;
        endpoint_id: string;
      }[];
      const lanes = new Map(rows.map((row) => [row.id, row]));
      return inTransaction(db, () => {
        let count = 0;
        for (const { id, organisation_id, endpoint_id } of lanes.values()) {
          const entry = book.get(organisation_id, endpoint_id);
          if (entry?.claimed.has(id)) continue;
          count += finish.expireLane(id, nowMs);
          if (entry !== undefined) book.isDue(entry, nowMs);
        }
        return count;
      });
    },

    async forget(beforeMs, limit) {
      return inTransaction(db, () => {
        const rows = oldMessages.all(beforeMs, limit) as { id: string; lane_id: number }[];
        for (const { id } of rows) {
          forgetAttempts.run(id);
          forgetMessage.run(id);
        }
        for (const laneId of new Set(rows.map((row) => row.lane_id))) forgetLane.run(laneId);
        return rows.length;
      });
    },

    async forgetLegs(beforeMs, limit) {
      return inTransaction(db, () => Number(forgetLegs.run(beforeMs, limit).changes));
    },

    async forgetTrail(beforeMs, limit) {
      return inTransaction(db, () => {
        forgetDevices.run(beforeMs);
        return Number(forgetTrail.run(beforeMs, limit).changes);
      });
    },

    async forgetStatistics(beforeMs, limit) {
      return inTransaction(db, () => Number(forgetStatistics.run(beforeMs, limit).changes));
    },

    async forgetFeed(nowMs, limit) {
      return inTransaction(db, () => {
        endFeeds.run(Math.round(nowMs));
        return Number(forgetFeed.run(Math.round(nowMs - FEED_ROWS_KEPT_MS), limit).changes);
      });
    },

    async forgetSecrets(nowMs) {
      const ended = endedSecrets.all(nowMs) as { organisation_id: string; id: string }[];
      for (const { organisation_id: organisationId, id } of ended) {
        const entry = book.get(organisationId, id);
        if (entry === undefined) continue;
        entry.endpoint = withoutEndedSecrets(entry.endpoint, nowMs);
        const { endpoint } = entry;
        putSecrets.run(sealedOf(organisationId, endpoint, secrets), firstEndMs(endpoint), organisationId, id);
      }
      return ended.length;
    },

    async watchHealth(nowMs) {
      others.notice();
      let changed = 0;
      for (const entry of book.all()) {
        const { health: after, notice } = afterTime(entry.gate.health, nowMs, rules);
        if (after === entry.gate.health) continue;
        inTransaction(db, () => health.write(entry, after, notice === undefined ? [] : [notice], nowMs));
        entry.gate = { ...entry.gate, health: after };
        book.changed(entry);
        changed += 1;
      }
      return changed;
    },

    async dueNotices(nowMs, limit) {
      return (dueNotices.all(nowMs, limit) as unknown as NoticeRow[]).map((row): PendingNotice => ({
        id: row.id,
        channel: row.channel,
        organisationId: row.organisation_id,
        endpointId: row.endpoint_id,
        url: row.url,
        atMs: row.at_ms,
        notice: JSON.parse(row.notice) as Notice,
        attemptsMade: row.attempts,
      }));
    },

    async settleNotice(id, dueAtMs) {
      if (dueAtMs === undefined) forgetNotice.run(id);
      else laterNotice.run(dueAtMs, id);
    },
  };
}
