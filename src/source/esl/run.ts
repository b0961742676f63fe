/**
 * The FreeSWITCH source: connect, log in, resync, follow the events; when the connection breaks, begin again.
 *
 * Events are switched on before the list of channels is asked for, so nothing falls between. The list is asked for
 * again now and then: it heals whatever an event stream may lose (FreeSWITCH drops events when its queue is full).
 */
import type { EslSettings } from '../../policy/directory.ts';
import type { Clock } from '../../runtime/clock.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { keepConnected, RECONNECT_TIMES, type ReconnectTimes } from '../reconnecting.ts';
import type { Source, SourceSink } from '../source.ts';
import { DEFAULT_TIMES, EslConnection, type EslTimes } from './connection.ts';
import { EslMapper } from './mapper.ts';
import { eventTimeMs, readJsonFields } from './packet.ts';
import { eventsRefused, listRefused } from './problem.ts';
import { readList, type Detail } from './resync.ts';

export interface EslSourceOptions {
  settings: EslSettings;
  clock: Clock;
  log: Logger;
  random: () => number;
  times?: Partial<EslSourceTimes>;
}

export interface EslSourceTimes extends EslTimes, ReconnectTimes {
  firstResyncMs: number;
  resyncEveryMs: number;
}

const TIMES: EslSourceTimes = {
  ...DEFAULT_TIMES,
  ...RECONNECT_TIMES,
  firstResyncMs: 30_000,
  resyncEveryMs: 300_000,
};

/** All that is needed, and no more: each event is some 8 kB long. Ends are complete with CHANNEL_HANGUP_COMPLETE. */
export const SUBSCRIBED_EVENTS: readonly string[] = [
  'CHANNEL_CREATE',
  'CHANNEL_PROGRESS',
  'CHANNEL_PROGRESS_MEDIA',
  'CHANNEL_ANSWER',
  'CHANNEL_BRIDGE',
  'CHANNEL_HANGUP_COMPLETE',
];

/** Channels that are asked for at once: FreeSWITCH answers one after the other, with 10 kB each. */
const DETAILS_AT_ONCE = 50;

export function createEslSource(options: EslSourceOptions): Source {
  const { settings, clock, log, random } = options;
  const times = { ...TIMES, ...options.times };

  return {
    run(sink, signal) {
      // Remembers over connections which channels have ended, and who calls.
      const mapper = new EslMapper({ ignored: (channel, why) => sink.ignored(channel, why) });
      const follow = async (connected: () => void) => {
        const connection = await EslConnection.open(settings, times, signal);
        const stop = () => connection.close();
        signal.addEventListener('abort', stop, { once: true });
        const session = new Session(connection, mapper, sink, clock, log, times);
        await session.follow(signal, connected).finally(() => signal.removeEventListener('abort', stop));
      };
      const closed = 'FreeSWITCH closed the connection.';
      return keepConnected({ follow, closed, times, clock, random, log, sink }, signal);
    },
  };
}

/** One connection's life from login to its end. */
class Session {
  readonly #connection: EslConnection;
  readonly #mapper: EslMapper;
  readonly #sink: SourceSink;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #times: EslSourceTimes;
  #mayAskDetails = true;

  constructor(
    connection: EslConnection,
    mapper: EslMapper,
    sink: SourceSink,
    clock: Clock,
    log: Logger,
    times: EslSourceTimes,
  ) {
    this.#connection = connection;
    this.#mapper = mapper;
    this.#sink = sink;
    this.#clock = clock;
    this.#log = log;
    this.#times = times;
  }

