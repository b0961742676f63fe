/**
 * Calls the store until it succeeds: what fails (a full disk, a database that is away) is tried again after ever longer
 * waits, and `problem` tells the health page meanwhile.
 */
import type { Clock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';

export interface InsistenceOptions {
  clock: Clock;
  log: Logger;
}

const RETRY_MS = { first: 100, most: 5_000 };

export class Insistence {
  readonly #options: InsistenceOptions;
  readonly #stop = new AbortController();
  #problem: string | undefined;

  constructor(options: InsistenceOptions) {
    this.#options = options;
  }

  /** Why nothing succeeds at the moment, in the database's words; undefined when all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What fails from now on is not tried again. */
  giveUp(): void {
    this.#stop.abort();
  }

  /**
   * @param isFinal errors that no second try mends
   * @throws a final error, or what the last try threw after `giveUp`
   */
  async until<T>(call: () => Promise<T>, isFinal: (error: unknown) => boolean = () => false): Promise<T> {
    const { clock, log } = this.#options;
    for (let waitMs = RETRY_MS.first; ; waitMs = Math.min(waitMs * 2, RETRY_MS.most)) {
      try {
        const result = await call();
        if (this.#problem !== undefined) log.info('the database takes messages again');
        this.#problem = undefined;
        return result;
      } catch (error) {
        if (isFinal(error)) throw error;
        const problem = error instanceof Error ? error.message : 'unknown';
        if (problem !== this.#problem) {
          const advice = error instanceof CallhookError ? { advice: 'Nothing is lost meanwhile.' } : {};
          log.error({ problem, ...advice }, 'the database takes no messages; trying again');
        }
        this.#problem = problem;
        if (this.#stop.signal.aborted) throw error;
        await clock.sleep(waitMs, this.#stop.signal);
      }
    }
  }
}
