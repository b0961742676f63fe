/**
 * Transactions other than INVITE (RFC 3261 section 17.1.2, 17.2.2): a request is sent again until it is answered, one
 * that comes again is answered the same without being taken twice.
 */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../runtime/clock.ts';
import { branchOf, readCSeq, tagOf } from './fields.ts';
import { Headers, type SipMessage, type SipRequest, type SipResponse } from './message.ts';
import type { Peer, SipTransport } from './transport.ts';

export interface TransactionTimes {
  /** RFC 3261 section 17.1.1.1: the estimate of a round trip, and the longest wait before a repetition. */
  t1Ms: number;
  t2Ms: number;
}

export const DEFAULT_TIMES: TransactionTimes = { t1Ms: 500, t2Ms: 4_000 };

/** Timer F and J: a transaction is over after so many T1. */
const LIFE_IN_T1 = 64;
/** Answers that are remembered; a burst of 5,000 notifications has room. */
const MAX_REMEMBERED = 20_000;

export interface Answer {
  status: number;
  reason: string;
  field?: readonly [string, string];
}

interface Waiting {
  method: string;
  /** 1xx came: repetitions are slower from now on (section 17.1.2.2). */
  isProceeding: boolean;
  answer(response: SipResponse): void;
}

export class Transactions {
  readonly #transport: () => SipTransport;
  readonly #clock: Clock;
  readonly #times: TransactionTimes;
  readonly #takeRequest: (request: SipRequest) => Answer | undefined;
  readonly #waiting = new Map<string, Waiting>();
  /** By transaction: what was answered, and when. */
  readonly #answered = new Map<string, { response: SipResponse; atMs: number }>();

  /** @param takeRequest undefined: it is not answered, so that it comes again */
  constructor(
    transport: () => SipTransport,
    clock: Clock,
    times: TransactionTimes,
    takeRequest: (request: SipRequest) => Answer | undefined,
  ) {
    this.#transport = transport;
    this.#clock = clock;
    this.#times = times;
    this.#takeRequest = takeRequest;
  }

  /** @returns the final response, `silence` where none came in time or `signal` aborted before */
  async request(request: SipRequest, signal: AbortSignal): Promise<SipResponse | 'silence'> {
    const transport = this.#transport();
    const branch = `z9hG4bK${randomBytes(12).toString('hex')}`;
    const via: readonly [string, string] = [
      'Via',
      `SIP/2.0/${transport.protocol} ${transport.here};branch=${branch};rport`,
    ];
    const sent = { ...request, headers: new Headers([via, ...request.headers.entries()]) };
    const over = new AbortController();
    const final = Promise.withResolvers<SipResponse | 'silence'>();
    const waiting: Waiting = { method: request.method, isProceeding: false, answer: final.resolve };
    this.#waiting.set(branch, waiting);
    void this.#repeat(sent, waiting, AbortSignal.any([signal, over.signal])).then(() =>
      final.resolve('silence'),
    );
    try {
      return await final.promise;
    } finally {
      over.abort();
      this.#waiting.delete(branch);
    }
  }

  /** Sends, and sends again where the transport may lose messages, until its time is over. */
  async #repeat(request: SipRequest, waiting: Waiting, signal: AbortSignal): Promise<void> {
    const { t1Ms, t2Ms } = this.#times;
    const isUdp = this.#transport().protocol === 'UDP';
    let leftMs = LIFE_IN_T1 * t1Ms;
    this.#transport().request(request);
    for (let waitMs = isUdp ? t1Ms : leftMs; leftMs > 0 && !signal.aborted; leftMs -= waitMs) {
      await this.#clock.sleep(Math.min(waitMs, leftMs), signal);
      if (signal.aborted || leftMs <= waitMs) return;
      this.#transport().request(request);
      waitMs = waiting.isProceeding ? t2Ms : Math.min(waitMs * 2, t2Ms);
    }
  }

  /** Takes a message that came. */
  take(message: SipMessage, from: Peer): void {
    if (message.kind === 'response') this.#takeResponse(message);
    else this.#answerRequest(message, from);
  }

  #takeResponse(response: SipResponse): void {
    const waiting = this.#waiting.get(branchOf(response.headers) ?? '');
    // One that belongs to nothing is a late repetition.
    if (waiting === undefined || readCSeq(response.headers.get('cseq'))?.method !== waiting.method) return;
    if (response.status < 200) waiting.isProceeding = true;
    else waiting.answer(response);
  }

  #answerRequest(request: SipRequest, from: Peer): void {
    // There is nothing to answer an ACK with.
    if (request.method === 'ACK' || request.headers.get('via') === undefined) return;
    const key = transactionOf(request);
    this.#forgetOld();
    const before = this.#answered.get(key);
    if (before !== undefined) return this.#transport().respond(before.response, request, from);
    const answer = this.#takeRequest(request);
    if (answer === undefined) return;
    const response = responseTo(request, answer);
    this.#answered.set(key, { response, atMs: this.#clock.nowMs() });
    this.#transport().respond(response, request, from);
  }

  #forgetOld(): void {
    const before = this.#clock.nowMs() - LIFE_IN_T1 * this.#times.t1Ms;
    for (const [key, { atMs }] of this.#answered) {
      if (atMs > before && this.#answered.size <= MAX_REMEMBERED) return;
      this.#answered.delete(key);
    }
  }
}

/** RFC 3261 section 17.2.3, in a way that also holds for branches of the old kind. */
function transactionOf({ method, headers }: SipRequest): string {
  const names = [headers.all('via')[0], headers.get('call-id'), headers.get('cseq'), headers.get('from')];
  return JSON.stringify([method, ...names]);
}

/** RFC 3261 section 8.2.6. */
function responseTo({ headers }: SipRequest, { status, reason, field }: Answer): SipResponse {
  const to = headers.get('to') ?? '';
  const answer = new Headers([
    ...headers.raw('via').map((via) => ['Via', via] as const),
    ['From', headers.get('from') ?? ''],
    ['To', tagOf(to) === undefined ? `${to};tag=${randomBytes(8).toString('hex')}` : to],
    ['Call-ID', headers.get('call-id') ?? ''],
    ['CSeq', headers.get('cseq') ?? ''],
    ...(field === undefined ? [] : [field]),
  ]);
  return { kind: 'response', status, reason, headers: answer, body: new Uint8Array() };
}
