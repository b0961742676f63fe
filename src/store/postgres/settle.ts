/**
 * Settling: outcomes are logged, messages finished, lanes freed, endpoints counted and their health moved, in one
 * transaction of two round trips; three where an endpoint is in trouble.
 *
 *  1. the lanes are locked: whose claims are still the lanes' own?
 *  2. (the queue rows of endpoints whose health may move are locked)
 *  3. everything is written.
 */
import type { DeliverySettings } from '../../policy/delivery-settings.ts';
import {
  afterAttempt,
  type EndpointHealth,
  type HealthRules,
  type Notice,
} from '../../policy/endpoint-health.ts';
import { attemptDetailsText, lastAttemptText } from '../attempt-text.ts';
import { tallyOf } from '../log-statistics.ts';
import type { Happened } from '../feed-rows.ts';
import type { Settlement } from '../store.ts';
import { columnsOf, type Statements } from './database.ts';
import { fileFeed, IS_WATCHED } from './feed.ts';
import { lockGates, nameOf, namesOf, putHealth, type EndpointName, type Move } from './endpoint-queue.ts';
import { countOutcomes, moveLanes, type LaneMove, type OutcomeCount } from './finish.ts';
import { addStatistics } from './statistics.ts';

const LOCK_LANES = `
  SELECT id, claim_token, call_id FROM lane WHERE id = ANY ($1::bigint[])
  ORDER BY organisation_id, endpoint_id, call_id FOR UPDATE`;

