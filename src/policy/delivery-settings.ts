/**
 * How messages are delivered to one endpoint: how often a failed one is tried again, how long a message is worth
 * sending, how much the receiver takes at a time. Pure. What an endpoint does not say, the defaults here say.
 */
import type { LegState } from '../call/leg-event.ts';

/** A schedule by its name, or the delays themselves, in milliseconds: one for each retry. */
export type RetrySettings = 'standard' | 'brief' | readonly number[];

export interface DeliverySettings {
  retry?: RetrySettings;
  /** In milliseconds from the commit of the message. */
  expireAfterMs?: Readonly<Partial<Record<LegState, number>>>;
  /** Attempts at once, at most; the operator's own limit counts too. */
  maxAtOnce?: number;
  /** Attempts per second, at most. */
  maxPerSecond?: number;
}

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const LONGEST_MS = 8 * 3_600_000;

const doubling = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, nth) => Math.min(2 ** nth * SECOND_MS, LONGEST_MS));

export const RETRY_PRESETS = {
  /** 1 s, 2 s, 4 s … 4.5 h, then every 8 h: 23 retries over 73 hours. */
  standard: doubling(23),
  /** 1 s, 2 s, 4 s … 34 min: 12 retries over 68 minutes. */
  brief: doubling(12),
} as const;

/** A phone that no longer rings is no news; that a call was made is, for days. */
export const DEFAULT_EXPIRE_AFTER_MS: Readonly<Record<LegState, number>> = {
  TRYING: 30 * SECOND_MS,
  PROCEEDING: 30 * SECOND_MS,
  EARLY: 30 * SECOND_MS,
  CONFIRMED: 3 * DAY_MS,
  TERMINATED: 3 * DAY_MS,
};

export function retryDelaysOf({ retry = 'standard' }: DeliverySettings): readonly number[] {
  return typeof retry === 'string' ? RETRY_PRESETS[retry] : retry;
}

/** How long after its commit a message of this state is worth sending. */
export function expireAfterMsOf({ expireAfterMs }: DeliverySettings, state: LegState): number {
  return expireAfterMs?.[state] ?? DEFAULT_EXPIRE_AFTER_MS[state];
}
