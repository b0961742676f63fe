/**
 * The feed on the shared database. Transactions become visible in another order than that of their ids, so a place is not
 * an id but a snapshot: what is behind it are the rows that it does not see. A place among the rows of one reading
 * names the snapshot of that reading too. Rows are told by id: it is drawn when the row is written, under the locks of
 * the transaction, so what waited for another transaction comes behind it.
 */
import { newId } from '../../runtime/tokens.ts';
import { FEED_KEPT_MS, type FeedStore } from '../feed.ts';
import { feedItemsOf, feedRowsOf, ROWS_AT_ONCE, type FeedRow, type Happened } from '../feed-rows.ts';
import type { Database, Statements } from './database.ts';
import { decodePlace, encodePlace } from './feed-place.ts';
import { FEED_CHANNEL, type Waker } from './wake.ts';

/** Within another statement: whether somebody listens to the organisation of that table's row. */
export const IS_WATCHED = (table: string): string =>
  `EXISTS (SELECT 1 FROM feed_watch WHERE feed_watch.organisation_id = ${table}.organisation_id)`;

const WATCHED = 'SELECT organisation_id FROM feed_watch WHERE organisation_id = ANY ($1::text[])';

const FILE = `
  INSERT INTO feed (organisation_id, entry)
  SELECT organisation_id, entry FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS made (organisation_id, entry, nth)
  ORDER BY nth`;

const TELL = 'SELECT pg_notify($1, organisation_id) FROM unnest($2::text[]) AS organisation_id';

const WATCH = `
  INSERT INTO feed_watch AS watch (organisation_id, epoch, until_ms) VALUES ($1, $2, $3)
  ON CONFLICT (organisation_id) DO UPDATE SET until_ms = greatest(watch.until_ms, excluded.until_ms)`;

/** Whoever has asked who is listened to holds this lock to the end of the transaction. */
const ASKING = `
  SELECT virtualtransaction AS name FROM pg_locks
  WHERE locktype = 'relation' AND relation = 'feed_watch'::regclass AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`;
const ASK_EVERY_MS = 10;
/** No transaction of ours takes longer (connections.ts). */
const AT_MOST_MS = 30_000;

const NOW = `
  SELECT pg_current_snapshot()::text AS now, (SELECT epoch FROM feed_watch WHERE organisation_id = $1) AS epoch`;

const KEEP = 'UPDATE feed_watch SET until_ms = greatest(until_ms, $2) WHERE organisation_id = $1';

/** One statement, so of one snapshot. */
const READ = `
  SELECT watch.now, watch.epoch, fresh.id, fresh.entry
  FROM (${NOW}) AS watch
  LEFT JOIN LATERAL (
    SELECT id, entry FROM feed
    WHERE organisation_id = $1 AND xid >= pg_snapshot_xmin($2::pg_snapshot)
      AND NOT pg_visible_in_snapshot(xid, $2::pg_snapshot)
      AND ($3::text IS NULL OR pg_visible_in_snapshot(xid, $3::text::pg_snapshot)) AND id >= $4
    ORDER BY id LIMIT ${ROWS_AT_ONCE}) AS fresh ON true
  ORDER BY fresh.id`;

interface NowRow {
  now: string;
  epoch: string | null;
}

/** @returns those of these organisations that somebody listens to */
export async function watchedAmong(
  tx: Statements,
  organisationIds: Iterable<string>,
): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ organisation_id: string }>(WATCHED, [[...new Set(organisationIds)]]);
  return new Set(rows.map((row) => row.organisation_id));
}

/** Files what happened, under all locks of the transaction. Of organisations that somebody listens to only. */
export function fileFeed(tx: Statements, happened: readonly Happened[]): void {
  if (happened.length === 0) return;
  const rows = feedRowsOf(happened);
  const organisationIds = rows.map(([organisationId]) => organisationId);
  void tx.query(FILE, [organisationIds, rows.map(([, entry]) => entry)]);
  void tx.query(TELL, [FEED_CHANNEL, [...new Set(organisationIds)]]);
}

export function createFeedStore(db: Database, waker: Waker): FeedStore {
  /** Until whoever may not have seen that somebody listens has ended. */
  const othersKnow = async (): Promise<void> => {
    const asking = async () => new Set((await db.query<{ name: string }>(ASKING)).map(({ name }) => name));
    let before = await asking();
    for (let waitedMs = 0; before.size > 0 && waitedMs < AT_MOST_MS; waitedMs += ASK_EVERY_MS) {
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
      before = before.intersection(await asking());
    }
  };

  return {
    async begin(organisationId, nowMs) {
      for (;;) {
        await db.query(WATCH, [organisationId, newId(), Math.round(nowMs + FEED_KEPT_MS)]);
        await othersKnow();
        const [row] = await db.query<NowRow>(NOW, [organisationId]);
        if (row !== undefined && row.epoch !== null) {
          return encodePlace({ epoch: row.epoch, atMs: nowMs, from: row.now });
        }
      }
    },

    async keep(organisationId, nowMs) {
      await db.query(KEEP, [organisationId, Math.round(nowMs + FEED_KEPT_MS)]);
    },

    async after(organisationId, text, nowMs) {
      const place = decodePlace(text);
      if (place === undefined || place.atMs < nowMs - FEED_KEPT_MS) return undefined;
      const { epoch, from, among } = place;
      const spot = among ?? { id: 0, told: 0 };
      const values = [organisationId, from, among?.to ?? null, spot.id];
      const found = await db.query<NowRow & { id: number | null; entry: string }>(READ, values);
      const { now, epoch: current } = found[0]!;
      if (current !== epoch || isAhead(among?.to ?? from, now)) return undefined;
      const rows = found.filter((row): row is NowRow & FeedRow => row.id !== null);
      const to = among?.to ?? now;
      const isWhole = rows.length < ROWS_AT_ONCE;
      const { atMs } = place;
      const placeAt = ({ id, told }: { id: number; told: number }) =>
        encodePlace({ epoch, atMs, from, among: { to, id, told } });
      const behind = isWhole
        ? encodePlace({ epoch, atMs: among === undefined ? nowMs : atMs, from: to })
        : placeAt({ id: rows.at(-1)!.id + 1, told: 0 });
      const more = !isWhole || among !== undefined;
      return { items: feedItemsOf(rows, spot, placeAt, behind), place: behind, more };
    },

    listen: (wake) => waker.listenToFeed(wake),
  };
}

/** Of a database that was put back to an earlier day. */
function isAhead(snapshot: string, now: string): boolean {
  const endOf = (text: string) => BigInt(text.split(':')[1]!);
  return endOf(snapshot) > endOf(now);
}
