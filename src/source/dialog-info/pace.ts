/** Lets many requests go in a paced way: so many under way at once, so many begun in a second. */
import type { Clock } from '../../runtime/clock.ts';

export interface PaceLimits {
  atOnce: number;
  perSecond: number;
}

export class Pace {
  readonly #limits: PaceLimits;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #underWay = 0;
  #nextAtMs = 0;

  constructor(limits: PaceLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Runs the task when it is its turn, in the order of asking; not at all once `signal` has aborted. */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    if (this.#underWay >= this.#limits.atOnce)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#underWay += 1;
    try {
      const nowMs = this.#clock.nowMs();
      const atMs = Math.max(nowMs, this.#nextAtMs);
      this.#nextAtMs = atMs + 1_000 / this.#limits.perSecond;
      if (atMs > nowMs) await this.#clock.sleep(atMs - nowMs, signal);
      return signal.aborted ? undefined : await task();
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
    }
  }
}
