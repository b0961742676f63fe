/**
 * Tells the store how sources are and when they were last heard, for all who look, on whichever node: a new state at once, what
 * was heard every few seconds, so that no event costs a write. What cannot be stored is told again.
 *
 * Lag: from the phone system's own time of an event until it was stored, the longest among those that were told together.
 */
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SourceSink, SourceState } from '../source/source.ts';
import type { HealthStore, SourceNews as Heard } from '../store/health.ts';

const TELL_EVERY_MS = 5_000;

export interface SourceNewsOptions {
  health: Pick<HealthStore, 'sourceState' | 'sourcesHeard'>;
  clock: Clock;
  log: Logger;
}

type State = Parameters<HealthStore['sourceState']>[1];

export class SourceNews {
  readonly #options: SourceNewsOptions;
  /** What is not told yet: of each source the last state, and what was heard. */
  readonly #states = new Map<string, State>();
  #heard = new Map<string, Heard>();
  /** The source whose state is being stored; undefined there: somebody else tells of it from now on. */
  #telling: { id: string | undefined } | undefined;

  constructor(options: SourceNewsOptions) {
    this.#options = options;
  }

  /** How a source is. */
  state(id: string, state: SourceState): void {
    const advice =
      state.status === 'down' ? state.advice : state.status === 'connected' ? state.note : undefined;
    const sinceMs = this.#options.clock.nowMs();
    this.#states.set(id, { status: state.status, sinceMs, ...(advice !== undefined && { advice }) });
    void this.#tellStates();
  }

  /** An event of a source came in. @param stampedAtMs the phone system's own time of it */
  heard(id: string, stampedAtMs?: number): void {
    const nowMs = this.#options.clock.nowMs();
    this.#note(id, nowMs, stampedAtMs === undefined ? undefined : nowMs - stampedAtMs);
  }

  /** The sink of a source that is read: what the source hears, and when it was stored, is noted on the way. */
  listening(id: string, sink: SourceSink): SourceSink {
    let isStamped = false;
    let heardAtMs: number | undefined;
    return {
      ...sink,
      heard: (stampedAtMs) => {
        isStamped = stampedAtMs !== undefined;
        heardAtMs = this.#options.clock.nowMs();
        this.heard(id, stampedAtMs);
      },
      legs: async (events) => {
        await sink.legs(events);
        if (!isStamped || heardAtMs === undefined) return;
        // One event may tell of something that was before it: the newest is its own time.
        const atMs = events.reduce((newest, event) => Math.max(newest, event.atMs), 0);
        this.#note(id, heardAtMs, this.#options.clock.nowMs() - atMs);
      },
    };
  }

  /** Another node tells of it from now on. */
  leave(id: string): void {
    this.#states.delete(id);
    if (this.#telling?.id === id) this.#telling.id = undefined;
  }

  /** Tells until `signal` aborts, and once more then. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#options.clock.sleep(TELL_EVERY_MS, signal);
      await this.#tellStates();
      await this.#tellHeard();
    }
  }

  /** Two clocks never agree: an event from the future has no lag. */
  #note(id: string, heardAtMs: number, lagMs: number | undefined): void {
    const before = this.#heard.get(id);
    const longest = lagMs === undefined ? before?.lagMs : Math.max(0, lagMs, before?.lagMs ?? 0);
    this.#heard.set(id, { id, heardAtMs, ...(longest !== undefined && { lagMs: longest }) });
  }

  /** One after the other, so that none overtakes the one before. */
  async #tellStates(): Promise<void> {
    if (this.#telling !== undefined) return;
    const { health, log } = this.#options;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const [id, state] = next;
      const telling: { id: string | undefined } = { id };
      this.#telling = telling;
      this.#states.delete(id);
      try {
        await health.sourceState(id, state);
      } catch {
        log.warn({ source: id }, 'source state could not be stored');
        if (telling.id !== undefined && !this.#states.has(id)) this.#states.set(id, state);
        break;
      }
    }
    this.#telling = undefined;
  }

  #next(): [string, State] | undefined {
    return this.#states.entries().next().value;
  }

  async #tellHeard(): Promise<void> {
    if (this.#heard.size === 0) return;
    const heard = this.#heard;
    this.#heard = new Map();
    try {
      await this.#options.health.sourcesHeard([...heard.values()]);
    } catch {
      for (const [id, news] of heard) if (!this.#heard.has(id)) this.#heard.set(id, news);
    }
  }
}
