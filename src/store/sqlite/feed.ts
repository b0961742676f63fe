/** The feed on the embedded database: one writes at a time, so ids grow in the order of the commits. */
import type { DatabaseSync } from 'node:sqlite';
import type { MessageOutcome } from '../../policy/timeline.ts';
import { newId } from '../../runtime/tokens.ts';
import { FEED_KEPT_MS, type FeedStore } from '../feed.ts';
import {
  feedItemsOf,
  feedRowsOf,
  ROWS_AT_ONCE,
  type FeedRow,
  type Happened,
  type Spot,
} from '../feed-rows.ts';
import type { Settlement } from '../store.ts';
import { inSnapshot, inTransaction } from './database.ts';

/** Other processes write to the file as well (`replay`, `disable` …), and wake nobody. */
const LOOK_EVERY_MS = 500;

/** What the other rooms write the feed with. Inside their transactions. */
export interface FeedWriter {
  /** The organisations that somebody listens to. */
  watched(): ReadonlySet<string>;
  /** Of such organisations only. */
  file(happened: readonly Happened[]): void;
}

interface Place extends Spot {
  epoch: string;
  atMs: number;
}

export function createFeed(db: DatabaseSync): { writer: FeedWriter; store: FeedStore } {
  const selectWatched = db.prepare('SELECT organisation_id FROM feed_watch');
  const insert = db.prepare(`
    INSERT INTO feed (organisation_id, at_ms, entry) VALUES (?, CAST(unixepoch('subsec') * 1000 AS INTEGER), ?)`);
  const watch = db.prepare(`
    INSERT INTO feed_watch (organisation_id, epoch, until_ms) VALUES (?, ?, ?)
    ON CONFLICT (organisation_id) DO UPDATE SET until_ms = max(until_ms, excluded.until_ms) RETURNING epoch`);
  const keep = db.prepare('UPDATE feed_watch SET until_ms = max(until_ms, ?2) WHERE organisation_id = ?1');
  const epochOf = db.prepare('SELECT epoch FROM feed_watch WHERE organisation_id = ?');
  const lastId = db.prepare(`SELECT coalesce(max(seq), 0) AS id FROM sqlite_sequence WHERE name = 'feed'`);
  const select = db.prepare(`
    SELECT id, entry FROM feed WHERE organisation_id = ? AND id >= ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`);

  const selectVersion = db.prepare('PRAGMA data_version');
  const versionNow = () => (selectVersion.get() as { data_version: number }).data_version;
  const wakes = new Set<(organisationId: string) => void>();
  const next = (): Spot => ({ id: (lastId.get() as { id: number }).id + 1, told: 0 });

  return {
    writer: {
      watched: () =>
        new Set((selectWatched.all() as { organisation_id: string }[]).map((row) => row.organisation_id)),

      file(happened) {
        for (const [organisationId, entry] of feedRowsOf(happened)) {
          insert.run(organisationId, entry);
          // A transaction is one turn: by then it is committed.
          setImmediate(() => wakes.forEach((wake) => wake(organisationId)));
        }
      },
    },

    store: {
      async begin(organisationId, nowMs) {
        return inTransaction(db, () => {
          const { epoch } = watch.get(organisationId, newId(), Math.round(nowMs + FEED_KEPT_MS)) as {
            epoch: string;
          };
          return encode({ epoch, atMs: nowMs, ...next() });
        });
      },

      async keep(organisationId, nowMs) {
        keep.run(organisationId, Math.round(nowMs + FEED_KEPT_MS));
      },

      async after(organisationId, text, nowMs) {
        const place = decode(text);
        if (place === undefined || place.atMs < nowMs - FEED_KEPT_MS) return undefined;
        return inSnapshot(db, () => {
          const row = epochOf.get(organisationId) as { epoch: string } | undefined;
          const end = next();
          if (row?.epoch !== place.epoch || place.id > end.id) return undefined;
          const rows = select.all(organisationId, place.id) as unknown as FeedRow[];
          const more = rows.length === ROWS_AT_ONCE;
          const { epoch, atMs } = place;
          const behind = more
            ? encode({ epoch, atMs, id: rows.at(-1)!.id + 1, told: 0 })
            : encode({ epoch, atMs: nowMs, ...end });
          const items = feedItemsOf(rows, place, (spot) => encode({ epoch, atMs, ...spot }), behind);
          return { items, place: behind, more };
        });
      },

      listen(wake) {
        wakes.add(wake);
        let seen = versionNow();
        const timer = setInterval(() => {
          if (!db.isOpen || seen === versionNow()) return;
          seen = versionNow();
          wake();
        }, LOOK_EVERY_MS);
        timer.unref();
        return () => {
          wakes.delete(wake);
          clearInterval(timer);
        };
      },
    },
  };
}

function encode({ epoch, atMs, id, told }: Place): string {
  return [epoch, Math.round(atMs), id, told].join('.');
}

function decode(text: string): Place | undefined {
  const [, epoch, ...numbers] = /^([\w-]{1,40})\.(\d{1,15})\.(\d{1,15})\.(\d{1,9})$/.exec(text) ?? [];
  if (epoch === undefined) return undefined;
  const [atMs = 0, id = 0, told = 0] = numbers.map(Number);
  return { epoch, atMs, id, told };
}

/** @returns tells of attempts, and of the messages that they finished. After they are settled, inside that transaction */
export function prepareSettledFeed(db: DatabaseSync, feed: FeedWriter) {
  const select = db.prepare(`
    SELECT message.seq, message.attempts, message.outcome, lane.call_id
    FROM message JOIN lane ON lane.id = message.lane_id WHERE message.id = ?`);
  interface Row {
    seq: number;
    attempts: number;
    outcome: MessageOutcome;
    call_id: string;
  }
  return (mine: readonly Settlement[], lost: readonly Settlement[], nowMs: number): void => {
    const watched = feed.watched();
    if (watched.size === 0) return;
    for (const settlement of [...mine, ...lost]) {
      const { organisationId, messageId, endpointId, attempt } = settlement;
      const row = watched.has(organisationId)
        ? (select.get(messageId) as unknown as Row | undefined)
        : undefined;
      if (row === undefined) continue;
      const { seq: seqNum, attempts: number, outcome, call_id: callId } = row;
      const of = { organisationId, atMs: nowMs, messageId, endpointId, callId, seqNum };
      const made: Happened = { kind: 'attempt', ...of, attempt: { number, ...attempt } };
      // A claim that was lost finishes nothing.
      const isEnd = outcome !== 'pending' && !lost.includes(settlement);
      feed.file(isEnd ? [made, { kind: 'finished', ...of, outcome }] : [made]);
    }
  };
}