const READ_ENDPOINTS = `
  SELECT endpoint.organisation_id, endpoint.id, endpoint.delivery, queue.health,
         ${IS_WATCHED('endpoint')} AS watched
  FROM endpoint
  JOIN endpoint_queue AS queue
    ON queue.organisation_id = endpoint.organisation_id AND queue.endpoint_id = endpoint.id
  WHERE (endpoint.organisation_id, endpoint.id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

const READ_MESSAGES = 'SELECT id, seq, attempts, replay_of FROM message WHERE id = ANY ($1::text[])';

/** An outcome whose commit was answered by silence is settled again: it was logged then already. */
const FIND_LOGGED = `
  SELECT given.nth FROM attempt
  JOIN unnest($1::text[], $2::bigint[], $3::bigint[]) WITH ORDINALITY
    AS given (message_id, started_at_ms, duration_ms, nth) USING (message_id, started_at_ms, duration_ms)`;

const LOG = `
  INSERT INTO attempt (message_id, number, started_at_ms, duration_ms, outcome, status_code, detail, details)
  SELECT message.id, message.attempts + row_number() OVER (PARTITION BY message.id ORDER BY made.nth),
         made.started_at_ms, made.duration_ms, made.outcome, made.status_code, made.detail, made.details
  FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::integer[], $6::text[], $7::text[])
    WITH ORDINALITY AS made (message_id, started_at_ms, duration_ms, outcome, status_code, detail, details, nth)
  JOIN message ON message.id = made.message_id`;

/** outcome: NULL for an attempt that ends nothing, be it for a retry or because its claim was lost. */
const FINISH = `
  UPDATE message SET
    attempts = message.attempts + made.attempts,
    retries = message.retries + made.retries,
    outcome = coalesce(made.outcome, message.outcome),
    finished_at_ms = CASE WHEN made.outcome IS NULL THEN finished_at_ms ELSE $4 END
  FROM (
    SELECT id, count(*) AS attempts, sum(retries) AS retries, max(outcome) AS outcome
    FROM unnest($1::text[], $2::integer[], $3::text[]) AS one (id, retries, outcome) GROUP BY id) AS made
  WHERE message.id = made.id`;

interface LaneRow {
  id: number;
  claim_token: string | null;
  call_id: string;
}

interface EndpointRow {
  organisation_id: string;
  id: string;
  delivery: DeliverySettings;
  health: EndpointHealth | null;
  watched: boolean;
}

interface MessageRow {
  id: string;
  seq: number;
  attempts: number;
  replay_of: string | null;
}

/** @returns the messages whose claims were lost */
export async function settleIn(
  tx: Statements,
  settlements: readonly Settlement[],
  nowMs: number,
  rules: HealthRules,
): Promise<readonly string[]> {
  const [lanes, endpoints, messages] = await Promise.all([
    tx.query<LaneRow>(LOCK_LANES, [settlements.map(({ laneId }) => laneId)]),
    tx.query<EndpointRow>(READ_ENDPOINTS, namesOf(settlements)),
    tx.query<MessageRow>(READ_MESSAGES, [settlements.map(({ messageId }) => messageId)]),
  ]);
  const watched = new Set(endpoints.filter((row) => row.watched).map((row) => row.organisation_id));
  const tokens = new Map(lanes.map((lane) => [lane.id, lane.claim_token]));
  const mine = settlements.filter(({ laneId, token }) => {
    const isMine = tokens.get(laneId) === token;
    // The same one twice: the second has nothing left to settle.
    if (isMine) tokens.delete(laneId);
    return isMine;
  });
  const byEndpoint = Map.groupBy(mine, nameOf);
  const troubled = endpoints.filter((row) => mayMove(row, byEndpoint.get(nameOf(endpointName(row)))));
  const limited = endpoints.filter(({ delivery }) => delivery.maxAtOnce !== undefined);
  const [lost, moves] = await Promise.all([
    notLogged(
      tx,
      settlements.filter((settlement) => !mine.includes(settlement)),
    ),
    troubled.length === 0 ? [] : moveHealth(tx, byEndpoint, nowMs, rules),
  ]);

  const ends = new Map(messages.map((message) => [message.id, endOf(message)]));
  log(tx, mine, lost, ends, nowMs);
  const laneMoves = mine.map((settlement) => laneMoveOf(settlement, ends.get(settlement.messageId), nowMs));
  moveLanes(tx, laneMoves, nowMs, [...troubled, ...limited].map(endpointName));
  if (watched.size > 0) fileFeed(tx, settledFeed({ mine, lost, lanes, messages, ends, watched }, nowMs));
  putHealth(tx, moves, watched, nowMs);
  countOutcomes(tx, [...byEndpoint.values()].map(countOf));
  const tallies = [...byEndpoint.values()].map((ofEndpoint) => ({
    ...ofEndpoint[0]!,
    ...tallyOf(ofEndpoint),
  }));
  addStatistics(tx, tallies, nowMs);
  return lost.map(({ messageId }) => messageId);
}

/** Signals that leave a healthy endpoint as it is. */
const QUIET: readonly string[] = ['answered', 'none'] satisfies Settlement['signal']['kind'][];

function mayMove({ health }: EndpointRow, settlements: readonly Settlement[] = []): boolean {
  const isLoud = settlements.some(({ signal }) => !QUIET.includes(signal.kind));
  return isLoud || (health !== null && settlements.length > 0);
}

async function moveHealth(
  tx: Statements,
  byEndpoint: ReadonlyMap<string, readonly Settlement[]>,
  nowMs: number,
  rules: HealthRules,
): Promise<Move[]> {
  const names = [...byEndpoint.values()].flatMap(([first]) => first ?? []);
  const gates = await lockGates(tx, names);
  return [...gates].map(([key, { gate, ...name }]) => {
    let health = gate.health;
    const notices: Notice[] = [];
    for (const { signal } of byEndpoint.get(key) ?? []) {
      const step = afterAttempt(health, signal, nowMs, rules);
      health = step.health;
      if (step.notice !== undefined) notices.push(step.notice);
    }
    return { ...name, gate, health, notices };
  });
}

async function notLogged(tx: Statements, lost: readonly Settlement[]): Promise<readonly Settlement[]> {
  if (lost.length === 0) return [];
  const keys = columnsOf(
    lost,
    ({ messageId }) => messageId,
    ({ attempt }) => attempt.startedAtMs,
    ({ attempt }) => attempt.durationMs,
  );
  const rows = await tx.query<{ nth: number }>(FIND_LOGGED, keys);
  const logged = new Set(rows.map(({ nth }) => nth - 1));
  return lost.filter((_, nth) => !logged.has(nth));
}

interface MessageEnd {
  seq: number;
  /** What it is when it has failed for good: a replay leaves it what it was before, if that was better. */
  outcome: 'delivered' | 'dead';
}

function endOf({ seq, replay_of }: MessageRow): MessageEnd {
  return { seq, outcome: replay_of === 'delivered' ? 'delivered' : 'dead' };
}

function log(
  tx: Statements,
  mine: readonly Settlement[],
  lost: readonly Settlement[],
  ends: ReadonlyMap<string, MessageEnd>,
  nowMs: number,
): void {
  const made = [...mine, ...lost];
  const attempts = columnsOf(
    made,
    ({ messageId }) => messageId,
    ({ attempt }) => attempt.startedAtMs,
    ({ attempt }) => attempt.durationMs,
    ({ attempt }) => attempt.outcome,
    ({ attempt }) => attempt.statusCode ?? null,
    ({ attempt }) => attempt.detail?.replaceAll('\0', '') ?? null,
    ({ attempt }) => attemptDetailsText(attempt),
  );
  void tx.query(LOG, attempts);
  const finished = columnsOf(
    made,
    ({ messageId }) => messageId,
    (settlement) => (lost.includes(settlement) ? 0 : retriesOf(settlement)),
    (settlement) => (lost.includes(settlement) ? null : outcomeOf(settlement, ends)),
  );
  void tx.query(FINISH, [...finished, nowMs]);
}

/** What the message is then; null: it still waits. */
function outcomeOf({ messageId, next }: Settlement, ends: ReadonlyMap<string, MessageEnd>) {
  if (next.kind === 'later') return null;
  return next.kind === 'delivered' ? 'delivered' : (ends.get(messageId)?.outcome ?? null);
}

interface Settled {
  mine: readonly Settlement[];
  lost: readonly Settlement[];
  lanes: readonly LaneRow[];
  messages: readonly MessageRow[];
  ends: ReadonlyMap<string, MessageEnd>;
  watched: ReadonlySet<string>;
}

/** Attempts, and the messages that they finished. A claim that was lost finishes nothing. */
function settledFeed({ mine, lost, lanes, messages, ends, watched }: Settled, nowMs: number): Happened[] {
  const calls = new Map(lanes.map((lane) => [lane.id, lane.call_id]));
  const rows = new Map(messages.map((message) => [message.id, message]));
  const made = new Map(messages.map(({ id, attempts }) => [id, attempts]));
  return [...mine, ...lost].flatMap((settlement): Happened[] => {
    const { organisationId, endpointId, messageId, laneId, attempt } = settlement;
    const row = rows.get(messageId);
    if (!watched.has(organisationId) || row === undefined) return [];
    const number = made.get(messageId)! + 1;
    made.set(messageId, number);
    const callId = calls.get(laneId) ?? '';
    const of = { organisationId, atMs: nowMs, messageId, endpointId, callId, seqNum: row.seq };
    const outcome = lost.includes(settlement) ? null : outcomeOf(settlement, ends);
    return [
      { kind: 'attempt', ...of, attempt: { number, ...attempt } },
      ...(outcome === null ? [] : [{ kind: 'finished', ...of, outcome } as const]),
    ];
  });
}

function retriesOf({ next }: Settlement): number {
  return next.kind === 'later' && next.usesRetry ? 1 : 0;
}

function laneMoveOf({ laneId, next }: Settlement, end: MessageEnd | undefined, nowMs: number): LaneMove {
  switch (next.kind) {
    case 'later':
      return { laneId, toldUpTo: 0, skipped: [], dueAtMs: Math.round(next.dueAtMs) };
    case 'delivered':
      return { laneId, toldUpTo: end?.seq ?? 0, skipped: [], dueAtMs: nowMs };
    case 'dead':
      return { laneId, toldUpTo: 0, skipped: end?.outcome === 'dead' ? [end.seq] : [], dueAtMs: nowMs };
  }
}

function countOf(settlements: readonly Settlement[]): OutcomeCount {
  const [{ organisationId, endpointId }] = settlements as readonly [Settlement];
  const ends = (kind: string) => settlements.filter(({ next }) => next.kind === kind).length;
  const last = lastAttemptText(settlements.at(-1)?.attempt);
  return { organisationId, endpointId, delivered: ends('delivered'), dead: ends('dead'), last };
}

function endpointName(row: EndpointRow): EndpointName {
  return { organisationId: row.organisation_id, endpointId: row.id };
}
