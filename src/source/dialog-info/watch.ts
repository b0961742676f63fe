/**
 * Watches one address: subscribes, takes what the PBX notifies, renews in time, and begins again when the subscription is
 * lost (RFC 6665 section 4.1.2). Runs until it is told to stop; then it unsubscribes.
 */
import { randomBytes } from 'node:crypto';
import { CallhookError } from '../../runtime/errors.ts';
import { meetNotifier, pauseAfter, retryAfterMs, targetIn, type Notifier } from './notifier.ts';
import type { Notify } from './packet.ts';
import { wordStatus } from './problem.ts';
import { readSeconds } from './sip/fields.ts';
import type { SipRequest, SipResponse } from './sip/message.ts';
import type { Answer } from './sip/transactions.ts';
import type { Subscribe } from './sip/user-agent.ts';
import type { WatchCare, Watched, WatchState } from './watch-care.ts';

interface Failure {
  waitMs: number;
  problem?: string;
}

/** RFC 6665 section 4.1.2.2, RFC 5057 section 5.2: after these the subscription is gone. */
const GONE = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);
const REFUSED = new Set([403, 404, 405, 410, 416, 489, 501, 603, 604]);
const PENDING = 'the PBX has not permitted the subscription yet (pending)';
const NO_NOTIFY =
  'the PBX takes the subscription, but no notification arrives here: let it through the firewall, set listen_host and listen_port to what the PBX can reach, or use transport tcp';
const MAX_EXPIRES_SECONDS = 86_400;
const MAX_NOTIFIERS = 8;
/** How often a SUBSCRIBE is sent with a longer time, as the PBX asks. */
const MAX_LONGER = 3;
/** One that lived shorter is not begun again at once. */
const SHORT_LIFE_MS = 5_000;

export class Watch implements Watched {
  readonly address: string;
  readonly #care: WatchCare;
  readonly #notifiers = new Map<string, Notifier>();
  /** Tags of notifiers that are gone from this subscription. */
  readonly #gone = new Set<string>();
  #callId = '';
  #localTag = '';
  #cseq = 0;
  #expiresSeconds: number;
  #state: WatchState = { status: 'new' };
  #pause: Failure = { waitMs: 0 };
  #fullAsks = 0;
  #fullAskedAtMs = -Infinity;
  #wake = new AbortController();

  constructor(address: string, care: WatchCare) {
    this.address = address;
    this.#care = care;
    this.#expiresSeconds = care.expiresSeconds;
  }

  get state(): WatchState {
    return this.#state;
  }

  /**
   * Runs until `signal` aborts.
   * @param goodbye whether the PBX can be told that it is over
   * @throws CallhookError `SOURCE_LOGIN_REFUSED`
   */
  async run(signal: AbortSignal, goodbye: () => boolean): Promise<void> {
    const { clock, times, random } = this.#care;
    let failures = 0;
    try {
      while (!signal.aborted) {
        const startedAtMs = clock.nowMs();
        const failure = await this.#live(signal).catch((error: unknown) => this.#refused(error));
        if (signal.aborted) return;
        const wasLong = failure.problem === undefined && clock.nowMs() - startedAtMs >= SHORT_LIFE_MS;
        failures = wasLong ? 0 : failures + 1;
        const problem = failure.problem ?? 'the PBX ends the subscription again and again';
        this.#become(wasLong ? { status: 'new' } : { status: 'failed', problem });
        const backOffMs = wasLong ? 0 : Math.min(times.soonMs * 2 ** (failures - 1), times.mostMs);
        const waitMs = Math.max(failure.waitMs, backOffMs) * (0.8 + 0.4 * random());
        if (waitMs > 0) await clock.sleep(waitMs, signal);
      }
    } finally {
      const notifiers = [...this.#notifiers.values()];
      for (const { remoteTag } of notifiers) this.#drop(remoteTag);
      if (goodbye()) await this.#unsubscribe(notifiers);
      this.#care.unregister(this.#callId, this.#localTag);
    }
  }

  /** A login that is good for others may not be for this address. @throws any other error */
  #refused(error: unknown): Failure {
    const { times, isLetIn } = this.#care;
    const isRefusal = error instanceof CallhookError && error.code === 'SOURCE_LOGIN_REFUSED';
    if (!isRefusal || !isLetIn()) throw error;
    return { waitMs: times.refusedMs, problem: 'the PBX refuses the login for it' };
  }

