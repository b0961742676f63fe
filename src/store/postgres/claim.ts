/**
 * Giving out lanes, in one transaction of three round trips (four where an endpoint counts what is under way):
 *
 *  1. lapsed claims are freed; the endpoints that are due are locked, whoever was served longest ago first;
 *  2. lanes of theirs are taken, as many as health, rate and limits allow, and their heads read;
 *  3. it is written down when each endpoint is worth the next look.
 *
 * It waits for the disk, as everything here: a claim that a crash of the server undid would still be under way here, and
 * the lane be somebody else's.
 */
import { afterClaim, allowance, type Gate } from '../../policy/endpoint-health.ts';
import type { EndpointWithSecret } from '../../policy/organisation.ts';
import { withSecrets } from '../endpoint-columns.ts';
import type { Claim, ClaimLimits, StoreOptions } from '../store.ts';
import {
  countUnderWay,
  laneName,
  lockDue,
  putLooks,
  takeLanes,
  type DueRow,
  type HeadRow,
  type Looked,
} from './claim-rows.ts';
import type { Database, Statements } from './database.ts';
import { endpointOf } from './directory.ts';
import { gateOf, nameOf, type EndpointName } from './endpoint-queue.ts';
import { expireLanes } from './finish.ts';

/** A paused endpoint with something under way: the end of that brings it back, and if it is missed, this does. */
const LOOK_AGAIN_MS = 1_000;
/** So long before the others think so, the holder takes its claim for lapsed. */
const LAPSE_MARGIN_MS = 5_000;

const BREADTH = { least: 8, most: 256 };

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

export class Claiming {
  readonly #db: Database;
  readonly #options: StoreOptions;
  /** Endpoints for which this node had no room: it leaves them to others until it has. */
  readonly #full = new Map<string, EndpointName>();
  #rounds = 0;
  /** Endpoints to lock at once: enough to fill this node's room, and no more, for they are other nodes' work too. */
  #breadth = BREADTH.least;

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
    const rows = await lockDue(tx, nowMs, this.#breadth, this.full);
    const candidates = await this.#candidates(tx, rows, nowMs, limits);
    const allowed = candidates.filter(({ most }) => most > 0);
    const untilMs = Math.round(nowMs + this.#options.rules.claimMs);
    const heads = await takeLanes(tx, allowed, { token, nowMs, untilMs, total: limits.total });
    const isOver = ({ message_id, expires_at_ms }: HeadRow) =>
      message_id === null || (expires_at_ms !== null && expires_at_ms <= nowMs);
    const over = heads.filter(isOver).map((head) => ({ ...laneName(head), laneId: head.lane_id }));
    const expired = await expireLanes(tx, over, nowMs);
    if (expired > 0) limits.expired?.(expired);

    const isTotal = heads.length >= limits.total;
    const byEndpoint = Map.groupBy(heads, (head) => nameOf(laneName(head)));
    if (isTotal) this.#breadth = Math.max(BREADTH.least, byEndpoint.size + 1);
    else if (rows.length === this.#breadth) this.#breadth = Math.min(this.#breadth * 2, BREADTH.most);
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
      const endpoint = withSecrets(endpointOf(row), row, this.#options.secrets);
      const { count, untilMs } = underWay.get(nameOf(name)) ?? { count: 0, untilMs: Infinity };
      const { maxAtOnce = Infinity, maxPerSecond } = endpoint.delivery;
      const most = Math.min(room, maxAtOnce - count, allowance(gate, nowMs, count, maxPerSecond));
      const againAtMs = Math.min(untilMs, count < maxAtOnce ? nowMs + LOOK_AGAIN_MS : Infinity);
      return [{ ...name, endpoint, gate, room, most, againAtMs }];
    });
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

function endpointName(row: DueRow): EndpointName {
  return { organisationId: row.organisation_id, endpointId: row.id };
}
