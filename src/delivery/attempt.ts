/**
 * One attempt: a signed POST over HTTPS, bounded in time and in what is read of the answer. Never rejects for what a
 * receiver or its token server does; every end is an outcome.
 */
import type { AttemptDetails } from '../policy/attempt-details.ts';
import type { Clock } from '../runtime/clock.ts';
import { AccessTokens } from './access-tokens.ts';
import { Agents, type AgentOptions } from './agents.ts';
import { Exchange, Stopped, type Ended } from './exchange.ts';
import type { Outcome } from './outcome.ts';
import { withoutRepeatedSecrets } from './repeated-secrets.ts';
import { sign } from './signature.ts';
import type { Target } from './target.ts';
import type { OAuthClient } from './token-request.ts';

export interface AttempterOptions extends AgentOptions {
  userAgent: string;
  clock: Clock;
}

export interface Attempted {
  outcome: Outcome;
  startedAtMs: number;
  durationMs: number;
  details: AttemptDetails;
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
  attempt(target: Target, message: OutgoingMessage): Promise<Attempted>;
  /** Ends all attempts under way, and every later one at once. */
  giveUp(): void;
  /** Ends what is still under way and lets go of all connections. */
  close(): Promise<void>;
}

/** How exactly the total timeout is kept: one timer looks after all attempts, which is cheaper than one for each. */
const SWEEP_EVERY_MS = 100;
const UNAUTHORIZED = 401;

export function createAttempter(options: AttempterOptions): Attempter {
  const { timeouts, clock, userAgent } = options;
  const agents = new Agents(options);
  const underWay = new Set<Exchange>();
  const giveUp = new AbortController();
  const tokens = new AccessTokens({ agents, clock, timeoutMs: timeouts.totalMs, signal: giveUp.signal });
  const sweep = setInterval(() => {
    const nowMs = clock.nowMs();
    for (const exchange of underWay)
      if (exchange.deadlineMs <= nowMs) exchange.stop(new Stopped('TOTAL_TIMEOUT'));
    agents.sweep(nowMs);
  }, SWEEP_EVERY_MS);
  sweep.unref();

  const send = (target: Target, message: OutgoingMessage, deadlineMs: number): Promise<Ended> => {
    const { id, body, notAfterMs = Infinity } = message;
    const nowMs = clock.nowMs();
    const { promise, resolve } = Promise.withResolvers<Ended>();
    const exchange = new Exchange({ deadlineMs, notAfterMs }, clock, (ended) => {
      underWay.delete(exchange);
      resolve(withoutRepeatedSecrets(ended, target));
    });
    underWay.add(exchange);
    const url = URL.parse(target.url);
    const agent = agents.of(target.tls, nowMs);
    if (giveUp.signal.aborted) exchange.stop(new Stopped('GIVEN_UP'));
    else if (url?.protocol !== 'https:') exchange.stop(new Stopped('NOT_HTTPS'));
    else if (agent === undefined) exchange.stop(new Stopped('OWN_CERTIFICATE'));
    else {
      // When the attempt began: the log tells it too.
      const timestampS = Math.floor((deadlineMs - timeouts.totalMs) / 1_000);
      const headers = {
        ...message.headers,
        ...target.headers,
        'content-type': 'application/json',
        'user-agent': userAgent,
        'webhook-id': id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': sign(target.secrets, { id, timestampS, body }),
      };
      const path = url.pathname + url.search;
      agent.dispatch({ origin: url.origin, path, method: 'POST', headers, body }, exchange);
    }
    return promise;
  };

  /** A token that was there before and is refused may have been withdrawn: once, another one is tried. */
  const sendWithToken = async (
    client: OAuthClient,
    target: Target,
    message: OutgoingMessage,
    deadlineMs: number,
  ): Promise<Ended> => {
    for (let isAgain = false; ; isAgain = true) {
      const got = await tokens.tokenFor(client, target.tls, deadlineMs);
      if ('failure' in got) return { outcome: got.failure, details: {} };
      const headers = { ...target.headers, authorization: `Bearer ${got.token}` };
      const ended = await send({ ...target, headers }, message, deadlineMs);
      if (ended.outcome.statusCode !== UNAUTHORIZED) return ended;
      tokens.drop(client, got.token);
      if (got.isNew || isAgain) return ended;
    }
  };

  return {
    async attempt(target, message) {
      const startedAtMs = clock.nowMs();
      const deadlineMs = startedAtMs + timeouts.totalMs;
      const { oauth } = target;
      const { outcome, details } = await (oauth === undefined
        ? send(target, message, deadlineMs)
        : sendWithToken(oauth, target, message, deadlineMs));
      if (message.headers !== undefined) details.sent = message.headers;
      return { outcome, details, startedAtMs, durationMs: clock.nowMs() - startedAtMs };
    },
    giveUp() {
      giveUp.abort();
      for (const exchange of underWay) exchange.stop(new Stopped('GIVEN_UP'));
    },
    async close() {
      giveUp.abort();
      await agents.destroy();
      clearInterval(sweep);
    },
  };
}
