/**
 * When a failed message is tried again: quickly at first, since the call is live, then ever more slowly, for about
 * three days. Pure.
 */

const FIRST_MS = 1_000;
const LONGEST_MS = 8 * 3_600_000;

/** 1 s, 2 s, 4 s … 4.5 h, then every 8 h: 73 hours in all. */
export const RETRY_DELAYS_MS: readonly number[] = Array.from({ length: 23 }, (_, nth) =>
  2 ** nth * FIRST_MS < LONGEST_MS ? 2 ** nth * FIRST_MS : LONGEST_MS,
);

/** A fifth more or less, so that many messages that failed together do not all come again together. */
const JITTER = 0.2;

/**
 * @param attemptsMade 1 after the first attempt
 * @param random 0 (included) to 1 (excluded)
 * @returns undefined when the schedule is over: a dead letter
 */
export function retryDelayMs(attemptsMade: number, random: () => number): number | undefined {
  const delayMs = RETRY_DELAYS_MS[attemptsMade - 1];
  return delayMs === undefined ? undefined : Math.round(delayMs * (1 - JITTER + 2 * JITTER * random()));
}
