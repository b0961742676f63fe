/**
 * Keeps the sources running that the directory names and this node has a lease for: starts new ones, restarts changed
 * ones and those that a fault of ours has stopped, stops removed ones, and ends the open calls of a source that stays
 * lost for too long, so that no call stays open for ever.
 */
import { isDeepStrictEqual } from 'node:util';
import type { ReadSourceSettings, SourceSettings } from '../policy/directory.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Source, SourceSink, SourceState } from '../source/source.ts';
import type { Lease } from '../store/leases.ts';
import type { CallStore, DirectoryStore } from '../store/store.ts';
import type { Ingest } from './ingest.ts';
import type { SourceLeases } from './source-leases.ts';
import type { SourceNews } from './source-news.ts';

/** A database that takes nothing must not keep a source from being handed over. */
const HAND_OVER_MS = 2_000;

/** How long a source that a fault of ours has stopped is left alone. */
const RESTART_MS = { first: 1_000, most: 60_000 };
const FAULT_ADVICE =
  'A fault of Callhook itself stopped it; it is started again. Please report what the log says of it.';

export interface SourceWatchOptions {
  directory: Pick<DirectoryStore, 'revision' | 'sources' | 'devicesOn'>;
  calls: Pick<CallStore, 'sourcesWithLegs'>;
  /** Told how they are. */
  news: Pick<SourceNews, 'state' | 'listening' | 'leave'>;
  /** Which sources are this node's to read. */
  leases: Pick<SourceLeases, 'share' | 'release' | 'leave' | 'problem'>;
  ingest: Pick<Ingest, 'open' | 'idle' | 'isBusyWith'>;
  create(settings: ReadSourceSettings): Source;
  clock: Clock;
  log: Logger;
  /** How often the directory is looked at: `callhook apply` is another process. */
  lookEveryMs: number;
  endCallsAfterLostMs: number;
}

interface Running {
  settings: ReadSourceSettings;
  lease: Lease;
  /** Another one after a fault of ours. */
  source: Source;
  /** Where the source has to know them. */
  devices: ReadonlySet<string> | undefined;
  state: SourceState;
  stop(): Promise<void>;
}

export class SourceWatch {
  readonly #options: SourceWatchOptions;
  readonly #running = new Map<string, Running>();
  #problem: string | undefined;

  constructor(options: SourceWatchOptions) {
    this.#options = options;
  }

