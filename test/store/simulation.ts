/**
 * A model test of lanes, claims, expiry and health: random schedules of commits, claims, attempts, failures, crashes and
 * passing time, with a clock that only the schedule turns. After each step, and once everything has settled, it holds the
 * store to what it promises. The same simulation runs on every backend.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Signal } from '../../src/policy/endpoint-health.ts';
import type { Claim, NextStep, Store } from '../../src/store/store.ts';
import { directoryFor } from '../support/transcripts.ts';
import { draft, LEG } from './store-contract.ts';

export interface World {
  /** One store per node, all on one database. */
  stores: Store[];
  /** The node ends without a word and starts again. @returns its new store */
  restart(node: number): Promise<Store>;
  close(): Promise<void>;
}

const LANES = 4;
const FOR_EVER_MS = 1e12;

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('commit' as const),
      lane: fc.nat(LANES - 1),
      shortLived: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      node: fc.nat(2),
      total: fc.integer({ min: 1, max: 5 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      nth: fc.nat(9),
      how: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'throttle', 'refuse', 'release'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1, 10, 500, 1_500, 6_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), node: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'expire' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('replay' as const), lane: fc.nat(LANES - 1) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

export const schedules = fc.array(step, { minLength: 5, maxLength: 60 });

interface Held {
  claim: Claim;
  node: number;
}

class Simulation {
  readonly #world: World;
  #nowMs = 1_000;
  #made = 0;
  /** Attempts under way. A crashed node's stay here: they were sent, but nobody settles them. */
  #held: Held[] = [];
  /** Message ids in commit order, per lane. */
  readonly #lanes = new Map<string, string[]>();
  /** First arrivals at the receiver, per lane. */
  readonly #arrived = new Map<string, string[]>();

  constructor(world: World) {
    this.#world = world;
  }

  async run(steps: readonly Step[]): Promise<void> {
    for (const one of steps) await this.#step(one);
    await this.#settleAll();
  }

  async #step(one: Step): Promise<void> {
    const nodes = this.#world.stores.length;
    switch (one.do) {
      case 'commit': {
        const lane = `call-${one.lane}`;
        const messageId = `m${(this.#made += 1)}`;
        const message = { ...draft(messageId, lane), expireAfterMs: one.shortLived ? 2_000 : FOR_EVER_MS };
        await this.#world.stores[0]!.calls.commit([{ leg: LEG, messages: [message] }], this.#nowMs);
        this.#lanes.set(lane, [...(this.#lanes.get(lane) ?? []), messageId]);
        return;
      }
      case 'claim':
        return this.#claim(one.node % nodes, one.total);
      case 'end': {
        const [held] = this.#held.splice(one.nth % Math.max(1, this.#held.length), 1);
        if (held !== undefined) await this.#end(held, one.how);
        return;
      }
      case 'pass':
        this.#nowMs += one.ms;
        return;
      case 'crash': {
        const node = one.node % nodes;
        this.#world.stores[node] = await this.#world.restart(node);
        this.#held = this.#held.filter((held) => held.node !== node);
        return;
      }
      case 'expire':
        await this.#world.stores[0]!.upkeep.expire(this.#nowMs, 100);
        return;
      case 'replay': {
        const what = { kind: 'call', callId: `call-${one.lane}` } as const;
        await this.#world.stores[0]!.outbox.replay(
          { organisationId: 'acme', endpointId: 'crm', what },
          this.#nowMs,
          100,
        );
        return;
      }
    }
  }

  async #claim(node: number, total: number): Promise<void> {
    const claims = await this.#world.stores[node]!.outbox.claim(this.#nowMs, { total, perEndpoint: () => 3 });
    assert.ok(claims.length <= Math.min(total, 3));
    for (const claim of claims) {
      const other = this.#held.find(
        (held) => held.claim.laneId === claim.laneId && held.claim.lapsesAtMs > this.#nowMs,
      );
      assert.equal(other, undefined, 'a lane is held once');
      this.#held.push({ claim, node });
    }
  }

  async #end({ claim, node }: Held, how: string): Promise<void> {
    const store = this.#world.stores[node]!;
    if (how === 'release') return store.outbox.release([claim]);
    // Whoever holds a claim that has lapsed does not send.
    const sent = claim.lapsesAtMs > this.#nowMs;
    if (sent && how === 'ok') this.#arrive(claim);
    const { laneId, token, messageId, organisationId, endpoint } = claim;
    const next: NextStep =
      how === 'ok'
        ? { kind: 'delivered' }
        : how === 'refuse'
          ? { kind: 'dead' }
          : { kind: 'later', dueAtMs: this.#nowMs + 700, usesRetry: true };
    const signal: Signal =
      how === 'fail'
        ? { kind: 'failed', reason: 'It is down.' }
        : how === 'throttle'
          ? { kind: 'throttled', untilMs: this.#nowMs + 900 }
          : { kind: 'answered' };
    const attempt = { startedAtMs: this.#nowMs, durationMs: 0, outcome: sent ? 'delivered' : 'claim_lapsed' };
    if (!sent) return;
    await store.outbox.settle(
      [{ laneId, token, messageId, organisationId, endpointId: endpoint.id, attempt, next, signal }],
      this.#nowMs,
    );
  }

  #arrive({ body, messageId, replay, skipped }: Claim): void {
    const lane = (JSON.parse(body) as { call_id: string }).call_id;
    const before = this.#arrived.get(lane) ?? [];
    if (before.includes(messageId)) return;
    const order = this.#lanes.get(lane)!;
    // A replay brings back what had died or expired, so it may arrive after later ones.
    if (!replay) {
      const latest = Math.max(-1, ...before.map((id) => order.indexOf(id)));
      const place = order.indexOf(messageId);
      assert.ok(place > latest, `${messageId} after ${before.join(', ')} in ${lane}`);
      for (let gap = latest + 1; gap < place; gap += 1) {
        assert.ok(skipped.includes(gap + 1), `${lane}: ${gap + 1} is missing before ${place + 1}, untold`);
      }
    }
    this.#arrived.set(lane, [...before, messageId]);
  }

  /** From here on every attempt succeeds: everything must come to an end, by itself. */
  async #settleAll(): Promise<void> {
    for (const held of this.#held.splice(0)) await this.#end(held, 'ok');
    for (let idle = 0; idle < 40;) {
      this.#nowMs += 1_000;
      idle += 1;
      for (let node = 0; node < this.#world.stores.length; node += 1) await this.#claim(node, 3);
      for (const held of this.#held.splice(0)) {
        await this.#end(held, 'ok');
        idle = 0;
      }
    }
    const { endpoints } = await this.#world.stores[0]!.health.overview();
    const crm = endpoints.find(({ id }) => id === 'crm');
    assert.equal(crm?.pending, 0, 'no lane is stuck');
    assert.equal(await this.#world.stores[0]!.outbox.nextDueAtMs(), undefined);
  }
}

/** Fills the directory of a fresh world and runs one schedule on it. */
export async function simulate(world: World, steps: readonly Step[]): Promise<void> {
  const empty = { sources: [], organisations: [] };
  await world.stores[0]!.directory.write(planChanges(empty, directoryFor('PJSIP'), { prune: false }).changes);
  try {
    await new Simulation(world).run(steps);
  } finally {
    await world.close();
  }
}
