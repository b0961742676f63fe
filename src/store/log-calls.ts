/**
 * Reading calls: a list of them, and the timeline of one. A call is found by its first message of each endpoint and by its
 * first row in the trail, whichever came first; both are indexed by time, so no row is written for the call itself.
 */
import type { MessageOutcome, TakenStep, Timeline, TimelineEndpoint } from '../policy/timeline.ts';
import { HEALTHY, type EndpointHealth } from '../policy/endpoint-health.ts';
import type { FunctionKind } from '../policy/organisation.ts';
import {
  CursorInvalid,
  type CallBranch,
  type CallFilter,
  type CallResult,
  type ListedCall,
  type Logged,
  type LogPage,
} from './log.ts';
import { messageOf, readAttempts, readCallMessages, type MessageRow } from './log-messages.ts';
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

/** See `LogStore.calls`. */
export function* readCalls(
  dialect: Dialect,
  organisationId: string,
  filter: CallFilter,
  { cursor, limit }: LogPage,
): Reading<Logged<ListedCall>> {
  const places = placesOf(cursor);
  const items: ListedCall[] = [];
  for (let looked = 0; looked < MOST_LOOKED_AT;) {
    const { beginnings, atEnd } = yield* nextBeginnings(dialect, organisationId, filter, places);
    const known = yield* callsOf(dialect, organisationId, [
      ...new Set(beginnings.map(({ call_id }) => call_id)),
    ]);
    for (const beginning of beginnings) {
      if (items.length === limit) return { items, next: cursorOf(places) };
      places[beginning.stream] = [beginning.at_ms, beginning.number];
      looked += 1;
      const call = known.get(beginning.call_id);
      if (call === undefined || !isFirst(beginning, call)) continue;
      const listed = listedOf(call);
      if (passes(listed, filter)) items.push(listed);
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
  { fromMs = 0, toMs = Number.MAX_SAFE_INTEGER }: CallFilter,
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
interface StoredCall {
  callId: string;
  messages: readonly MessageRow[];
  trail: readonly (TrailRow & { id: number })[];
}

function* callsOf(
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
  const { branch_id: branchId, state, 'termination-reason': reason } = steps.at(-1)!.event;
  const localUserId = steps.find(({ event }) => event.local_user_id !== undefined)?.event.local_user_id;
  return {
    branchId,
    state,
    reported: steps.some(({ sentTo }) => sentTo.length > 0),
    ...(localUserId !== undefined && { localUserId }),
    ...(reason !== undefined && { reason }),
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

/** See `LogStore.call`. */
export function* readCall(
  dialect: Dialect,
  organisationId: string,
  callId: string,
): Reading<Timeline | undefined> {
  const call = (yield* callsOf(dialect, organisationId, [callId])).get(callId);
  if (call === undefined || call.messages.length + call.trail.length === 0) return undefined;
  const attempts = yield* readAttempts(call.messages.map(({ id }) => id));
  const steps = stepsOf(call.messages, call.trail);
  const concerned = steps.flatMap(({ sentTo, refusals }) => [
    ...sentTo,
    ...refusals.map(({ endpointId }) => endpointId),
  ]);
  return {
    callId,
    steps,
    messages: call.messages.map((row) => ({ ...messageOf(row), attempts: attempts.get(row.id) ?? [] })),
    endpoints: yield* readEndpoints(dialect, organisationId, [...new Set(concerned)]),
    functionNumbers: yield* readFunctionNumbers(organisationId, steps),
  };
}

function* readEndpoints(
  { healthTable }: Dialect,
  organisationId: string,
  ids: readonly string[],
): Reading<readonly TimelineEndpoint[]> {
  if (ids.length === 0) return [];
  const values = new Values();
  const found = yield* rows<{ id: string; url: string; health: string | null }>(
    `SELECT endpoint.id, endpoint.url, CAST(state.health AS text) AS health
     FROM endpoint LEFT JOIN ${healthTable} AS state
       ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
     WHERE endpoint.organisation_id = ${values.add(organisationId)} AND endpoint.id IN (${values.list(ids)})`,
    values.all,
  );
  return ids.map((id): TimelineEndpoint => {
    const row = found.find((candidate) => candidate.id === id);
    if (row === undefined) return { id, health: HEALTHY };
    const health = row.health === null ? HEALTHY : (JSON.parse(row.health) as EndpointHealth);
    const host = URL.parse(row.url)?.host;
    return { id, health, ...(host !== undefined && { host }) };
  });
}

function* readFunctionNumbers(
  organisationId: string,
  steps: readonly TakenStep[],
): Reading<Timeline['functionNumbers']> {
  const numbers = [...new Set(steps.flatMap(({ event }) => event.remote_number ?? []))];
  if (numbers.length === 0) return [];
  const values = new Values();
  const found = yield* rows<{ number: string; kind: FunctionKind }>(
    `SELECT number, kind FROM function_number
     WHERE organisation_id = ${values.add(organisationId)} AND number IN (${values.list(numbers)}) ORDER BY number`,
    values.all,
  );
  return found.map(({ number, kind }) => ({ number, kind }));
}
