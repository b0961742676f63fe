/**
 * How many attempts may be under way: in total and for each endpoint.
 *
 * An endpoint that has shown nothing yet begins with a few; each success lets one more go out at once, up to the limit,
 * and a failure halves that. So many endpoints that hang do not take all places from those that answer. An attempt
 * that takes long is counted apart: it costs a socket, but no longer a place.
 */

const FIRST_WINDOW = 4;
/** An attempt older than this no longer takes one of the places. */
const SLOW_AFTER_MS = 1_000;
/** As many slow ones as this, and no place is given out any more. */
const SLOW_FACTOR = 16;
/** Endpoints that are remembered while nothing is under way to them. */
const MAX_IDLE = 10_000;

interface Window {
  size: number;
  underWay: number;
}

export interface Limits {
  total: number;
  perEndpoint: number;
}

export class AttemptWindows {
  readonly #limits: Limits;
  readonly #windows = new Map<string, Window>();
  /** When each attempt that is under way began, oldest first. */
  readonly #begun = new Map<string, number>();

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get underWay(): number {
    return this.#begun.size;
  }

  /** How many more may begin. */
  room(nowMs: number): number {
    let slow = 0;
    for (const begunAtMs of this.#begun.values()) {
      if (begunAtMs > nowMs - SLOW_AFTER_MS) break;
      slow += 1;
    }
    if (slow >= this.#limits.total * SLOW_FACTOR) return 0;
    return Math.max(0, this.#limits.total - (this.#begun.size - slow));
  }

  /** When one of those under way becomes slow and so makes room; undefined if none is under way. */
  nextRoomAtMs(nowMs: number): number | undefined {
    for (const begunAtMs of this.#begun.values()) {
      if (begunAtMs > nowMs - SLOW_AFTER_MS) return begunAtMs + SLOW_AFTER_MS;
    }
    return undefined;
  }

  /** How many more may begin to this endpoint. */
  roomFor(endpoint: string): number {
    const { size, underWay } = this.#windows.get(endpoint) ?? { size: FIRST_WINDOW, underWay: 0 };
    return Math.max(0, Math.min(size, this.#limits.perEndpoint) - underWay);
  }

  begin(endpoint: string, attempt: string, nowMs: number): void {
    const window = this.#windows.get(endpoint) ?? { size: FIRST_WINDOW, underWay: 0 };
    window.underWay += 1;
    // Set anew, so that the endpoint that was idle for longest comes first.
    this.#windows.delete(endpoint);
    this.#windows.set(endpoint, window);
    this.#begun.set(attempt, nowMs);
  }

  end(endpoint: string, attempt: string, ok: boolean): void {
    this.#begun.delete(attempt);
    const window = this.#windows.get(endpoint);
    if (window === undefined) return;
    window.underWay -= 1;
    window.size = ok ? Math.min(window.size + 1, this.#limits.perEndpoint) : Math.max(1, window.size >> 1);
    if (this.#windows.size > MAX_IDLE) this.#forgetIdle();
  }

  #forgetIdle(): void {
    for (const [endpoint, { underWay }] of this.#windows) {
      if (this.#windows.size <= MAX_IDLE / 2) return;
      if (underWay === 0) this.#windows.delete(endpoint);
    }
  }
}