  /** One subscription, from its SUBSCRIBE to its end. */
  async #live(signal: AbortSignal): Promise<Failure> {
    const { register, unregister } = this.#care;
    this.#callId = randomBytes(16).toString('hex');
    this.#localTag = randomBytes(8).toString('hex');
    const [callId, localTag] = [this.#callId, this.#localTag];
    this.#pause = { waitMs: 0 };
    this.#gone.clear();
    register(callId, localTag, this);
    try {
      const failure = await this.#subscribe(signal);
      if (failure !== undefined) return failure;
      await this.#keep(signal);
      return this.#pause;
    } finally {
      if (!signal.aborted) {
        for (const remoteTag of this.#notifiers.keys()) this.#drop(remoteTag);
        unregister(callId, localTag);
      }
    }
  }

  /** @returns undefined once the PBX has notified */
  async #subscribe(signal: AbortSignal): Promise<Failure | undefined> {
    const { times, clock } = this.#care;
    const response = await this.#send(undefined, signal);
    if (response === undefined) return { waitMs: 0 };
    const failure = this.#failureOf(response);
    // A NOTIFY is as good as the answer that was lost (RFC 6665 section 4.1.2.4).
    const isNotified = response === 'silence' && this.#notifiers.size > 0;
    if (failure !== undefined && !isNotified) return failure;
    const untilMs = clock.nowMs() + times.firstNotifyMs;
    while (this.#notifiers.size === 0 && this.#gone.size === 0 && !signal.aborted) {
      const leftMs = untilMs - clock.nowMs();
      if (leftMs <= 0) return { waitMs: times.mostMs, problem: NO_NOTIFY };
      await this.#sleep(leftMs, signal);
    }
    return undefined;
  }

  /** Renews until no notifier is left. */
  async #keep(signal: AbortSignal): Promise<void> {
    const { clock } = this.#care;
    while (this.#notifiers.size > 0 && !signal.aborted) {
      const [first] = [...this.#notifiers.values()].toSorted((a, b) => a.refreshAtMs - b.refreshAtMs);
      const waitMs = (first?.refreshAtMs ?? 0) - clock.nowMs();
      if (first === undefined) return;
      if (waitMs > 0) await this.#sleep(waitMs, signal);
      else await this.#refresh(first, signal);
    }
  }

  async #refresh(notifier: Notifier, signal: AbortSignal): Promise<void> {
    const { clock, times, forgotten } = this.#care;
    const response = await this.#send(notifier, signal);
    if (response === undefined || !this.#notifiers.has(notifier.remoteTag)) return;
    const nowMs = clock.nowMs();
    if (response !== 'silence' && response.status < 300) {
      notifier.target = targetIn(response.headers) ?? notifier.target;
      this.#grant(notifier, readSeconds(response.headers.get('expires')) ?? this.#expiresSeconds);
      return;
    }
    const isGone = response !== 'silence' && GONE.has(response.status);
    if (isGone || nowMs >= notifier.expiresAtMs) {
      this.#drop(notifier.remoteTag);
      if (response !== 'silence' && response.status === 481) forgotten();
      if (response === 'silence') this.#pause = { waitMs: 0, problem: wordStatus(408) };
    } else {
      // It is still in force: there is time for another try before it ends.
      const waitMs = Math.max(response === 'silence' ? 0 : retryAfterMs(response), times.soonMs * 5);
      notifier.refreshAtMs = Math.min(nowMs + waitMs, notifier.expiresAtMs);
    }
  }

