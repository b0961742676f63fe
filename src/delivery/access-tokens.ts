/**
 * Access tokens of endpoints with OAuth 2.0, in this process's memory only: kept until shortly before they end, asked for
 * once however many messages wait for one.
 */
import { createHash } from 'node:crypto';
import type { Clock } from '../runtime/clock.ts';
import type { Agents, TlsIdentity } from './agents.ts';
import { Stopped } from './exchange.ts';
import { readError, type Failure } from './outcome.ts';
import { requestToken, TOO_LATE, type OAuthClient, type TokenAnswer } from './token-request.ts';

export interface AccessTokensOptions {
  agents: Agents;
  clock: Clock;
  /** For one request. */
  timeoutMs: number;
  /** Ends all requests. */
  signal: AbortSignal;
}

/** So long before its end a token is not used any more: it has to be valid when it arrives. */
const MARGIN_MS = 30_000;
/** Of a short life, at most this part. */
const MARGIN_PART = 0.1;
/** For a token server that does not say (RFC 6749 section 5.1 lets it). */
const UNTOLD_MS = 5 * 60_000;
const LONGEST_MS = 24 * 3_600_000;
const MOST_KEPT = 10_000;

interface Kept {
  token: string;
  untilMs: number;
}

type Got = { token: string; isNew: boolean } | { failure: Failure };

export class AccessTokens {
  readonly #options: AccessTokensOptions;
  readonly #kept = new Map<string, Kept>();
  readonly #asked = new Map<string, Promise<TokenAnswer>>();

  constructor(options: AccessTokensOptions) {
    this.#options = options;
  }

  /** @returns a token, `isNew` if it was not there before; a failure at the latest when the deadline has come */
  async tokenFor(client: OAuthClient, tls: TlsIdentity | undefined, deadlineMs: number): Promise<Got> {
    const { clock } = this.#options;
    const name = nameOf(client);
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.untilMs > clock.nowMs()) return { token: kept.token, isNew: false };
    const asked = this.#asked.get(name) ?? this.#ask(name, client, tls);
    const enough = new AbortController();
    const tooLate = clock
      .sleep(deadlineMs - clock.nowMs(), enough.signal)
      .then(() => ({ failure: TOO_LATE }));
    const answer = await Promise.race([asked, tooLate]);
    enough.abort();
    return 'failure' in answer ? answer : { token: answer.token, isNew: true };
  }

  /** It was refused. One that has replaced it meanwhile stays. */
  drop(client: OAuthClient, token: string): void {
    const name = nameOf(client);
    if (this.#kept.get(name)?.token === token) this.#kept.delete(name);
  }

  #ask(name: string, client: OAuthClient, tls: TlsIdentity | undefined): Promise<TokenAnswer> {
    const { agents, clock, timeoutMs, signal } = this.#options;
    const inTime = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const ask = async (): Promise<TokenAnswer> => {
      const nowMs = clock.nowMs();
      const agent = agents.of(tls, nowMs);
      if (agent === undefined) return { failure: readError(new Stopped('OWN_CERTIFICATE')) };
      const answer = await requestToken(client, agent, inTime, nowMs);
      if ('token' in answer) this.#keep(name, answer.token, answer.expiresInMs);
      return answer;
    };
    const asked = ask().finally(() => this.#asked.delete(name));
    this.#asked.set(name, asked);
    return asked;
  }

  #keep(name: string, token: string, expiresInMs: number = UNTOLD_MS): void {
    const lifeMs = Math.min(expiresInMs, LONGEST_MS);
    const untilMs = this.#options.clock.nowMs() + lifeMs - Math.min(MARGIN_MS, lifeMs * MARGIN_PART);
    this.#kept.delete(name);
    this.#kept.set(name, { token, untilMs });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
  }
}

/** Another secret or scope is another client: its first token is asked for anew. */
function nameOf(client: OAuthClient): string {
  return createHash('sha256').update(JSON.stringify(client)).digest('base64');
}
