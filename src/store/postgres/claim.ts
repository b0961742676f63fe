/**
 * Giving out lanes, in one transaction of three round trips (four where an endpoint counts what is under way):
 *
 *  1. lapsed claims are freed; the endpoints that are due are locked, whoever was served longest ago first;
 *  2. lanes of theirs are taken, as many as health, rate and limits allow, and their heads read;
 *  3. it is written down when each endpoint is worth the next look.
 *
 * A claim need not outlive a crash: then the lane is simply free. So the transaction does not wait for the disk.
 */
import { afterClaim, allowance, type EndpointHealth, type Gate } from '../../policy/endpoint-health.ts';
import type { EndpointWithSecret } from '../../policy/organisation.ts';
import type { Claim, ClaimLimits, StoreOptions } from '../store.ts';
import { columnsOf, type Database, type Statements } from './database.ts';
import { endpointOf, type EndpointRow } from './directory.ts';
import {
  gateOf,
  healthColumn,
  MAKE_DUE,
  nameOf,
  namesOf,
  opensAtMs,
  type EndpointName,
} from './endpoint-queue.ts';
import { expireLanes } from './finish.ts';

/** Endpoints that are looked at in one go. */
const MOST_ENDPOINTS = 64;
/** A paused endpoint with something under way: the end of that brings it back, and if it is missed, this does. */
const LOOK_AGAIN_MS = 1_000;
/** So long before the others think so, the holder takes its claim for lapsed. */
const LAPSE_MARGIN_MS = 5_000;

const FREE_LAPSED = `
  WITH lapsed AS (
    SELECT id FROM lane WHERE claim_token IS NOT NULL AND claim_until_ms <= $1
    ORDER BY organisation_id, endpoint_id, call_id FOR UPDATE SKIP LOCKED),
  freed AS (
    UPDATE lane SET claim_token = NULL, claim_until_ms = NULL FROM lapsed WHERE lane.id = lapsed.id
    RETURNING lane.organisation_id, lane.endpoint_id, lane.due_at_ms),
  due AS (
    SELECT organisation_id, endpoint_id, min(due_at_ms) AS at_ms FROM freed GROUP BY organisation_id, endpoint_id),
  ${MAKE_DUE}`;

const LOCK_DUE = `
  SELECT endpoint.*, queue.health, queue.tat_ms
  FROM endpoint_queue AS queue
  JOIN endpoint ON endpoint.organisation_id = queue.organisation_id AND endpoint.id = queue.endpoint_id
  WHERE queue.look_at_ms <= $1
    AND (queue.organisation_id, queue.endpoint_id) NOT IN (SELECT * FROM unnest($2::text[], $3::text[]))
  ORDER BY queue.look_at_ms, queue.turn LIMIT $4
  FOR UPDATE OF queue SKIP LOCKED`;

const COUNT_UNDER_WAY = `
  SELECT organisation_id, endpoint_id, count(*) AS count, min(claim_until_ms) AS until_ms FROM lane
  WHERE claim_token IS NOT NULL AND claim_until_ms > $3
    AND (organisation_id, endpoint_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
  GROUP BY organisation_id, endpoint_id`;

/** Of each endpoint the live lanes first, then those in which only replays wait; endpoints in the order given. */
const TAKE_LANES = `
  WITH picked AS (
    SELECT free.id
    FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS wanted (organisation_id, endpoint_id, most, nth)
    CROSS JOIN LATERAL (
      SELECT id FROM (
        SELECT id FROM lane
        WHERE organisation_id = wanted.organisation_id AND endpoint_id = wanted.endpoint_id AND rank = 0
          AND due_at_ms <= $4 AND claim_token IS NULL
        ORDER BY due_at_ms LIMIT wanted.most FOR UPDATE SKIP LOCKED) AS live
      UNION ALL
      SELECT id FROM (
        SELECT id FROM lane
        WHERE organisation_id = wanted.organisation_id AND endpoint_id = wanted.endpoint_id AND rank = 1
          AND due_at_ms <= $4 AND claim_token IS NULL
        ORDER BY due_at_ms LIMIT wanted.most FOR UPDATE SKIP LOCKED) AS replays
      LIMIT wanted.most) AS free
    LIMIT $5)
  UPDATE lane SET claim_token = $6, claim_until_ms = $7 FROM picked WHERE lane.id = picked.id`;

/** In a statement after the taking: what these lanes' messages are now, not what they were before the lock. */
const READ_HEADS = `
  SELECT lane.id AS lane_id, lane.organisation_id, lane.endpoint_id, lane.skipped, head.*
  FROM lane
  LEFT JOIN LATERAL (
    SELECT message.id AS message_id, message.seq, message.body, message.attempts, message.retries, message.created_at_ms,
           message.expires_at_ms, message.replay_of
    FROM message WHERE message.lane_id = lane.id AND message.outcome = 'pending'
    ORDER BY message.seq LIMIT 1) AS head ON true
  WHERE lane.claim_token = $1 AND lane.claim_until_ms = $2
  ORDER BY lane.rank, lane.due_at_ms`;

