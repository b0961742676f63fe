/** The rights that one node has at a time: a room of the store's contract (store.ts). */

/** A right that one node has at a time, such as reading a source. */
export interface Lease {
  name: string;
  /** Grows each time that the lease changes hands. */
  term: number;
}

/** Thrown by `commit`: what was read under a lease that is somebody else's now must not be stored. */
export class LeaseLost extends Error {
  readonly lost: readonly string[];

  constructor(lost: readonly string[]) {
    super(`lease lost: ${lost.join(', ')}`);
    this.lost = lost;
  }
}

export interface LeaseState extends Lease {
  node: string;
  untilMs: number;
}

export interface LeaseStore {
  /** Operator's: takes or renews a lease for this node. @returns undefined while another node holds it */
  hold(name: string, forMs: number, nowMs: number): Promise<Lease | undefined>;
  /** Operator's: lets go of it, if this node still holds it. */
  release(name: string): Promise<void>;
  /** Operator's: the leases in force whose names begin so. */
  held(prefix: string, nowMs: number): Promise<readonly LeaseState[]>;
}
