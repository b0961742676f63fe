/**
 * One attempt: a signed POST over HTTPS, bounded in time and in what is read of the answer. Never rejects for what a
 * receiver does; every end is an outcome.
 *
 * Connections are kept alive for 4 s, less than the usual 5 s after which servers hang up, so that a POST is seldom
 * written into a socket that is just being closed; when it happens all the same, the attempt counts as failed and the
 * message is tried again, since nobody knows whether it was read.
 */
import { createSecureContext, getCACertificates } from 'node:tls';
import { Agent, buildConnector, type Dispatcher } from 'undici';
import type { Clock } from '../runtime/clock.ts';
import { guardedLookup, HTTPS_PORT, refusalOf, type Allowed } from './address-guard.ts';
import { readAnswer, readError, type Answer, type Outcome } from './outcome.ts';
import { sign } from './signature.ts';

export interface AttempterOptions {
  allowed: Allowed;
  /** PEM; authorities that count beside the well-known ones. */
  trustedCertificates: readonly string[];
  timeouts: { connectMs: number; totalMs: number };
  userAgent: string;
  clock: Clock;
}

export interface Attempted {
  outcome: Outcome;
  startedAtMs: number;
  durationMs: number;
}

export interface OutgoingMessage {
  id: string;
  body: string;
  /** Beside those that every message has. */
  headers?: Readonly<Record<string, string>>;
  /** It is not sent any more once this time has come; checked when the request is about to be written. */
  notAfterMs?: number;
}

export interface Attempter {
  attempt(target: { url: string; secrets: readonly string[] }, message: OutgoingMessage): Promise<Attempted>;
  /** Ends all attempts under way, and every later one at once. */
  giveUp(): void;
  /** Ends what is still under way and lets go of all connections. */
  close(): Promise<void>;
}

/** More of an answer is not read. */
const MAX_ANSWER_BYTES = 16 * 1024;
const MAX_EXCERPT_BYTES = 512;
const KEEP_ALIVE_MS = 4_000;
/** How exactly the total timeout is kept: one timer looks after all attempts, which is cheaper than one for each. */
const SWEEP_EVERY_MS = 100;

/** Undici knows no code for it. */
class Stopped extends Error {
  readonly code: string;

  constructor(code: 'TOTAL_TIMEOUT' | 'NOT_HTTPS' | 'GIVEN_UP' | 'CLAIM_LAPSED') {
    super(code);
    this.code = code;
  }
}

export function createAttempter(options: AttempterOptions): Attempter {
  const { timeouts, clock, userAgent } = options;
  const agent = createAgent(options);
  const underWay = new Set<Attempt>();
  let givenUp = false;
  const sweep = setInterval(() => {
    const nowMs = clock.nowMs();
    for (const attempt of underWay)
      if (attempt.deadlineMs <= nowMs) attempt.stop(new Stopped('TOTAL_TIMEOUT'));
  }, SWEEP_EVERY_MS);
  sweep.unref();

  return {
    attempt({ url, secrets }, { id, body, headers: more, notAfterMs = Infinity }) {
      const startedAtMs = clock.nowMs();
      const { promise, resolve } = Promise.withResolvers<Attempted>();
      const attempt = new Attempt(
        { deadlineMs: startedAtMs + timeouts.totalMs, notAfterMs },
        clock,
        (outcome) => {
          underWay.delete(attempt);
          resolve({ outcome, startedAtMs, durationMs: clock.nowMs() - startedAtMs });
        },
      );
      underWay.add(attempt);
      const target = URL.parse(url);
      if (givenUp) attempt.stop(new Stopped('GIVEN_UP'));
      else if (target?.protocol !== 'https:') attempt.stop(new Stopped('NOT_HTTPS'));
      else {
        const timestampS = Math.floor(startedAtMs / 1_000);
        const headers = {
          ...more,
          'content-type': 'application/json',
          'user-agent': userAgent,
          'webhook-id': id,
          'webhook-timestamp': String(timestampS),
          'webhook-signature': sign(secrets, { id, timestampS, body }),
        };
        const path = target.pathname + target.search;
        agent.dispatch({ origin: target.origin, path, method: 'POST', headers, body }, attempt);
      }
      return promise;
    },
    giveUp() {
      givenUp = true;
      for (const attempt of underWay) attempt.stop(new Stopped('GIVEN_UP'));
    },
    async close() {
      await agent.destroy();
      clearInterval(sweep);
    },
  };
}

function createAgent({ allowed, trustedCertificates, timeouts }: AttempterOptions): Agent {
  // Made once: reading all well-known authorities anew for each connection costs some 10 ms.
  const secureContext = createSecureContext({
    ca: [...getCACertificates('default'), ...trustedCertificates],
    minVersion: 'TLSv1.2',
  });
  const connect = buildConnector({
    secureContext,
    lookup: guardedLookup(allowed),
    timeout: timeouts.connectMs,
    allowH2: false,
  });
  return new Agent({
    connect: (target, callback) => {
      const refusal = refusalOf(target.hostname, Number(target.port || HTTPS_PORT), allowed);
      if (refusal === undefined) connect(target, callback);
      else callback(refusal, null);
    },
    // No bound here, where it would count per host: two endpoints on one host must not wait for each other, and a
    // request that waits in a queue would use up its time. The dispatcher bounds attempts per endpoint.
    connections: null,
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    headersTimeout: timeouts.totalMs,
    bodyTimeout: timeouts.totalMs,
  });
}

/** Follows one request through undici and ends exactly once. */
class Attempt implements Dispatcher.DispatchHandler {
  readonly deadlineMs: number;
  readonly #notAfterMs: number;
  readonly #clock: Clock;
  readonly #done: (outcome: Outcome) => void;
  #over = false;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: Answer = { statusCode: 0, excerpt: '' };
  #read = 0;

  constructor(
    { deadlineMs, notAfterMs }: { deadlineMs: number; notAfterMs: number },
    clock: Clock,
    done: (outcome: Outcome) => void,
  ) {
    this.deadlineMs = deadlineMs;
    this.#notAfterMs = notAfterMs;
    this.#clock = clock;
    this.#done = done;
  }

  /** Ends the attempt from our side. */
  stop(reason: Error): void {
    this.onResponseError(undefined, reason);
    this.#controller?.abort(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It may have been stopped, or its claim may have lapsed, while it waited for a connection: then it is not sent.
    if (this.#notAfterMs <= this.#clock.nowMs()) this.#end(readError(new Stopped('CLAIM_LAPSED')));
    if (this.#over) controller.abort(new Stopped('GIVEN_UP'));
    this.#controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (statusCode < 200) return;
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
    else this.#end(readError(error));
  }

  #end(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#done(outcome);
  }
}
