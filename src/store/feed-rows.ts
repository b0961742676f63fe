/** How the feed lies in the database: one row for a transaction and organisation, with its events as JSON. Pure. */
import type { FeedEvent, FeedItem } from './feed.ts';
import type { CommittedMessage, LegChange } from './store.ts';

/** So many events one row holds, and so many rows one reading takes. */
const MOST_IN_ROW = 50;
export const ROWS_AT_ONCE = 20;

/** An event and whose it is. */
export type Happened = FeedEvent & { organisationId: string };

export interface FeedRow {
  id: number;
  entry: string;
}

/** Everything in rows before `id` is behind us, and so many events of that row. */
export interface Spot {
  id: number;
  told: number;
}

/** @returns organisation and JSON of each row, in order */
export function feedRowsOf(happened: readonly Happened[]): [organisationId: string, entry: string][] {
  const rows: [string, string][] = [];
  for (const [organisationId, ofOne] of Map.groupBy(happened, (one) => one.organisationId)) {
    const events = ofOne.map(({ organisationId: _itsOwn, ...event }) => event);
    for (let from = 0; from < events.length; from += MOST_IN_ROW) {
      rows.push([organisationId, JSON.stringify(events.slice(from, from + MOST_IN_ROW))]);
    }
  }
  return rows;
}

/**
 * @param placeAt writes a place within these rows
 * @param end the place behind all of them
 */
export function feedItemsOf(
  rows: readonly FeedRow[],
  from: Spot,
  placeAt: (spot: Spot) => string,
  end: string,
): FeedItem[] {
  const items = rows.flatMap(({ id, entry }) => {
    const events = JSON.parse(entry) as FeedEvent[];
    const told = id === from.id ? from.told : 0;
    return events.slice(told).map((event, nth): FeedItem => {
      const upTo = told + nth + 1;
      return {
        event,
        place: placeAt(upTo === events.length ? { id: id + 1, told: 0 } : { id, told: upTo }),
      };
    });
  });
  const last = items.at(-1);
  if (last !== undefined) last.place = end;
  return items;
}

/**
 * What a commit tells of one change: the step, then its messages.
 * @param stored those of its messages that were not there before
 * @param isTrailNew whether the step's row in the trail was not there before
 */
export function happenedAt(
  { leg: { organisationId }, messages, trail }: LegChange,
  stored: readonly CommittedMessage[],
  isTrailNew: boolean,
  atMs: number,
): Happened[] {
  if (stored.length === 0 && !isTrailNew) return [];
  const sentTo = messages.map(({ endpointId }) => endpointId);
  const step = trail ?? { event: messages[0]!.event, sentTo, refusals: [] };
  return [
    { kind: 'step', organisationId, atMs, step },
    ...stored.map(({ messageId, endpointId, body }): Happened => {
      return { kind: 'message', organisationId, atMs, messageId, endpointId, body };
    }),
  ];
}
