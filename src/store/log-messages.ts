/** Reading the message log. Statements are the same on both databases (log-reading.ts). */
import type { AttemptDetails } from '../policy/attempt-details.ts';
import type {
  LoggedAttempt,
  LoggedMessage,
  MessageOutcome,
  MessageWithAttempts,
} from '../policy/timeline.ts';
import { CursorInvalid, type ListedMessage, type Logged, type LogPage, type MessageFilter } from './log.ts';
import { decodeCursor, encodeCursor, rows, type Dialect, type Reading } from './log-reading.ts';
import { Values } from './sql-lists.ts';

/** So many messages one page looks at: twenty milliseconds at most (bench/directory.ts). */
const MOST_LOOKED_AT = 3_000;

export interface MessageRow {
  id: string;
  number: number;
  endpoint_id: string;
  call_id: string;
  seq: number;
  body: string;
  outcome: MessageOutcome;
  replay_of: MessageOutcome | null;
  created_at_ms: number;
  finished_at_ms: number | null;
  attempts: number;
  /** Of the lane. */
  due_at_ms: number | null;
}

export interface AttemptRow {
  message_id: string;
  number: number;
  started_at_ms: number;
  duration_ms: number;
  outcome: string;
  status_code: number | null;
  detail: string | null;
  /** JSON, AttemptDetails. */
  details: string | null;
}

export const messageColumns = ({ messageNumber }: Dialect): string => `
  message.id, message.${messageNumber} AS number, lane.endpoint_id, lane.call_id, message.seq, message.body, message.outcome,
  message.replay_of, message.created_at_ms, message.finished_at_ms, message.attempts, lane.due_at_ms`;

/** See `LogStore.messages`. */
export function* readMessages(
  dialect: Dialect,
  organisationId: string,
  filter: MessageFilter,
  { cursor, limit }: LogPage,
): Reading<Logged<ListedMessage>> {
  const before = cursor === undefined ? undefined : decodeCursor(cursor, 2);
  if (cursor !== undefined && before === undefined) throw new CursorInvalid();
  const found = yield* (filter.callId === undefined ? ofAll : ofCall)(dialect, organisationId, filter, {
    before,
    limit: limit + 1,
  });
  const items = found.rows.slice(0, limit);
  const last = found.rows.length > limit ? placeOf(items.at(-1)!) : found.end;
  const attempts = yield* readLastAttempts(items);
  return {
    items: items.map((row) => {
      const attempt = attempts.get(row.id);
      return { ...messageOf(row), ...(attempt !== undefined && { last: attempt }) };
    }),
    ...(last !== undefined && { next: encodeCursor(last) }),
  };
}

interface Scan {
  before: readonly number[] | undefined;
  limit: number;
}

interface Found {
  rows: readonly MessageRow[];
  /** Where the scan stopped before the end. */
  end?: readonly number[];
}

