/**
 * One connection's life: a transport, a watch for each address, and the way of each NOTIFY to the watch that it is for.
 * Nothing is taken that no watch of this session asked for: a NOTIFY must name a Call-ID and a tag that nobody can guess.
 */
import type { DialogInfoSettings } from '../../policy/directory.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { ReconnectTimes } from '../reconnecting.ts';
import type { SourceSink, SourceState } from '../source.ts';
import { summarise } from './health.ts';
import type { LegKeeper } from './leg-keeper.ts';
import { otherPbxByName, otherPbxByShape } from './other-pbx.ts';
import { Pace, type PaceLimits } from './pace.ts';
import { readNotify } from './packet.ts';
import { otherPbxRefused, unreachable } from './problem.ts';
import { tagOf } from './sip/fields.ts';
import type { SipMessage, SipRequest } from './sip/message.ts';
import { Transactions, type Answer, type TransactionTimes } from './sip/transactions.ts';
import { openTransport, type Peer, type SipTransport, type TransportTimes } from './sip/transport.ts';
import { UserAgent } from './sip/user-agent.ts';
import type { WatchCare, Watched, WatchTimes } from './watch-care.ts';
import { Watch } from './watch.ts';

export interface SessionTimes extends TransactionTimes, TransportTimes, WatchTimes, PaceLimits {
  /** How often time is let pass. */
  tickMs: number;
  /** The source's state is told this long after it changed, for many changes at once. */
  reportMs: number;
  /** All subscriptions are looked after, when one proves to be forgotten, at most this often. */
  refreshAllApartMs: number;
}

export interface SessionOptions {
  settings: DialogInfoSettings;
  clock: Clock;
  log: Logger;
  random: () => number;
  times: SessionTimes & ReconnectTimes;
  keeper: LegKeeper;
  sink: SourceSink;
  connected(): void;
}

interface Running {
  watch: Watch;
  stop: AbortController;
  done: Promise<void>;
  /** Not in the directory any more: watched until its last call has ended. */
  isLeaving: boolean;
}

