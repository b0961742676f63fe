/**
 * The Asterisk source: connect, log in, resync, follow the events; when the connection breaks, begin again.
 *
 * Resync: `CoreShowChannels` lists what is up. Events are switched on before the list is asked for, so nothing falls
 * between. The list is asked for again now and then: it heals whatever an event stream may lose.
 */
import type { AmiSettings } from '../../policy/directory.ts';
import type { Clock } from '../../runtime/clock.ts';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { keepConnected, RECONNECT_TIMES, type ReconnectTimes } from '../reconnecting.ts';
import type { Source, SourceSink } from '../source.ts';
import { AmiConnection, DEFAULT_TIMES, type AmiTimes } from './connection.ts';
import { AmiMapper, WANTED_EVENTS } from './mapper.ts';
import { eventTimeMs, type AmiPacket } from './packet.ts';
import { presentationNamed, type Presentation } from './presentation.ts';

export interface AmiSourceOptions {
  settings: AmiSettings;
  clock: Clock;
  log: Logger;
  random: () => number;
  times?: Partial<AmiSourceTimes>;
}

export interface AmiSourceTimes extends AmiTimes, ReconnectTimes {
  firstResyncMs: number;
  resyncEveryMs: number;
}

const TIMES: AmiSourceTimes = {
  ...DEFAULT_TIMES,
  ...RECONNECT_TIMES,
  firstResyncMs: 30_000,
  resyncEveryMs: 300_000,
};

export function createAmiSource(options: AmiSourceOptions): Source {
  const { settings, clock, log, random } = options;
  const times = { ...TIMES, ...options.times };

  return {
    run(sink, signal) {
      // Remembered over connections, so that evidence gathered before a break still counts after it.
      let session: Session | undefined;
      const mapper = new AmiMapper({
        ask: (uniqueid, channel) => session?.askPresentation(uniqueid, channel),
        ignored: (channel, why) => sink.ignored(channel, why),
      });
      const follow = async (connected: () => void) => {
        const connection = await AmiConnection.open(settings, WANTED_EVENTS, times, signal);
        const stop = () => connection.close();
        signal.addEventListener('abort', stop, { once: true });
        session = new Session(connection, mapper, sink, clock, log, times);
        await session.follow(signal, connected).finally(() => {
          signal.removeEventListener('abort', stop);
          session = undefined;
        });
      };
      const closed = 'Asterisk closed the connection.';
      return keepConnected({ follow, closed, times, clock, random, log, sink }, signal);
    },
  };
}

/** One connection's life from login to its end. */
class Session {
  readonly #connection: AmiConnection;
  readonly #mapper: AmiMapper;
  readonly #sink: SourceSink;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #times: AmiSourceTimes;
  #mayAskPresentation = true;
  #resyncs = 0;
  /** The time of a resync whose list of live legs is not handed over yet. */
  #aliveDueAtMs: number | undefined;

  constructor(
    connection: AmiConnection,
    mapper: AmiMapper,
    sink: SourceSink,
    clock: Clock,
    log: Logger,
    times: AmiSourceTimes,
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
    const greeted = this.#begin(connected).then(() =>
      this.#resyncRegularly(AbortSignal.any([signal, over.signal])),
    );
    // A failed beginning ends the reading below; it is told at the end.
    greeted.catch(() => this.#connection.close());
    let broken: unknown;
    try {
      for await (const packets of this.#connection.packets(() => this.#whileBacklogged(signal))) {
        for (const packet of packets) this.#take(packet);
      }
    } catch (error) {
      broken = error;
    }
    over.abort();
    // A broken socket, which has a system's code, is the end of a connection like any other. What can be mended is told.
    const isSocket = systemCodeOf(broken) !== undefined && !(broken instanceof CallhookError);
    if (broken !== undefined && !isSocket) {
      await greeted.catch(() => {});
      throw broken;
    }
    await greeted;
  }

