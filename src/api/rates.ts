/**
 * How many requests somebody may make: counted by account or key, or by address for whoever is nobody. In memory, for
 * each node by itself: it is there to keep one client from taking all, not to be exact.
 */
import type { FastifyReply } from 'fastify';
import { permit, type Rate } from '../policy/rate.ts';
import { sendProblem } from './problem.ts';

export interface Rates {
  somebody: Rate;
  nobody: Rate;
}

export const RATES: Rates = {
  somebody: { burst: 300, everyMs: 50 },
  nobody: { burst: 60, everyMs: 500 },
};

/** Beyond so many, those that are at rest are forgotten. */
const MOST_KNOWN = 10_000;

export class RateLimiter {
  readonly #rates: Rates;
  readonly #tats = new Map<string, number>();

  constructor(rates: Rates) {
    this.#rates = rates;
  }

  /** @returns the answer, if it was refused */
  check(reply: FastifyReply, kind: keyof Rates, name: string, nowMs: number): FastifyReply | undefined {
    const rate = this.#rates[kind];
    const key = `${kind} ${name}`;
    const { allowed, tatMs, remaining, retryAfterMs, resetMs } = permit(
      this.#tats.get(key) ?? 0,
      nowMs,
      rate,
    );
    this.#tats.set(key, tatMs);
    if (this.#tats.size > MOST_KNOWN) this.#forget(nowMs);
    // draft-ietf-httpapi-ratelimit-headers.
    reply.header('ratelimit-policy', `"${kind}";q=${rate.burst};w=${seconds(rate.burst * rate.everyMs)}`);
    reply.header('ratelimit', `"${kind}";r=${remaining};t=${seconds(resetMs)}`);
    if (allowed) return undefined;
    reply.header('retry-after', seconds(retryAfterMs));
    return sendProblem(reply, 'TOO_MANY_REQUESTS', 'Come again after Retry-After seconds.');
  }

  #forget(nowMs: number): void {
    for (const [key, tatMs] of this.#tats) if (tatMs <= nowMs) this.#tats.delete(key);
    // Everybody is busy: better to forget all than to grow without end.
    if (this.#tats.size > MOST_KNOWN) this.#tats.clear();
  }
}

function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}
