/**
 * Keeps the sources running that the directory names: starts new ones, restarts changed ones, stops removed ones,
 * and ends the open calls of a source that stays lost for too long, so that no call stays open for ever.
 */
import { isDeepStrictEqual } from 'node:util';
import type { SourceSettings } from '../policy/directory.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Source, SourceState } from '../source/source.ts';
import type { CallStore, DirectoryStore, HealthStore } from '../store/store.ts';
import type { Ingest } from './ingest.ts';

export interface SourceWatchOptions {
  directory: Pick<DirectoryStore, 'revision' | 'sources'>;
  calls: Pick<CallStore, 'sourcesWithLegs'>;
  health: Pick<HealthStore, 'sourceState'>;
  ingest: Pick<Ingest, 'open'>;
  create(settings: SourceSettings): Source;
  clock: Clock;
  log: Logger;
  /** How often the directory is looked at: `callhook apply` is another process. */
  lookEveryMs: number;
  endCallsAfterLostMs: number;
}

interface Running {
  settings: SourceSettings;
  state: SourceState;
  stop(): Promise<void>;
}

export class SourceWatch {
  readonly #options: SourceWatchOptions;
  readonly #running = new Map<string, Running>();

  constructor(options: SourceWatchOptions) {
    this.#options = options;
  }

  /** How each running source is. */
  states(): ReadonlyMap<string, SourceState> {
    return new Map([...this.#running].map(([id, { state }]) => [id, state]));
  }

  /** Runs until `signal` aborts; resolves when every source has stopped. */
  async run(signal: AbortSignal): Promise<void> {
    const { directory, clock, log, lookEveryMs } = this.#options;
    let seen: number | undefined;
    while (!signal.aborted) {
      try {
        const revision = await directory.revision();
        if (revision !== seen) await this.#follow(await directory.sources());
        seen = revision;
      } catch (error) {
        log.error(
          { problem: error instanceof Error ? error.message : 'unknown' },
          'the directory cannot be read',
        );
      }
      await clock.sleep(lookEveryMs, signal);
    }
    await Promise.all([...this.#running.values()].map(({ stop }) => stop()));
  }

  async #follow(wanted: readonly SourceSettings[]): Promise<void> {
    for (const [id, { settings, stop }] of this.#running) {
      const still = wanted.find((source) => source.id === id);
      if (still !== undefined && isDeepStrictEqual(still, settings)) continue;
      await stop();
      this.#running.delete(id);
    }
    await this.#endLegsOfRemoved(wanted);
    for (const settings of wanted) {
      if (!this.#running.has(settings.id)) this.#running.set(settings.id, await this.#start(settings));
    }
  }

  /** A source that is no longer configured will never tell the end of its calls. */
  async #endLegsOfRemoved(wanted: readonly SourceSettings[]): Promise<void> {
    const { calls, ingest, clock } = this.#options;
    for (const id of await calls.sourcesWithLegs()) {
      if (wanted.some((source) => source.id === id)) continue;
      const sink = await ingest.open(
        { id, defaultDeviceType: 'EXTERNAL' },
        { state: () => {}, ignored: () => {} },
      );
      await sink.alive(new Set(), clock.nowMs());
    }
  }

  async #start(settings: SourceSettings): Promise<Running> {
    const { ingest, create, clock, log } = this.#options;
    const stopping = new AbortController();
    const running: Running = { settings, state: { status: 'connecting' }, stop: () => Promise.resolve() };
    const lost = new LostTimer(clock, this.#options.endCallsAfterLostMs, async () => {
      log.warn({ source: settings.id }, 'source lost for too long: its open calls are ended');
      await sink.alive(new Set(), clock.nowMs());
    });
    const sink = await ingest.open(settings, {
      ignored: () => {},
      state: (state) => {
        running.state = state;
        if (state.status === 'connected') lost.found();
        else lost.lost(stopping.signal);
        this.#remember(settings.id, state);
      },
    });
    const run = create(settings)
      .run(sink, stopping.signal)
      .catch((error: unknown) =>
        log.error({ source: settings.id, err: error }, 'source stopped by a fault of its own'),
      );
    running.stop = async () => {
      stopping.abort();
      await run;
    };
    return running;
  }

  #remember(sourceId: string, state: SourceState): void {
    const { health, clock, log } = this.#options;
    const advice =
      state.status === 'down' ? state.advice : state.status === 'connected' ? state.note : undefined;
    const row = { status: state.status, sinceMs: clock.nowMs(), ...(advice === undefined ? {} : { advice }) };
    health
      .sourceState(sourceId, row)
      .catch(() => log.warn({ source: sourceId }, 'source state could not be stored'));
  }
}

/** Rings once when it was `lost` for the whole time without being `found`. */
class LostTimer {
  readonly #clock: Clock;
  readonly #afterMs: number;
  readonly #ring: () => Promise<void>;
  #waiting: AbortController | undefined;

  constructor(clock: Clock, afterMs: number, ring: () => Promise<void>) {
    this.#clock = clock;
    this.#afterMs = afterMs;
    this.#ring = ring;
  }

  lost(signal: AbortSignal): void {
    if (this.#waiting !== undefined) return;
    this.#waiting = new AbortController();
    const given = AbortSignal.any([this.#waiting.signal, signal]);
    void this.#clock
      .sleep(this.#afterMs, given)
      .then(() => (given.aborted ? undefined : this.#ring().catch(() => {})));
  }

  found(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
  }
}