  askPresentation(uniqueid: string, channel: string): void {
    if (!this.#mayAskPresentation) {
      this.#told(uniqueid, 'allowed');
      return;
    }
    this.#connection.ask('Getvar', { Channel: channel, Variable: 'CALLERID(pres)' }).then(
      (answer) => this.#told(uniqueid, this.#presentationIn(answer)),
      // The connection broke: the caller may have withheld the number, so it is not shown.
      () => this.#told(uniqueid, 'unavailable'),
    );
  }

  async #begin(connected: () => void): Promise<void> {
    await this.#connection.login();
    const events = await this.#connection.ask('Events', { EventMask: 'call' });
    if (events.name !== 'Success') {
      throw new CallhookError(
        'SOURCE_PERMISSION_MISSING',
        'Asterisk refuses the event class `call`. Give the manager user `read = call` in manager.conf and run `manager reload`.',
      );
    }
    await this.#resync();
    connected();
    this.#log.info({ version: this.#connection.decoder.version }, 'source connected');
    await this.#connection.ask('PJSIPShowContacts');
  }

  async #resync(): Promise<void> {
    this.#mapper.beginResync();
    const answer = await this.#connection.ask('CoreShowChannels');
    if (answer.name !== 'Success') {
      throw new CallhookError(
        'SOURCE_PERMISSION_MISSING',
        'Asterisk refuses to list its channels. Give the manager user `write = reporting` in manager.conf and run `manager reload`.',
      );
    }
  }

  async #resyncRegularly(signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(this.#times.firstResyncMs, signal);
    while (!signal.aborted) {
      await this.#resync();
      await this.#connection.ask('PJSIPShowContacts');
      await this.#clock.sleep(this.#times.resyncEveryMs, signal);
    }
  }

  #take(packet: AmiPacket): void {
    const nowMs = this.#clock.nowMs();
    const actionId = packet.fields.get('ActionID');
    switch (packet.name) {
      case 'CoreShowChannel':
        if (this.#connection.isOwn(actionId)) this.#mapper.list(packet);
        return;
      case 'CoreShowChannelsComplete':
        if (this.#connection.isOwn(actionId)) this.#resynced(nowMs);
        return;
      case 'ContactList':
        if (this.#connection.isOwn(actionId)) this.#mapper.contacts.list(packet);
        return;
      case 'ContactListComplete':
        if (this.#connection.isOwn(actionId)) this.#mapper.contacts.completeList();
        return;
      default:
        // What has an ActionID answers an action; events of the PBX have none.
        if (actionId !== undefined) return;
        this.#sink.heard(eventTimeMs(packet));
        this.#hand(this.#mapper.take(packet, nowMs));
    }
  }

  #resynced(nowMs: number): void {
    const { legs, alive, unannounced } = this.#mapper.completeResync(nowMs);
    this.#hand(legs);
    this.#aliveDueAtMs = nowMs;
    this.#sayAlive(alive);
    this.#resyncs += 1;
    if (this.#resyncs > 1 && unannounced > 0) {
      const note =
        'Asterisk lists calls but sends no events of them. Give the manager user `read = call` in manager.conf and run `manager reload`.';
      this.#log.warn({ unannounced }, note);
      this.#sink.state({ status: 'connected', note });
    } else {
      this.#sink.state({ status: 'connected' });
    }
  }

  /** Once nothing waits: how a leg ended unseen is judged by the states of the others. */
  #sayAlive(alive: ReadonlySet<string>): void {
    const atMs = this.#aliveDueAtMs;
    if (atMs === undefined || this.#mapper.isWaiting) return;
    this.#aliveDueAtMs = undefined;
    this.#settle(this.#sink.alive(alive, atMs));
  }

  #presentationIn(answer: AmiPacket): Presentation {
    if (answer.name === 'Success') return presentationNamed(answer.fields.get('Value') ?? '');
    if (!/permission/i.test(answer.fields.get('Message') ?? '')) return 'unavailable';
    this.#mayAskPresentation = false;
    this.#log.warn(
      'Asterisk does not say who withholds the number: give the manager user `write = reporting` in manager.conf, else such numbers are shown where Asterisk shows them',
    );
    return 'allowed';
  }

  #told(uniqueid: string, said: Presentation): void {
    this.#hand(this.#mapper.presentation(uniqueid, said));
    this.#sayAlive(this.#mapper.alive());
  }

  #hand(events: ReturnType<AmiMapper['take']>): void {
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