  /** Resolves when the connection ends by itself; rejects with a CallhookError where something must be said. */
  async follow(signal: AbortSignal, connected: () => void): Promise<void> {
    const over = new AbortController();
    let fault: unknown;
    const begun = this.#begin(connected)
      .then(() => this.#resyncRegularly(AbortSignal.any([signal, over.signal])))
      .catch((error: unknown) => {
        // A failed beginning ends the reading below.
        fault ??= error;
        this.#connection.close();
      });
    try {
      for await (const events of this.#connection.events(() => this.#whileBacklogged(signal))) {
        for (const event of events) {
          this.#sink.heard(eventTimeMs(event.fields));
          this.#hand(this.#mapper.take(event, this.#clock.nowMs()));
        }
      }
    } catch (error) {
      // A broken socket, which has a system's code, is the end of a connection like any other.
      const isSocket = systemCodeOf(error) !== undefined && !(error instanceof CallhookError);
      if (!isSocket) fault = error;
    }
    over.abort();
    await begun;
    if (fault !== undefined) throw fault;
  }

  async #begin(connected: () => void): Promise<void> {
    await this.#connection.login();
    // Plain events are decoded one and a half times as fast as JSON ones (bench/decoding.ts).
    const answer = await this.#connection.ask(`event plain ${SUBSCRIBED_EVENTS.join(' ')}`, 'event');
    if (!answer.startsWith('+OK')) throw eventsRefused(SUBSCRIBED_EVENTS);
    await this.#resync();
    connected();
    this.#log.info('source connected');
  }

  async #resyncRegularly(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#times.firstResyncMs, signal);
    while (!signal.aborted) {
      await this.#resync();
      await this.#clock.sleep(this.#times.resyncEveryMs, signal);
    }
  }

  async #resync(): Promise<void> {
    this.#mapper.beginResync();
    const listed = readList(await this.#connection.ask('api show channels as json'));
    if (listed === undefined) throw listRefused();
    const details = await this.#details(this.#mapper.unsure(listed));
    const nowMs = this.#clock.nowMs();
    const { legs, alive } = this.#mapper.completeResync(listed, details, nowMs);
    this.#hand(legs);
    this.#settle(this.#sink.alive(alive, nowMs));
    this.#sink.state({ status: 'connected' });
  }

  async #details(uuids: readonly string[]): Promise<ReadonlyMap<string, Detail>> {
    const details = new Map<string, Detail>();
    // A dialplan may choose a channel's name; one with a space in it would be another command.
    const askable = uuids.filter((uuid) => /^[\w.:@+-]{1,128}$/.test(uuid));
    for (let from = 0; from < askable.length && this.#mayAskDetails; from += DETAILS_AT_ONCE) {
      const some = askable.slice(from, from + DETAILS_AT_ONCE);
      const answers = await Promise.all(
        some.map((uuid) => this.#connection.ask(`api uuid_dump ${uuid} json`, 'api uuid_dump')),
      );
      for (const [index, uuid] of some.entries()) {
        const detail = this.#detailIn(answers[index] ?? '', uuid);
        if (detail !== undefined) details.set(uuid, detail);
      }
    }
    return details;
  }

  #detailIn(answer: string, uuid: string): Detail | undefined {
    if (/^-ERR no such channel/i.test(answer)) return 'gone';
    const fields = readJsonFields(answer);
    if (fields?.get('Unique-ID') === uuid) return fields;
    if (answer.startsWith('-ERR') && this.#mayAskDetails) {
      this.#mayAskDetails = false;
      this.#log.warn(
        'FreeSWITCH does not tell single channels: give the user esl-allowed-api "show uuid_dump uptime", else a call that was going on when Callhook connected shows its number even if it is withheld',
      );
    }
    return undefined;
  }

  #hand(events: ReturnType<EslMapper['take']>): void {
    if (events.length > 0) this.#settle(this.#sink.legs(events));
  }

  /** Commits fail only when the connector stops; then the next start's resync finds what was missed. */
  #settle(committed: Promise<void>): void {
    committed.catch(() => {});
  }

  async #whileBacklogged(signal: AbortSignal): Promise<void> {
    if (this.#sink.backlogged()) await this.#sink.drained(signal);
  }
}
