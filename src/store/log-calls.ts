/**
 * Reading lists of calls (one of them: log-timeline.ts). A call is found by its first message of each endpoint and by its
 * first row in the trail, whichever came first; both are indexed by time, so no row is written for the call itself.
 */
import { legOf } from '../policy/explanation.ts';
import type { MessageOutcome, TakenStep } from '../policy/timeline.ts';
import {
  CursorInvalid,
  type CallBranch,
  type CallFilter,
  type CallResult,
  type ListedCall,
  type Logged,
  type LogPage,
} from './log.ts';
import { readCallMessages, type MessageRow } from './log-messages.ts';
import { decodeCursor, encodeCursor, rows, type Dialect, type Reading } from './log-reading.ts';
import { Values } from './sql-lists.ts';
import { stepsOf } from './log-steps.ts';
import type { TrailRow } from './trail-row.ts';

/** So many calls one page looks at (bench/directory.ts). */
const MOST_LOOKED_AT = 150;
const CHUNK = 50;

/** A row that may be the first of its call. */
interface Beginning {
  stream: 'messages' | 'trail';
  at_ms: number;
  number: number;
  call_id: string;
}

/** How far the two streams of beginnings were read. */
type Places = Record<Beginning['stream'], readonly number[]>;

/** What a list makes of the calls of a chunk, by call; a call that is left out is not in the list. */
type Make<Item> = (calls: readonly StoredCall[]) => Reading<ReadonlyMap<string, Item>>;

/** See `LogStore.calls`. */
export function readCalls(
  dialect: Dialect,
  organisationId: string,
  filter: CallFilter,
  page: LogPage,
): Reading<Logged<ListedCall>> {
  // oxlint-disable-next-line require-yield -- all that it needs was read
  return scanCalls(dialect, organisationId, filter, page, function* list(calls) {
    return new Map(
      calls
        .map(listedOf)
        .filter((call) => passes(call, filter))
        .map((call) => [call.callId, call]),
    );
  });
}

/** Calls by the time of their first step, the newest first. */
export function* scanCalls<Item>(
  dialect: Dialect,
  organisationId: string,
  range: Pick<CallFilter, 'fromMs' | 'toMs'>,
  { cursor, limit }: LogPage,
  make: Make<Item>,
): Reading<Logged<Item>> {
  const places = placesOf(cursor);
  const items: Item[] = [];
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const { beginnings, atEnd } = yield* nextBeginnings(dialect, organisationId, range, places);
    const known = yield* callsOf(dialect, organisationId, [
      ...new Set(beginnings.map(({ call_id }) => call_id)),
    ]);
    const made = yield* make([...known.values()]);
    for (const beginning of beginnings) {
      if (items.length === limit) return { items, next: cursorOf(places) };
      places[beginning.stream] = [beginning.at_ms, beginning.number];
      looked += 1;
      const call = known.get(beginning.call_id);
      const item = made.get(beginning.call_id);
      if (call !== undefined && item !== undefined && isFirst(beginning, call)) items.push(item);
    }
    if (atEnd) return { items };
  }
  return { items, next: cursorOf(places) };
}

const NEWEST = [Number.MAX_SAFE_INTEGER, 0];

function placesOf(cursor: string | undefined): Places {
  if (cursor === undefined) return { messages: NEWEST, trail: NEWEST };
  const place = decodeCursor(cursor, 4);
  if (place === undefined) throw new CursorInvalid();
  return { messages: place.slice(0, 2), trail: place.slice(2) };
}

function cursorOf({ messages, trail }: Places): string {
  return encodeCursor([...messages, ...trail]);
}

