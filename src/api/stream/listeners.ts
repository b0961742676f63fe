/**
 * Whoever listens, on this node. Each one reads the feed behind its own place, and only when it has taken what it was
 * given: a slow one holds no more than one reading here. Those at the same place share one reading. The feed is asked when
 * the store says that it has grown, at most a few times a second; nobody listening costs nothing.
 */
import { CallhookError } from '../../runtime/errors.ts';
import type { FeedRead } from '../../store/feed.ts';
import type { ApiContext } from '../context.ts';
import { Refused } from '../problem.ts';
import type { Connection } from '../route.ts';
import { timeText } from '../shapes.ts';
import { eventText, feedText, placeText } from './words.ts';

export interface StreamLimits {
  /** Of one account or key, and in all, on this node. */
  perActor: number;
  inAll: number;
  /** Something is sent so often; then it is also seen whether the listener may still. */
  heartbeatMs: number;
  /** One that takes nothing for so long is cut off. */
  cutAfterMs: number;
}

export const STREAM_LIMITS: StreamLimits = {
  perActor: 10,
  inAll: 500,
  heartbeatMs: 15_000,
  cutAfterMs: 60_000,
};

/** Between two readings of one listener. */
const GAP_MS = 100;
/** After a lost connection browsers wait so long. */
const RETRY_MS = 2_000;
/** How often the store is told that somebody still listens. */
const KEEP_EVERY_MS = 60_000;

interface Listener {
  organisationId: string;
  actorId: string;
  wake(): void;
}

export class Listeners {
  readonly #context: ApiContext;
  readonly #limits: StreamLimits;
  readonly #all = new Set<Listener>();
  readonly #readings = new Map<string, Promise<FeedRead | undefined>>();
  readonly #keptAtMs = new Map<string, number>();
  #unlisten = () => {};

  constructor(context: ApiContext, limits: StreamLimits) {
    this.#context = context;
    this.#limits = limits;
  }

  /**
   * What happens behind `place`, as text, until the connection ends.
   * @param isBack the listener named the place itself
   * @throws Refused `TOO_MANY_STREAMS`
   */
  open(
    {
      organisationId,
      actorId,
      place,
      isBack,
    }: { organisationId: string; actorId: string; place: string; isBack: boolean },
    connection: Connection,
  ): AsyncIterable<string> {
    const own = [...this.#all].filter((other) => other.actorId === actorId).length;
    if (own >= this.#limits.perActor || this.#all.size >= this.#limits.inAll) {
      throw new Refused('TOO_MANY_STREAMS', 'Close one of them, or come again later.', {
        headers: { 'retry-after': '30' },
      });
    }
    let woken = Promise.withResolvers<void>();
    const listener: Listener = { organisationId, actorId, wake: () => woken.resolve() };
    const enough = AbortSignal.any([connection.gone, connection.stopping]);
    enough.addEventListener('abort', listener.wake);
    this.#enter(listener);
    connection.gone.addEventListener('abort', () => this.#leave(listener));
    return this.#tell(organisationId, place, isBack, connection, async (untilMs) => {
      const { clock } = this.#context;
      await clock.sleep(GAP_MS, enough);
      const timer = setTimeout(listener.wake, Math.max(0, untilMs - clock.nowMs()));
      await woken.promise;
      clearTimeout(timer);
      woken = Promise.withResolvers<void>();
    });
  }

  /** @param rest waits until something may have happened, or until then */
  async *#tell(
    organisationId: string,
    from: string,
    isBack: boolean,
    { gone, stopping, mayStill }: Connection,
    rest: (untilMs: number) => Promise<void>,
  ): AsyncGenerator<string> {
    const { clock, store } = this.#context;
    const closed = (reason: string) => eventText('closed', place, { at: timeText(clock.nowMs()), reason });
    let place = from;
    let heartbeatAtMs = clock.nowMs() + this.#limits.heartbeatMs;
    yield `retry: ${RETRY_MS}\n${isBack ? '\n' : placeText(place)}`;
    while (!gone.aborted) {
      if (stopping.aborted) return yield closed('stopping');
      const read = await whileAway(() => this.#read(organisationId, place));
      if (read === undefined) {
        place = await store.feed.begin(organisationId, clock.nowMs());
        yield eventText('reset', place, { at: timeText(clock.nowMs()) });
        continue;
      }
      if (read !== 'away') {
        ({ place } = read);
        if (read.items.length > 0) yield read.items.map((item) => feedText(item.place, item.event)).join('');
        if (read.more) continue;
      }
      if (clock.nowMs() >= heartbeatAtMs) {
        if ((await whileAway(mayStill)) === false) return yield closed('access_ended');
        await whileAway(() => this.#keep(organisationId));
        heartbeatAtMs = clock.nowMs() + this.#limits.heartbeatMs;
        yield `:\n${placeText(place)}`;
      }
      await rest(heartbeatAtMs);
    }
  }

  /** Those at one place ask once. */
  #read(organisationId: string, place: string): Promise<FeedRead | undefined> {
    const key = `${organisationId} ${place}`;
    const { clock, store } = this.#context;
    let reading = this.#readings.get(key);
    if (reading === undefined) {
      reading = store.feed.after(organisationId, place, clock.nowMs());
      this.#readings.set(key, reading);
      const forget = () => void this.#readings.delete(key);
      reading.then(forget, forget);
    }
    return reading;
  }

  async #keep(organisationId: string): Promise<void> {
    const { clock, store } = this.#context;
    const nowMs = clock.nowMs();
    if (nowMs - (this.#keptAtMs.get(organisationId) ?? 0) < KEEP_EVERY_MS) return;
    this.#keptAtMs.set(organisationId, nowMs);
    await store.feed.keep(organisationId, nowMs);
  }

  #enter(listener: Listener): void {
    this.#all.add(listener);
    if (this.#all.size > 1) return;
    this.#unlisten = this.#context.store.feed.listen((organisationId) => {
      for (const one of this.#all) {
        if (organisationId === undefined || one.organisationId === organisationId) one.wake();
      }
    });
  }

  #leave(listener: Listener): void {
    this.#all.delete(listener);
    const { organisationId } = listener;
    if (![...this.#all].some((other) => other.organisationId === organisationId)) {
      this.#keptAtMs.delete(organisationId);
    }
    if (this.#all.size === 0) this.#unlisten();
  }
}

/** A database that is away comes back: the listener stays meanwhile. */
async function whileAway<T>(ask: () => Promise<T>): Promise<T | 'away'> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof CallhookError && error.code === 'DATABASE_UNAVAILABLE') return 'away';
    throw error;
  }
}
