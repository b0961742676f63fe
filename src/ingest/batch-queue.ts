/**
 * Group commit: everything that is added while one batch is worked on makes up the next. In order, one batch at a
 * time, and with a bound that the adders are asked to respect.
 */

/** An adder that sees this much weight waiting should wait. */
const FULL = 10_000;

interface Entry<T> {
  item: T;
  weight: number;
  done(): void;
  failed(reason: unknown): void;
}

export class BatchQueue<T> {
  readonly #process: (batch: readonly T[]) => Promise<void>;
  readonly #mostAtOnce: number;
  #entries: Entry<T>[] = [];
  #weight = 0;
  #working: Promise<void> | undefined;
  readonly #waiting = new Set<() => void>();

  /** @param mostAtOnce a batch that weighs so much takes no more items */
  constructor(process: (batch: readonly T[]) => Promise<void>, mostAtOnce = Infinity) {
    this.#process = process;
    this.#mostAtOnce = mostAtOnce;
  }

  get full(): boolean {
    return this.#weight >= FULL;
  }

  /** Resolves when the batch that this item is in was processed; rejects with what its processing threw. */
  add(item: T, weight: number): Promise<void> {
    return new Promise((done, failed) => {
      this.#entries.push({ item, weight, done, failed });
      this.#weight += weight;
      this.#working ??= this.#work();
    });
  }

  /** Resolves when half of the bound is free again, or when `signal` aborts. */
  async drained(signal: AbortSignal): Promise<void> {
    while (this.#weight > FULL / 2 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          this.#waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        signal.addEventListener('abort', wake);
      });
    }
  }

  async idle(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#entries.length > 0) {
      const batch = this.#next();
      try {
        await this.#process(batch.map(({ item }) => item));
        for (const entry of batch) entry.done();
      } catch (error) {
        for (const entry of batch) entry.failed(error);
      }
      for (const entry of batch) this.#weight -= entry.weight;
      for (const wake of this.#waiting) wake();
    }
    this.#working = undefined;
  }

  #next(): Entry<T>[] {
    let weight = 0;
    const end = this.#entries.findIndex((entry) => (weight += entry.weight) >= this.#mostAtOnce);
    if (end >= 0) return this.#entries.splice(0, end + 1);
    const all = this.#entries;
    this.#entries = [];
    return all;
  }
}