/** due_at_ms: NULL where the endpoint's lanes tell. */
const PUT_LOOKS = `
  UPDATE endpoint_queue AS queue SET
    due_at_ms = coalesce(looked.due_at_ms, least(
      (SELECT due_at_ms FROM lane
       WHERE organisation_id = queue.organisation_id AND endpoint_id = queue.endpoint_id AND rank = 0
         AND due_at_ms IS NOT NULL AND claim_token IS NULL
       ORDER BY due_at_ms LIMIT 1),
      (SELECT due_at_ms FROM lane
       WHERE organisation_id = queue.organisation_id AND endpoint_id = queue.endpoint_id AND rank = 1
         AND due_at_ms IS NOT NULL AND claim_token IS NULL
       ORDER BY due_at_ms LIMIT 1))),
    turn = nextval('endpoint_turn'),
    health = looked.health::json,
    tat_ms = looked.tat_ms,
    opens_at_ms = looked.opens_at_ms
  FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::float8[], $6::bigint[])
    AS looked (organisation_id, endpoint_id, due_at_ms, health, tat_ms, opens_at_ms)
  WHERE queue.organisation_id = looked.organisation_id AND queue.endpoint_id = looked.endpoint_id`;

type DueRow = EndpointRow & {
  organisation_id: string;
  secret: Uint8Array;
  health: EndpointHealth | null;
  tat_ms: number;
};

/** The head of a lane that was taken; its columns are null where nothing is pending after all. */
interface HeadRow {
  lane_id: number;
  organisation_id: string;
  endpoint_id: string;
  skipped: number[];
  message_id: string | null;
  seq: number;
  body: string;
  attempts: number;
  retries: number;
  created_at_ms: number;
  expires_at_ms: number | null;
  replay_of: string | null;
}

type LiveHead = HeadRow & { message_id: string };

/** An endpoint that is due, and what may be taken of it. */
interface Candidate extends EndpointName {
  endpoint: EndpointWithSecret;
  gate: Gate;
  /** For how many this node has room. */
  room: number;
  /** How many its health, its rate and its limits allow at most, of those. */
  most: number;
  /** When to look again if that is none. */
  againAtMs: number;
}

/** What a look leaves behind. `dueAtMs` undefined: when its free lanes are. */
interface Looked extends EndpointName {
  gate: Gate;
  dueAtMs?: number;
}

interface UnderWayRow {
  organisation_id: string;
  endpoint_id: string;
  count: number;
  until_ms: number;
}

export class Claiming {
  readonly #db: Database;
  readonly #options: StoreOptions;
  /** Endpoints for which this node had no room: it leaves them to others until it has. */
  readonly #full = new Map<string, EndpointName>();
  #rounds = 0;

  constructor(db: Database, options: StoreOptions) {
    this.#db = db;
    this.#options = options;
  }