export class Session {
  readonly #options: SessionOptions;
  readonly #over = new AbortController();
  readonly #watches = new Map<string, Running>();
  /** By Call-ID and our tag. */
  readonly #subscriptions = new Map<string, Watched>();
  readonly #remarks = new Set<string>();
  readonly #pace: Pace;
  #agent: UserAgent | undefined;
  #fault: unknown;
  #isClosed = false;
  #wanted: ReadonlySet<string> = new Set();
  #heardAtMs = -Infinity;
  #refreshedAllAtMs = -Infinity;
  /** The PBX has answered a SUBSCRIBE, one way or another. */
  #hasSpoken = false;
  #isConnected = false;
  #isReporting = false;
  #reported: SourceState['status'] = 'connecting';
  #isWaiting = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#pace = new Pace(options.times, options.clock);
  }

  /** Resolves when the connection ends by itself or `signal` aborts; rejects with a CallhookError where something must be said. */
  async follow(addresses: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const { settings, clock, times, keeper } = this.#options;
    this.#wanted = addresses;
    let transport: SipTransport | undefined;
    const current = () => {
      if (transport === undefined) throw new Error('nothing came before the transport was there');
      return transport;
    };
    const transactions = new Transactions(current, clock, times, (request) => this.#answer(request));
    transport = await openTransport(
      settings,
      times,
      (message, from) => this.#take(transactions, message, from),
      signal,
    );
    const { username, secret } = settings;
    this.#agent = new UserAgent(
      transport,
      transactions,
      username === undefined ? undefined : { username, secret },
    );
    const stop = () => this.#over.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    void this.#stopWith(transport);
    // The directory may have changed meanwhile.
    keeper.endAllBut(this.#wanted);
    this.watch(this.#wanted);
    await this.#tick();
    await Promise.all([...this.#watches.values()].map(({ done }) => done));
    signal.removeEventListener('abort', stop);
    await transport.close();
    if (this.#fault !== undefined) throw this.#fault;
  }

  async #stopWith(transport: SipTransport): Promise<void> {
    await transport.ended;
    this.#isClosed = true;
    this.#over.abort();
  }

  /** These are to be watched from now on, and no others. */
  watch(addresses: ReadonlySet<string>): void {
    this.#wanted = addresses;
    if (this.#agent === undefined || this.#over.signal.aborted) return;
    for (const running of this.#watches.values()) running.isLeaving = !addresses.has(running.watch.address);
    // The first one shows whether the PBX is there and lets us in, before thousands try.
    const [first] = addresses;
    for (const address of this.#hasSpoken ? addresses : first === undefined ? [] : [first])
      this.#begin(address);
    this.#letGo();
    this.#report();
  }

  #begin(address: string): void {
    if (this.#agent === undefined || this.#watches.has(address)) return;
    const watch = new Watch(address, this.#care(this.#agent));
    const stop = new AbortController();
    this.#options.keeper.lost(address);
    const signal = AbortSignal.any([this.#over.signal, stop.signal]);
    const done = watch.run(signal, () => !this.#isClosed).catch((error: unknown) => this.#fail(error));
    this.#watches.set(address, { watch, stop, done, isLeaving: false });
  }

  #care(agent: UserAgent): WatchCare {
    const { clock, random, times, settings, keeper, sink } = this.#options;
    return {
      agent,
      pace: this.#pace,
      clock,
      random,
      times,
      expiresSeconds: settings.expiresSeconds,
      register: (callId, tag, watch) => this.#subscriptions.set(JSON.stringify([callId, tag]), watch),
      unregister: (callId, tag) => this.#subscriptions.delete(JSON.stringify([callId, tag])),
      takeDocument: ({ address }, subscription, document, isFirst) => {
        const other = otherPbxByShape(document);
        if (other !== undefined) this.#fail(otherPbxRefused(other));
        sink.heard();
        return other === undefined && keeper.take(address, subscription, document, isFirst);
      },
      remark: (problem) => this.#remark(problem),
      subscriptionEnded: ({ address }, subscription) => keeper.subscriptionEnded(address, subscription),
      isLetIn: () => [...this.#watches.values()].some(({ watch }) => watch.state.status === 'active'),
      changed: (watch) => this.#changed(watch),
      silence: (sentAtMs) => {
        if (this.#heardAtMs < sentAtMs) this.#fail(unreachable(settings, 'ETIMEDOUT'));
      },
      forgotten: () => this.#refreshAll(),
    };
  }

  #take(transactions: Transactions, message: SipMessage, from: Peer): void {
    this.#heardAtMs = this.#options.clock.nowMs();
    const other = this.#isOurs(message) ? otherPbxByName(message.headers) : undefined;
    if (other !== undefined) this.#fail(otherPbxRefused(other));
    try {
      transactions.take(message, from);
    } catch (fault) {
      this.#fail(fault);
    }
  }

  /** Whether it is of a subscription of ours: over UDP strangers may send what they like. */
  #isOurs({ kind, headers }: SipMessage): boolean {
    const localTag = tagOf(headers.get(kind === 'request' ? 'to' : 'from'));
    return this.#subscriptions.has(JSON.stringify([headers.get('call-id'), localTag]));
  }

  /** @returns undefined where it shall come again */
  #answer(request: SipRequest): Answer | undefined {
    if (request.method === 'OPTIONS')
      return { status: 200, reason: 'OK', field: ['Allow', 'NOTIFY, OPTIONS'] };
    if (request.method !== 'NOTIFY')
      return { status: 405, reason: 'Method Not Allowed', field: ['Allow', 'NOTIFY, OPTIONS'] };
    const { sink } = this.#options;
    // Of a PBX that cannot be used nothing is taken.
    if (this.#fault !== undefined) return { status: 481, reason: 'Subscription Does Not Exist' };
    if (sink.backlogged()) {
      void this.#waitUntilDrained();
      return undefined;
    }
    const notify = readNotify(request);
    if ('status' in notify) return notify;
    const watch = this.#subscriptions.get(JSON.stringify([notify.callId, notify.localTag]));
    return watch?.take(notify, request) ?? { status: 481, reason: 'Subscription Does Not Exist' };
  }

  /** What came meanwhile was not taken: each user's full state is asked for. */
  async #waitUntilDrained(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    await this.#options.sink.drained(this.#over.signal);
    this.#isWaiting = false;
    for (const { watch } of this.#watches.values()) watch.refreshSoon();
  }

  /** A PBX that forgot one subscription was restarted, as a rule, and forgot them all. */
  #refreshAll(): void {
    const { clock, times } = this.#options;
    if (clock.nowMs() - this.#refreshedAllAtMs < times.refreshAllApartMs) return;
    this.#refreshedAllAtMs = clock.nowMs();
    for (const { watch } of this.#watches.values()) watch.refreshSoon();
  }

  #changed({ address, state }: Watched): void {
    const { keeper } = this.#options;
    if (state.status === 'active') keeper.known(address);
    else keeper.lost(address);
    if (state.status === 'active' && !this.#isConnected) {
      this.#isConnected = true;
      this.#options.connected();
      this.#options.log.info('source connected');
    }
    if (state.status !== 'new' && !this.#hasSpoken) {
      this.#hasSpoken = true;
      for (const wanted of this.#wanted) this.#begin(wanted);
    }
    this.#report();
  }

  #fail(error: unknown): void {
    this.#fault ??= error;
    this.#over.abort();
  }

  async #tick(): Promise<void> {
    const { clock, times, keeper } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted) {
      await clock.sleep(times.tickMs, signal);
      if (signal.aborted) return;
      keeper.tick();
      this.#letGo();
    }
  }

  /** Stops watching those who have left the directory, once they have no call any more. */
  #letGo(): void {
    const { keeper } = this.#options;
    for (const [address, { isLeaving, stop, done }] of this.#watches) {
      if (!isLeaving || keeper.isBusy(address)) continue;
      this.#watches.delete(address);
      stop.abort();
      // One who is back meanwhile is watched anew.
      void done.then(() => this.#watches.has(address) || keeper.forget(address));
    }
  }

  #report(): void {
    if (this.#isReporting) return;
    this.#isReporting = true;
    void this.#reportLater();
  }

  async #reportLater(): Promise<void> {
    const { clock, times, sink, log } = this.#options;
    await clock.sleep(times.reportMs, this.#over.signal);
    this.#isReporting = false;
    if (this.#over.signal.aborted) return;
    const states = [...this.#watches.values()].map(({ watch }) => watch.state);
    const state = summarise(states, this.#wanted.size, times.mostMs);
    const before = this.#reported;
    this.#reported = state.status;
    if (state.status === 'down' && before !== 'down') log.warn({ advice: state.advice }, 'source down');
    sink.state(state);
  }

  /** Once for each problem: what callers write must not fill the log. */
  #remark(problem: string): void {
    if (this.#remarks.has(problem)) return;
    this.#remarks.add(problem);
    this.#options.log.warn({ problem }, 'a dialog-info document is not as it should be');
  }
}
