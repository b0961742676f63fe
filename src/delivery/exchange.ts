/** One POST on its way through undici: bounded in time and in what is read of the answer; ends exactly once. */
import type { Dispatcher } from 'undici';
import type { Clock } from '../runtime/clock.ts';
import type { AttemptDetails } from '../policy/attempt-details.ts';
import { toldHeaders, type AnswerHeaders } from './answer-headers.ts';
import { tenths, type Connection, type Line } from './connection.ts';
import { readAnswer, readError, type Answer, type Outcome } from './outcome.ts';

/** More of an answer is not read. */
const MAX_ANSWER_BYTES = 16 * 1024;
const MAX_EXCERPT_BYTES = 512;

/** Ends that undici knows no code for. */
export class Stopped extends Error {
  readonly code: string;

  constructor(code: 'TOTAL_TIMEOUT' | 'NOT_HTTPS' | 'GIVEN_UP' | 'CLAIM_LAPSED' | 'OWN_CERTIFICATE') {
    super(code);
    this.code = code;
  }
}

export interface Ended {
  outcome: Outcome;
  details: AttemptDetails;
}

export class Exchange implements Dispatcher.DispatchHandler {
  readonly deadlineMs: number;
  readonly #notAfterMs: number;
  readonly #clock: Clock;
  readonly #done: (ended: Ended) => void;
  /** Durations are measured by a clock that nobody sets. */
  readonly #beganAt = performance.now();
  #sentAt: number | undefined;
  #answeredAt: number | undefined;
  /** Set when it is given to a connection. */
  line: Line | undefined;
  #connection: Connection | undefined;
  #headers: AnswerHeaders = {};
  #over = false;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: Answer = { statusCode: 0, excerpt: '' };
  #read = 0;

  constructor(
    { deadlineMs, notAfterMs }: { deadlineMs: number; notAfterMs: number },
    clock: Clock,
    done: (ended: Ended) => void,
  ) {
    this.deadlineMs = deadlineMs;
    this.#notAfterMs = notAfterMs;
    this.#clock = clock;
    this.#done = done;
  }

  /** Ends it from our side. */
  stop(reason: Error): void {
    this.onResponseError(undefined, reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have been stopped, or its claim may have lapsed, while it waited for a connection: then it is not sent.
    if (this.#notAfterMs <= this.#clock.nowMs()) this.#end(readError(new Stopped('CLAIM_LAPSED')));
    if (this.#over) controller.abort(new Stopped('GIVEN_UP'));
    else {
      this.#connection = this.line?.connection;
      this.#sentAt = performance.now();
    }
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: AnswerHeaders,
  ): void {
    if (statusCode < 200) return;
    this.#answeredAt = performance.now();
    this.#headers = headers;
    this.#answer = { statusCode, excerpt: '' };
    const [location] = [headers['location']].flat();
    const [retryAfter] = [headers['retry-after']].flat();
    if (location !== undefined) this.#answer.location = location;
    if (retryAfter !== undefined) this.#answer.retryAfter = retryAfter;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#read < MAX_EXCERPT_BYTES) {
      this.#answer.excerpt += chunk.toString('utf8', 0, MAX_EXCERPT_BYTES - this.#read);
    }
    this.#read += chunk.length;
    if (this.#read <= MAX_ANSWER_BYTES) return;
    // The status has said all; a receiver that goes on and on is hung up on.
    this.onResponseEnd();
    controller.abort(new Stopped('GIVEN_UP'));
  }

  onResponseEnd(): void {
    this.#end(readAnswer(this.#answer, this.#clock.nowMs()));
  }

  /** A receiver that said 2xx has taken the message, whatever becomes of the rest of its answer. */
  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    const { statusCode } = this.#answer;
    if (statusCode >= 200 && statusCode < 300) this.onResponseEnd();
    else this.#end(readError(error, this.#clock.nowMs(), this.#newConnection()?.validity));
  }

  #end(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#done({ outcome, details: this.#details(outcome.ok) });
  }

  /** The one that is made, or was made, for this exchange. */
  #newConnection(): Connection | undefined {
    const connection = this.#connection ?? this.line?.connection;
    return connection !== undefined && connection.beganAt >= this.#beganAt ? connection : undefined;
  }

  #details(isDelivered: boolean): AttemptDetails {
    const now = performance.now();
    const details: AttemptDetails = {};
    const made = this.#newConnection();
    made?.tell(details, now);
    if (made === undefined && this.#connection !== undefined) details.reused = true;
    const address = (this.#connection ?? made)?.address;
    if (address !== undefined) details.address = address;
    if (this.#sentAt !== undefined) details.wait = tenths((this.#answeredAt ?? now) - this.#sentAt);
    if (this.#answeredAt !== undefined) details.read = tenths(now - this.#answeredAt);
    const headers = toldHeaders(this.#headers, isDelivered);
    if (headers !== undefined) details.headers = headers;
    return details;
  }
}
