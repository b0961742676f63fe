/** When a failed message is tried again, and what its failing tells of the receiver. Pure. */
import { retryDelaysOf, type DeliverySettings } from '../policy/delivery-settings.ts';
import type { Signal } from '../policy/endpoint-health.ts';
import type { Claim, NextStep } from '../store/store.ts';
import type { Failure, Outcome } from './outcome.ts';

/** A fifth more or less, so that many messages that failed together do not all come again together. */
const JITTER = 0.2;

/**
 * @param retriesUsed 0 after the first attempt
 * @param random 0 (included) to 1 (excluded)
 * @returns undefined when the schedule is over: a dead letter
 */
export function retryDelayMs(
  settings: DeliverySettings,
  retriesUsed: number,
  random: () => number,
): number | undefined {
  const delayMs = retryDelaysOf(settings)[retriesUsed];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 - JITTER + 2 * JITTER * random()));
}

/** A 429 without Retry-After: how long the endpoint is left alone. */
const THROTTLED_MS = 5_000;
/** A receiver can ask for less than a second or for years: within these bounds it is heard. */
const RETRY_AFTER_MS = { least: 1_000, most: 3_600_000 };
/** A message whose endpoint is paused waits for the probe; then it is its turn at once. */
const AFTER_PROBE_MS = 1_000;

/** What an outcome tells of the receiver. A message that it does not accept shows that it is there. */
export function signalOf(outcome: Outcome, nowMs: number): Signal {
  if (outcome.ok) return { kind: 'answered' };
  switch (outcome.code) {
    case 'refused_message':
      return { kind: 'answered' };
    case 'claim_lapsed':
      return { kind: 'none' };
    case 'gone':
      return { kind: 'gone', reason: outcome.detail };
    case 'rate_limited':
      return { kind: 'throttled', untilMs: nowMs + (askedMs(outcome) ?? THROTTLED_MS) };
    default:
      return { kind: 'failed', reason: outcome.detail };
  }
}

/** What becomes of the message. */
export function nextStep(
  claim: Pick<Claim, 'endpoint' | 'retriesUsed' | 'probe'>,
  outcome: Outcome,
  nowMs: number,
  random: () => number,
): NextStep {
  if (outcome.ok) return { kind: 'delivered' };
  const atLeastMs = askedMs(outcome) ?? 0;
  const later = (delayMs: number, usesRetry: boolean): NextStep => ({
    kind: 'later',
    dueAtMs: Math.round(nowMs + Math.max(delayMs, atLeastMs)),
    usesRetry,
  });
  // These say nothing of the message, so its own schedule does not pay for them. It still expires.
  if (outcome.code === 'rate_limited') return later(THROTTLED_MS, false);
  if (outcome.code === 'gone') return later(AFTER_PROBE_MS, false);
  if (claim.probe && outcome.code !== 'refused_message') return later(AFTER_PROBE_MS, false);
  const delayMs = retryDelayMs(claim.endpoint.delivery, claim.retriesUsed, random);
  return delayMs === undefined ? { kind: 'dead' } : later(delayMs, true);
}

function askedMs({ retryAfterMs }: Failure): number | undefined {
  if (retryAfterMs === undefined) return undefined;
  return Math.min(Math.max(retryAfterMs, RETRY_AFTER_MS.least), RETRY_AFTER_MS.most);
}
