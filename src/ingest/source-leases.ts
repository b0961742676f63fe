/**
 * Which of the sources this node reads. Each is read by one node at a time, under a lease that is renewed at every
 * look; sources are spread evenly over the nodes that show signs of life.
 *
 * A node that could not renew in time stops reading before its lease ends on the others' clocks (the margin). One that
 * was stopped in the meantime (SIGSTOP, a sleeping machine) learns at its next look, or by a refused commit, that the
 * lease is somebody else's: what it read under it is never stored.
 */
import type { Lease, LeaseStore } from '../store/leases.ts';

const NODE = 'node/';
const SOURCE = 'source/';
/** This part of a lease's time must be left, or it counts as over. */
const MARGIN = 0.25;

export class SourceLeases {
  readonly #leases: LeaseStore;
  readonly #node: string;
  readonly #forMs: number;
  /** Held leases by source, and when each was last renewed. */
  readonly #held = new Map<string, { lease: Lease; renewedAtMs: number }>();

  #problem: string | undefined;

  /** Why the leases could not be renewed the last time, if they could not. */
  get problem(): string | undefined {
    return this.#problem;
  }

  constructor(leases: LeaseStore, node: string, forMs: number) {
    this.#leases = leases;
    this.#node = node;
    this.#forMs = forMs;
  }

  /**
   * Renews what is held, takes what is free up to this node's share, and picks what is beyond it.
   * @returns the sources to read now; the lease of one that is left out is let go of by `release`
   */
  async share(sources: readonly string[], nowMs: number): Promise<ReadonlyMap<string, Lease>> {
    try {
      await this.#renew(sources, nowMs);
      this.#problem = undefined;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : 'unknown';
      // The database is away: what was renewed lately is still ours.
      this.#dropStale(nowMs);
      if (this.#held.size === 0) throw error;
    }
    return new Map([...this.#held].map(([id, { lease }]) => [id, lease]));
  }

  /** Lets go of a source that is no longer read, so that another node can take it at once. */
  async release(source: string): Promise<void> {
    this.#held.delete(source);
    await this.#leases.release(SOURCE + source);
  }

  /** At the end: this node is gone, and others need not wait to find out. */
  async leave(): Promise<void> {
    await this.#leases.release(NODE + this.#node);
  }

  async #renew(sources: readonly string[], nowMs: number): Promise<void> {
    await this.#leases.hold(NODE + this.#node, this.#forMs, nowMs);
    for (const source of this.#held.keys()) {
      if (!sources.includes(source) || !(await this.#hold(source, nowMs))) this.#held.delete(source);
    }
    const nodes = (await this.#leases.held(NODE, nowMs)).length;
    const share = Math.ceil(sources.length / Math.max(1, nodes));
    for (const source of sources) {
      if (this.#held.size >= share) break;
      if (!this.#held.has(source)) await this.#hold(source, nowMs);
    }
    // The youngest goes first: it has the least to lose.
    for (const source of [...this.#held.keys()].slice(share)) this.#held.delete(source);
  }

  async #hold(source: string, nowMs: number): Promise<boolean> {
    const before = this.#held.get(source)?.lease;
    const lease = await this.#leases.hold(SOURCE + source, this.#forMs, nowMs);
    if (lease === undefined) return false;
    // Somebody had it in between: what was begun under the former term is over.
    if (before !== undefined && before.term !== lease.term) return false;
    this.#held.set(source, { lease, renewedAtMs: nowMs });
    return true;
  }

  #dropStale(nowMs: number): void {
    for (const [source, { renewedAtMs }] of this.#held) {
      if (nowMs - renewedAtMs > this.#forMs * (1 - MARGIN)) this.#held.delete(source);
    }
  }
}