/** Looks at an organisation's messages from the newest on, by the index `message_log` or `message_failed`. */
function* ofAll(
  dialect: Dialect,
  organisationId: string,
  filter: MessageFilter,
  { before, limit }: Scan,
): Reading<Found> {
  const values = new Values();
  const order = `created_at_ms DESC, ${dialect.messageNumber} DESC`;
  const looked = `
    SELECT id, ${dialect.messageNumber} AS number, lane_id, seq, body, outcome, replay_of, created_at_ms, finished_at_ms,
           attempts
    FROM message WHERE ${inRange(dialect, organisationId, filter, before, values)}
    ORDER BY ${order} LIMIT ${MOST_LOOKED_AT}`;
  const where = conditions(filter, values);
  const found = yield* rows<MessageRow>(
    `SELECT ${messageColumns({ ...dialect, messageNumber: 'number' })}
     FROM (${looked}) AS message JOIN lane ON lane.id = message.lane_id
     ${where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`}
     ORDER BY message.created_at_ms DESC, message.number DESC LIMIT ${values.add(limit)}`,
    values.all,
  );
  if (found.length === limit) return { rows: found };
  const end = yield* endOfScan(dialect, organisationId, filter, before);
  return { rows: found, ...(end !== undefined && { end }) };
}

/** The last row that was looked at, if there are more behind it. */
function* endOfScan(
  dialect: Dialect,
  organisationId: string,
  filter: MessageFilter,
  before: readonly number[] | undefined,
): Reading<readonly number[] | undefined> {
  const values = new Values();
  const number = dialect.messageNumber;
  const [last, more] = yield* rows<{ created_at_ms: number; number: number }>(
    `SELECT created_at_ms, ${number} AS number FROM message
     WHERE ${inRange(dialect, organisationId, filter, before, values)}
     ORDER BY created_at_ms DESC, ${number} DESC LIMIT 2 OFFSET ${MOST_LOOKED_AT - 1}`,
    values.all,
  );
  return last === undefined || more === undefined ? undefined : [last.created_at_ms, last.number];
}

/** What an index finds. */
function inRange(
  { messageNumber }: Dialect,
  organisationId: string,
  { outcome, fromMs, toMs }: MessageFilter,
  before: readonly number[] | undefined,
  values: Values,
): string {
  const parts = [`organisation_id = ${values.add(organisationId)}`];
  // Said again below, exactly: these words make the small index of those that failed fit.
  if (outcome === 'expired' || outcome === 'dead') parts.push(`outcome IN ('expired', 'dead')`);
  if (fromMs !== undefined) parts.push(`created_at_ms >= ${values.add(fromMs)}`);
  if (toMs !== undefined) parts.push(`created_at_ms < ${values.add(toMs)}`);
  if (before !== undefined) {
    parts.push(`(created_at_ms, ${messageNumber}) < (${values.add(before[0])}, ${values.add(before[1])})`);
  }
  return parts.join(' AND ');
}

/** What must be looked at in each message. */
function conditions(filter: MessageFilter, values: Values): string[] {
  const { endpointId, outcome, state, branchId, localUserId, text } = filter;
  const has = (key: string, value: string | undefined) =>
    value === undefined ? [] : [like(`"${key}":${JSON.stringify(value)}`, values)];
  return [
    ...(endpointId === undefined ? [] : [`lane.endpoint_id = ${values.add(endpointId)}`]),
    ...(outcome === undefined ? [] : [`message.outcome = ${values.add(outcome)}`]),
    ...has('state', state),
    ...has('branch_id', branchId),
    ...has('local_user_id', localUserId),
    ...(text === undefined ? [] : [like(searched(text), values)]),
  ];
}

function like(part: string, values: Values): string {
  const pattern = `%${part.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
  return `lower(message.body) LIKE ${values.add(pattern)} ESCAPE '\\'`;
}

/** As it stands in JSON; a telephone number without what people write between its digits. */
function searched(text: string): string {
  const plain = /^[+\d][\d ()./-]*$/.test(text) ? text.replace(/[^+\d]/g, '') : text;
  return JSON.stringify(plain).slice(1, -1);
}

/** A call has few messages: all of them are read. */
function* ofCall(
  dialect: Dialect,
  organisationId: string,
  filter: MessageFilter,
  { before, limit }: Scan,
): Reading<Found> {
  const { callId = '', fromMs, toMs } = filter;
  const all = yield* readCallMessages(dialect, organisationId, [callId], (values) => [
    ...conditions(filter, values),
    ...(fromMs === undefined ? [] : [`message.created_at_ms >= ${values.add(fromMs)}`]),
    ...(toMs === undefined ? [] : [`message.created_at_ms < ${values.add(toMs)}`]),
  ]);
  const newestFirst = all.toReversed();
  const isBehind = ({ created_at_ms: atMs, number }: MessageRow) =>
    before === undefined || atMs < before[0]! || (atMs === before[0] && number < before[1]!);
  return { rows: newestFirst.filter(isBehind).slice(0, limit) };
}

/** At most: no call that people make has so many. */
const MOST_OF_CALLS = 10_000;

/** The messages of these calls, oldest first. */
export function* readCallMessages(
  dialect: Dialect,
  organisationId: string,
  callIds: readonly string[],
  more: (values: Values) => readonly string[] = () => [],
): Reading<readonly MessageRow[]> {
  if (callIds.length === 0) return [];
  const endpointIds = yield* endpointsWithLanes(organisationId);
  if (endpointIds.length === 0) return [];
  const values = new Values();
  const where = [
    `lane.organisation_id = ${values.add(organisationId)}`,
    `lane.endpoint_id IN (${values.list(endpointIds)})`,
    `lane.call_id IN (${values.list(callIds)})`,
    ...more(values),
  ];
  return yield* rows<MessageRow>(
    `SELECT ${messageColumns(dialect)} FROM lane JOIN message ON message.lane_id = lane.id
     WHERE ${where.join(' AND ')} ORDER BY message.created_at_ms, message.${dialect.messageNumber} LIMIT ${MOST_OF_CALLS}`,
    values.all,
  );
}

/** From one endpoint to the next by the lanes' own index, those that were removed as well: an index by call is saved. */
function* endpointsWithLanes(organisationId: string): Reading<readonly string[]> {
  const found = yield* rows<{ endpoint_id: string }>(
    `WITH RECURSIVE known (endpoint_id) AS (
       SELECT min(endpoint_id) FROM lane WHERE organisation_id = $1
       UNION ALL
       SELECT (SELECT min(lane.endpoint_id) FROM lane
               WHERE lane.organisation_id = $1 AND lane.endpoint_id > known.endpoint_id)
       FROM known WHERE known.endpoint_id IS NOT NULL)
     SELECT endpoint_id FROM known WHERE endpoint_id IS NOT NULL`,
    [organisationId],
  );
  return found.map((row) => row.endpoint_id);
}

/** See `LogStore.message`. */
export function* readMessage(
  dialect: Dialect,
  organisationId: string,
  messageId: string,
): Reading<MessageWithAttempts | undefined> {
  const [row] = yield* rows<MessageRow>(
    `SELECT ${messageColumns(dialect)} FROM message JOIN lane ON lane.id = message.lane_id
     WHERE message.id = $1 AND message.organisation_id = $2`,
    [messageId, organisationId],
  );
  if (row === undefined) return undefined;
  const attempts = yield* readAttempts([row.id]);
  return { ...messageOf(row), attempts: attempts.get(row.id) ?? [] };
}

/** All attempts of these messages. */
export function* readAttempts(
  messageIds: readonly string[],
): Reading<ReadonlyMap<string, readonly LoggedAttempt[]>> {
  if (messageIds.length === 0) return new Map();
  const values = new Values();
  const found = yield* rows<AttemptRow>(
    `SELECT * FROM attempt WHERE message_id IN (${values.list(messageIds)}) ORDER BY message_id, number`,
    values.all,
  );
  const byMessage = Map.groupBy(found, (row) => row.message_id);
  return new Map([...byMessage].map(([id, ofMessage]) => [id, ofMessage.map(attemptOf)]));
}

function* readLastAttempts(messages: readonly MessageRow[]): Reading<ReadonlyMap<string, LoggedAttempt>> {
  const tried = messages.filter(({ attempts }) => attempts > 0);
  if (tried.length === 0) return new Map();
  const values = new Values();
  const found = yield* rows<AttemptRow>(
    `SELECT attempt.* FROM attempt JOIN message ON message.id = attempt.message_id AND message.attempts = attempt.number
     WHERE message.id IN (${values.list(tried.map(({ id }) => id))})`,
    values.all,
  );
  return new Map(found.map((row) => [row.message_id, attemptOf(row)]));
}

export function messageOf(row: MessageRow): LoggedMessage {
  const isPending = row.outcome === 'pending';
  return {
    messageId: row.id,
    endpointId: row.endpoint_id,
    callId: row.call_id,
    seqNum: row.seq,
    body: row.body,
    outcome: row.outcome,
    createdAtMs: row.created_at_ms,
    attemptsMade: row.attempts,
    ...(row.replay_of !== null && { replayOf: row.replay_of }),
    ...(row.finished_at_ms !== null && { finishedAtMs: row.finished_at_ms }),
    ...(isPending && row.due_at_ms !== null && { dueAtMs: row.due_at_ms }),
  };
}

function attemptOf(row: AttemptRow): LoggedAttempt {
  return {
    number: row.number,
    startedAtMs: row.started_at_ms,
    durationMs: row.duration_ms,
    outcome: row.outcome,
    ...(row.status_code !== null && { statusCode: row.status_code }),
    ...(row.detail !== null && { detail: row.detail }),
    ...(row.details !== null && { details: JSON.parse(row.details) as AttemptDetails }),
  };
}

function placeOf({ created_at_ms, number }: MessageRow): readonly number[] {
  return [created_at_ms, number];
}