  /** What this node has no room for at the moment. */
  get full(): readonly EndpointName[] {
    return [...this.#full.values()];
  }

  async claim(nowMs: number, limits: ClaimLimits): Promise<readonly Claim[]> {
    for (const [name, { organisationId, endpointId }] of this.#full) {
      if (limits.perEndpoint(organisationId, endpointId) > 0) this.#full.delete(name);
    }
    this.#rounds += 1;
    const token = `${this.#options.node}-${this.#rounds}`;
    return this.#db.transaction((tx) => this.#claimIn(tx, token, nowMs, limits));
  }

  async #claimIn(tx: Statements, token: string, nowMs: number, limits: ClaimLimits): Promise<Claim[]> {
    void tx.query('SET LOCAL synchronous_commit TO off');
    void tx.query(FREE_LAPSED, [nowMs]);
    const rows = await tx.query<DueRow>(LOCK_DUE, [nowMs, ...namesOf(this.full), MOST_ENDPOINTS]);
    const candidates = await this.#candidates(tx, rows, nowMs, limits);
    const allowed = candidates.filter(({ most }) => most > 0);
    const heads = await this.#take(tx, allowed, token, nowMs, limits.total);
    const isOver = ({ message_id, expires_at_ms }: HeadRow) =>
      message_id === null || (expires_at_ms !== null && expires_at_ms <= nowMs);
    const over = heads.filter(isOver).map((head) => ({ ...laneName(head), laneId: head.lane_id }));
    await expireLanes(tx, over, nowMs);

    const isTotal = heads.length >= limits.total;
    const byEndpoint = Map.groupBy(heads, (head) => nameOf(laneName(head)));
    const looked: Looked[] = candidates
      .filter(({ most }) => most <= 0)
      .map((candidate) => ({ ...candidate, dueAtMs: candidate.againAtMs }));
    const claims: Claim[] = [];
    for (const candidate of allowed) {
      const found = byEndpoint.get(nameOf(candidate)) ?? [];
      // Others before it took all; it keeps its place.
      if (found.length === 0 && isTotal) continue;
      const live = found.filter((head) => !isOver(head));
      claims.push(...live.map((head) => this.#claimOf(head as LiveHead, candidate, token, nowMs)));
      looked.push(this.#afterTaking(candidate, found.length, live.length, isTotal, nowMs));
    }
    putLooks(tx, looked);
    return claims;
  }

  /** What may be taken of the endpoints that are due, as far as this node has room for them. */
  async #candidates(
    tx: Statements,
    rows: readonly DueRow[],
    nowMs: number,
    { perEndpoint, total }: ClaimLimits,
  ): Promise<Candidate[]> {
    const counting = rows.filter(
      ({ health, delivery }) => health !== null || delivery.maxAtOnce !== undefined,
    );
    const underWay = await countUnderWay(tx, counting.map(endpointName), nowMs);
    return rows.flatMap((row): Candidate[] => {
      const name = endpointName(row);
      const room = Math.min(perEndpoint(name.organisationId, name.endpointId), total);
      if (room <= 0) {
        this.#full.set(nameOf(name), name);
        return [];
      }
      const gate = gateOf(row);
      const endpoint = { ...endpointOf(row), secret: this.#options.secrets.open(row.secret) };
      const { count, untilMs } = underWay.get(nameOf(name)) ?? { count: 0, untilMs: Infinity };
      const { maxAtOnce = Infinity, maxPerSecond } = endpoint.delivery;
      const most = Math.min(room, maxAtOnce - count, allowance(gate, nowMs, count, maxPerSecond));
      const againAtMs = Math.min(untilMs, count < maxAtOnce ? nowMs + LOOK_AGAIN_MS : Infinity);
      return [{ ...name, endpoint, gate, room, most, againAtMs }];
    });
  }

  async #take(
    tx: Statements,
    allowed: readonly Candidate[],
    token: string,
    nowMs: number,
    total: number,
  ): Promise<HeadRow[]> {
    if (allowed.length === 0) return [];
    const untilMs = Math.round(nowMs + this.#options.rules.claimMs);
    const most = allowed.map((candidate) => candidate.most);
    void tx.query(TAKE_LANES, [...namesOf(allowed), most, nowMs, total, token, untilMs]);
    return tx.query<HeadRow>(READ_HEADS, [token, untilMs]);
  }

  #afterTaking(candidate: Candidate, found: number, live: number, isTotal: boolean, nowMs: number): Looked {
    const { organisationId, endpointId, endpoint, room, most } = candidate;
    if (live === room) this.#full.set(nameOf(candidate), { organisationId, endpointId });
    const gate = afterClaim(candidate.gate, live, nowMs, this.#options.rules, endpoint.delivery.maxPerSecond);
    // There may be more of it: then it stands at the end of those that are due.
    return { organisationId, endpointId, gate, ...((found === most || isTotal) && { dueAtMs: nowMs }) };
  }

  #claimOf(
    head: LiveHead,
    { organisationId, endpoint, gate }: Candidate,
    token: string,
    nowMs: number,
  ): Claim {
    const { claimMs } = this.#options.rules;
    return {
      laneId: head.lane_id,
      token,
      lapsesAtMs: nowMs + Math.max(claimMs - LAPSE_MARGIN_MS, claimMs / 3),
      messageId: head.message_id,
      organisationId,
      endpoint,
      body: head.body,
      attemptsMade: head.attempts,
      retriesUsed: head.retries,
      createdAtMs: head.created_at_ms,
      // Those behind it are told when their own turn is over.
      skipped: head.skipped.filter((seq) => seq < head.seq),
      replay: head.replay_of !== null,
      probe: gate.health.kind === 'paused' || gate.health.kind === 'probing',
    };
  }
}

async function countUnderWay(
  tx: Statements,
  endpoints: readonly EndpointName[],
  nowMs: number,
): Promise<ReadonlyMap<string, { count: number; untilMs: number }>> {
  if (endpoints.length === 0) return new Map();
  const rows = await tx.query<UnderWayRow>(COUNT_UNDER_WAY, [...namesOf(endpoints), nowMs]);
  return new Map(rows.map((row) => [nameOf(laneName(row)), { count: row.count, untilMs: row.until_ms }]));
}

function putLooks(tx: Statements, looked: readonly Looked[]): void {
  if (looked.length === 0) return;
  const columns = columnsOf(
    looked,
    ({ dueAtMs }) => dueAtMs ?? null,
    ({ gate }) => healthColumn(gate.health),
    ({ gate }) => gate.tatMs,
    ({ gate }) => opensAtMs(gate),
  );
  void tx.query(PUT_LOOKS, [...namesOf(looked), ...columns]);
}

function endpointName(row: DueRow): EndpointName {
  return { organisationId: row.organisation_id, endpointId: row.id };
}

function laneName(row: { organisation_id: string; endpoint_id: string }): EndpointName {
  return { organisationId: row.organisation_id, endpointId: row.endpoint_id };
}