  /** SUBSCRIBE, again with a longer time where the PBX finds it too short. @returns undefined where it was stopped */
  async #send(
    notifier: Notifier | undefined,
    signal: AbortSignal,
    longer = 0,
  ): Promise<SipResponse | 'silence' | undefined> {
    const { agent, pace, clock, silence } = this.#care;
    let sentAtMs = 0;
    const response = await pace.run(() => {
      sentAtMs = clock.nowMs();
      return agent.subscribe(this.#request(notifier, this.#expiresSeconds), signal);
    }, signal);
    if (signal.aborted) return undefined;
    if (response === 'silence') silence(sentAtMs);
    if (response === undefined || response === 'silence' || response.status !== 423) return response;
    // RFC 6665 section 4.1.2.1.
    const least = readSeconds(response.headers.get('min-expires')) ?? 0;
    if (least <= this.#expiresSeconds || least > MAX_EXPIRES_SECONDS || longer >= MAX_LONGER) return response;
    this.#expiresSeconds = least;
    return this.#send(notifier, signal, longer + 1);
  }

  #request(notifier: Notifier | undefined, expiresSeconds: number): Subscribe {
    return {
      address: this.address,
      callId: this.#callId,
      localTag: this.#localTag,
      ...(notifier !== undefined && { within: notifier }),
      expiresSeconds,
      nextCSeq: () => (this.#cseq += 1),
    };
  }

  #failureOf(response: SipResponse | 'silence'): Failure | undefined {
    const { times } = this.#care;
    if (response === 'silence') return { waitMs: times.soonMs, problem: wordStatus(408) };
    const { status, headers } = response;
    const granted = readSeconds(headers.get('expires')) ?? this.#expiresSeconds;
    if (status < 300 && granted > 0) return undefined;
    const waitMs = Math.max(retryAfterMs(response), REFUSED.has(status) ? times.refusedMs : times.soonMs);
    return { waitMs, problem: status < 300 ? 'the PBX grants no time' : wordStatus(status) };
  }

  /** A NOTIFY that came for this watch's subscription. */
  take(notify: Notify, request: SipRequest): Answer {
    const { clock } = this.#care;
    const known = this.#notifiers.get(notify.remoteTag);
    if (this.#gone.has(notify.remoteTag) || (known === undefined && this.#notifiers.size >= MAX_NOTIFIERS))
      return { status: 481, reason: 'Subscription Does Not Exist' };
    const notifier = known ?? meetNotifier(notify, request.headers, this.address, clock.nowMs());
    // RFC 3261 section 12.2.2.
    if (notify.cseq <= notifier.cseq) return { status: 500, reason: 'Out of Order' };
    notifier.cseq = notify.cseq;
    notifier.target = targetIn(request.headers) ?? notifier.target;
    this.#notifiers.set(notify.remoteTag, notifier);
    if (known === undefined || notify.state.expiresSeconds !== undefined)
      this.#grant(notifier, notify.state.expiresSeconds ?? this.#expiresSeconds, known !== undefined);
    this.#takeContent(notify, notifier);
    if (notify.state.state === 'terminated') {
      this.#pause = pauseAfter(notify.state, this.#care.times);
      this.#drop(notify.remoteTag);
    } else {
      const isPending = notify.state.state === 'pending';
      this.#become(isPending ? { status: 'failed', problem: PENDING } : { status: 'active' });
    }
    this.#wakeUp();
    return { status: 200, reason: 'OK' };
  }

  #takeContent({ content, isMended }: Notify, notifier: Notifier): void {
    const { remark, takeDocument } = this.#care;
    if (isMended) remark('names in it are not escaped');
    if (content === 'none') return;
    if ('unreadable' in content) {
      remark(content.unreadable);
      this.#askFull(notifier);
      return;
    }
    const isFirst = !notifier.hasShown;
    notifier.hasShown ||= content.isFull;
    if (takeDocument(this, this.#nameOf(notifier.remoteTag), content, isFirst)) this.#askFull(notifier);
    else this.#fullAsks = 0;
  }

  /** Every SUBSCRIBE is answered by a full document (RFC 6665 section 4.2.1.2). */
  #askFull(notifier: Notifier): void {
    const { clock, times } = this.#care;
    const apartMs = Math.min(times.fullAgainMs * 2 ** this.#fullAsks, times.fullAgainMostMs);
    const atMs = Math.max(clock.nowMs(), this.#fullAskedAtMs + apartMs);
    this.#fullAsks += 1;
    this.#fullAskedAtMs = atMs;
    notifier.refreshAtMs = Math.min(notifier.refreshAtMs, atMs);
  }

  /** Asks for the full state again, soon. */
  refreshSoon(): void {
    for (const notifier of this.#notifiers.values()) notifier.refreshAtMs = this.#care.clock.nowMs();
    this.#wakeUp();
  }

  /** @param isShortened only the PBX's own word that it ends earlier brings the renewal forward */
  #grant(notifier: Notifier, seconds: number, isShortened = false): void {
    const { clock, random, times } = this.#care;
    const nowMs = clock.nowMs();
    // One that grants no time at all is not asked again and again.
    const forMs = Math.max(Math.min(seconds, MAX_EXPIRES_SECONDS) * 1_000, times.soonMs);
    notifier.expiresAtMs = nowMs + forMs;
    // Spread, so that thousands are not renewed in one moment.
    const refreshAtMs = nowMs + forMs * (0.6 + 0.2 * random());
    notifier.refreshAtMs = isShortened ? Math.min(notifier.refreshAtMs, nowMs + forMs * 0.8) : refreshAtMs;
  }

  #drop(remoteTag: string): void {
    this.#notifiers.delete(remoteTag);
    this.#gone.add(remoteTag);
    this.#care.subscriptionEnded(this, this.#nameOf(remoteTag));
  }

  async #unsubscribe(notifiers: readonly Notifier[]): Promise<void> {
    const { agent, times } = this.#care;
    const signal = AbortSignal.timeout(times.goodbyeMs);
    await Promise.allSettled(
      notifiers.map((notifier) => agent.subscribe(this.#request(notifier, 0), signal)),
    );
  }

  #nameOf(remoteTag: string): string {
    return `${this.#callId} ${this.#localTag} ${remoteTag}`;
  }

  #become(state: WatchState): void {
    const before = this.#state;
    this.#state = state;
    if (before.status !== state.status || state.status === 'failed') this.#care.changed(this);
  }

  #wakeUp(): void {
    this.#wake.abort();
  }

  /** Ends early when something came. */
  async #sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
    await this.#care.clock.sleep(delayMs, AbortSignal.any([signal, this.#wake.signal]));
  }
}