  /** Why the database cannot be asked at the moment; undefined when all is well. Looked at every second. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** How each running source is. */
  states(): ReadonlyMap<string, SourceState> {
    return new Map([...this.#running].map(([id, { state }]) => [id, state]));
  }

  /** Runs until `signal` aborts; resolves when every source has stopped. */
  async run(signal: AbortSignal): Promise<void> {
    const { directory, leases, clock, log, lookEveryMs } = this.#options;
    let seen: number | undefined;
    let wanted: readonly ReadSourceSettings[] = [];
    while (!signal.aborted) {
      const before = this.#problem;
      this.#problem = undefined;
      try {
        const revision = await directory.revision();
        if (revision !== seen) {
          const configured = await directory.sources();
          // Those that are posted to are nobody's to read: shared-ingest.ts.
          wanted = configured.filter((source) => source.kind !== 'http');
          await this.#endLegsOfRemoved(configured);
          for (const running of this.#running.values()) await this.#tellDevices(running);
        }
        seen = revision;
      } catch (error) {
        this.#problem = wordsOf(error);
        if (this.#problem !== before) log.error({ problem: this.#problem }, 'the directory cannot be read');
      }
      await this.#follow(wanted);
      await clock.sleep(lookEveryMs, signal);
    }
    await Promise.all([...this.#running.values()].map(({ stop }) => stop()));
    for (const id of this.#running.keys()) await this.#handOver(id);
    await leases.leave().catch(() => {});
  }

  async #follow(wanted: readonly ReadSourceSettings[]): Promise<void> {
    const { leases, ingest, clock, log } = this.#options;
    const ids = wanted.map(({ id }) => id);
    // Without a word from the database nothing is ours to read.
    const mine = await leases.share(ids, clock.nowMs()).catch((error: unknown) => {
      this.#problem ??= wordsOf(error);
      return new Map<string, Lease>();
    });
    this.#problem ??= leases.problem;
    for (const [id, running] of this.#running) {
      const still = wanted.find((source) => source.id === id);
      const leased = mine.get(id)?.term === running.lease.term;
      if (leased && still !== undefined && isDeepStrictEqual(still, running.settings)) continue;
      if (!leased && this.#problem === undefined)
        log.info({ source: id }, 'source is another node’s to read');
      await running.stop();
      this.#running.delete(id);
      if (!leased || still === undefined) await this.#handOver(id);
    }
    for (const settings of wanted) {
      const lease = mine.get(settings.id);
      if (lease === undefined || this.#running.has(settings.id)) continue;
      // What was read before the database went away is stored first: the source begins again with those legs.
      if (ingest.isBusyWith(settings.id)) continue;
      try {
        this.#running.set(settings.id, await this.#start(settings, lease));
      } catch (error) {
        log.error({ source: settings.id, problem: String(error) }, 'source cannot be started; trying again');
      }
    }
  }

  /** Lets another node take the source, once what was read here is stored. */
  async #handOver(id: string): Promise<void> {
    const { ingest, leases, news, clock } = this.#options;
    news.leave(id);
    const enough = new AbortController();
    await Promise.race([ingest.idle(), clock.sleep(HAND_OVER_MS, enough.signal)]);
    enough.abort();
    await leases.release(id).catch(() => {});
  }

  /** A source that is no longer configured will never tell the end of its calls. */
  async #endLegsOfRemoved(wanted: readonly SourceSettings[]): Promise<void> {
    const { calls, ingest, clock } = this.#options;
    for (const id of await calls.sourcesWithLegs()) {
      if (wanted.some((source) => source.id === id)) continue;
      const sink = await ingest.open({ id, defaultDeviceType: 'EXTERNAL' }, undefined, {
        state: () => {},
        ignored: () => {},
      });
      await sink.alive(new Set(), clock.nowMs());
    }
  }

  async #start(settings: ReadSourceSettings, lease: Lease): Promise<Running> {
    const { ingest, news, clock, log } = this.#options;
    const stopping = new AbortController();
    const running: Running = {
      settings,
      lease,
      source: this.#options.create(settings),
      devices: undefined,
      state: { status: 'connecting' },
      stop: () => Promise.resolve(),
    };
    const lost = new LostTimer(clock, this.#options.endCallsAfterLostMs, async () => {
      log.warn({ source: settings.id }, 'source lost for too long: its open calls are ended');
      await sink.alive(new Set(), clock.nowMs());
    });
    const held = { lease, lost: () => stopping.abort() };
    const stored = await ingest.open(settings, held, {
      ignored: () => {},
      state: (state) => {
        running.state = state;
        if (state.status === 'connected') lost.found();
        else lost.lost(stopping.signal);
        news.state(settings.id, state);
      },
    });
    const sink = news.listening(settings.id, stored);
    await this.#tellDevices(running);
    const run = this.#keepRunning(running, sink, stopping.signal);
    running.stop = async () => {
      stopping.abort();
      await run;
    };
    return running;
  }

  /** A source ends by itself only through a fault of ours; its calls must not be lost with it. */
  async #keepRunning(running: Running, sink: SourceSink, signal: AbortSignal): Promise<void> {
    const { create, clock, log } = this.#options;
    const { settings } = running;
    for (let waitMs = RESTART_MS.first; !signal.aborted; waitMs = Math.min(waitMs * 2, RESTART_MS.most)) {
      const startedAtMs = clock.nowMs();
      try {
        await running.source.run(sink, signal);
      } catch (fault) {
        log.error(
          { source: settings.id, err: fault },
          'source stopped by a fault of ours; starting it again',
        );
      }
      if (signal.aborted) return;
      if (clock.nowMs() - startedAtMs > RESTART_MS.most) waitMs = RESTART_MS.first;
      sink.state({ status: 'down', advice: FAULT_ADVICE, retryInMs: waitMs });
      await clock.sleep(waitMs, signal);
      running.source = create(settings);
      running.source.watch?.(running.devices ?? new Set());
    }
  }

  /** A source that asks for each device by itself has to know them. */
  async #tellDevices(running: Running): Promise<void> {
    if (running.source.watch === undefined) return;
    const devices = await this.#options.directory.devicesOn(running.settings.id);
    if (isDeepStrictEqual(devices, running.devices)) return;
    running.devices = devices;
    running.source.watch(devices);
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
    void this.#wait(given);
  }

  async #wait(given: AbortSignal): Promise<void> {
    const untilMs = this.#clock.nowMs() + this.#afterMs;
    // A sleep may end early, at the latest after the 24.8 days that a timer can count.
    for (let leftMs = this.#afterMs; leftMs > 0 && !given.aborted; leftMs = untilMs - this.#clock.nowMs()) {
      await this.#clock.sleep(leftMs, given);
    }
    if (!given.aborted) await this.#ring().catch(() => {});
  }

  found(): void {
    this.#waiting?.abort();
    this.#waiting = undefined;
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