/** The next ones of both streams, newest first, as far as both are known. */
function* nextBeginnings(
  { messageNumber }: Dialect,
  organisationId: string,
  { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: Pick<CallFilter, 'fromMs' | 'toMs'>,
  places: Places,
): Reading<{ beginnings: readonly Beginning[]; atEnd: boolean }> {
  const streams = {
    messages: `
      SELECT message.created_at_ms AS at_ms, message.${messageNumber} AS number, lane.call_id
      FROM message JOIN lane ON lane.id = message.lane_id
      WHERE message.organisation_id = $1 AND message.seq = 1 AND message.created_at_ms >= $2 AND message.created_at_ms < $3
        AND (message.created_at_ms, message.${messageNumber}) < ($4, $5)
      ORDER BY message.created_at_ms DESC, message.${messageNumber} DESC LIMIT ${CHUNK}`,
    trail: `
      SELECT at_ms, id AS number, call_id FROM trail
      WHERE organisation_id = $1 AND begins = 1 AND at_ms >= $2 AND at_ms < $3 AND (at_ms, id) < ($4, $5)
      ORDER BY at_ms DESC, id DESC LIMIT ${CHUNK}`,
  };
  const beginnings: Beginning[] = [];
  let knownDownToMs = 0;
  let atEnd = true;
  for (const stream of ['messages', 'trail'] as const) {
    const values = [organisationId, fromMs, toMs, ...places[stream]];
    const found = yield* rows<Omit<Beginning, 'stream'>>(streams[stream], values);
    beginnings.push(...found.map((row) => ({ ...row, stream })));
    if (found.length < CHUNK) continue;
    atEnd = false;
    knownDownToMs = Math.max(knownDownToMs, found.at(-1)?.at_ms ?? 0);
  }
  const known = beginnings.filter(({ at_ms }) => at_ms >= knownDownToMs);
  return { beginnings: known.toSorted((a, b) => b.at_ms - a.at_ms), atEnd };
}

/** All that is stored of one call. */
export interface StoredCall {
  callId: string;
  messages: readonly MessageRow[];
  trail: readonly (TrailRow & { id: number })[];
}

export function* callsOf(
  dialect: Dialect,
  organisationId: string,
  callIds: readonly string[],
): Reading<ReadonlyMap<string, StoredCall>> {
  if (callIds.length === 0) return new Map();
  const messages = Map.groupBy(
    yield* readCallMessages(dialect, organisationId, callIds),
    ({ call_id }) => call_id,
  );
  const values = new Values();
  const found = yield* rows<TrailRow & { id: number }>(
    `SELECT id, call_id, branch_id, state, at_ms, entry FROM trail
     WHERE organisation_id = ${values.add(organisationId)} AND call_id IN (${values.list(callIds)}) ORDER BY id`,
    values.all,
  );
  const trail = Map.groupBy(found, ({ call_id }) => call_id);
  return new Map(
    callIds.map((callId) => [
      callId,
      { callId, messages: messages.get(callId) ?? [], trail: trail.get(callId) ?? [] },
    ]),
  );
}

/** A call has one beginning in the trail and one at each endpoint; the list has it once, at the first of them. */
function isFirst(beginning: Beginning, { messages, trail }: StoredCall): boolean {
  const all: Omit<Beginning, 'call_id'>[] = [
    ...messages
      .filter(({ seq }) => seq === 1)
      .map(({ created_at_ms: at_ms, number }) => ({ stream: 'messages' as const, at_ms, number })),
    ...trail.slice(0, 1).map(({ at_ms, id: number }) => ({ stream: 'trail' as const, at_ms, number })),
  ];
  const [first] = all.toSorted(
    (a, b) => a.at_ms - b.at_ms || a.stream.localeCompare(b.stream) || a.number - b.number,
  );
  return first === undefined || (first.stream === beginning.stream && first.number === beginning.number);
}

function listedOf({ callId, messages, trail }: StoredCall): ListedCall {
  const steps = stepsOf(messages, trail);
  const counts: Record<MessageOutcome, number> = { pending: 0, delivered: 0, expired: 0, dead: 0 };
  for (const { outcome } of messages) counts[outcome] += 1;
  return {
    callId,
    beganAtMs: steps[0]?.takenAtMs ?? 0,
    lastAtMs: steps.at(-1)?.takenAtMs ?? 0,
    branches: [...Map.groupBy(steps, ({ event }) => event.branch_id).values()].map(branchOf),
    messages: counts,
    result: resultOf(counts),
  };
}

function branchOf(steps: readonly TakenStep[]): CallBranch {
  const { code: _, firstState: __, ...leg } = legOf(steps);
  const last = steps.at(-1)!.event;
  const {
    state,
    local_number: localNumber,
    remote_user_id: remoteUserId,
    remote_number: remoteNumber,
  } = last;
  return {
    ...leg,
    state,
    reported: steps.some(({ sentTo }) => sentTo.length > 0),
    ...(localNumber !== undefined && { localNumber }),
    ...(remoteUserId !== undefined && { remoteUserId }),
    ...(remoteNumber !== undefined && { remoteNumber }),
  };
}

function resultOf({ pending, delivered, expired, dead }: Record<MessageOutcome, number>): CallResult {
  if (pending > 0) return 'waiting';
  if (expired + dead > 0) return 'failed';
  return delivered > 0 ? 'delivered' : 'not reported';
}

function passes({ result, branches }: ListedCall, filter: CallFilter): boolean {
  if (filter.result !== undefined && result !== filter.result) return false;
  const { localUserId } = filter;
  return localUserId === undefined || branches.some((branch) => branch.localUserId === localUserId);
}
