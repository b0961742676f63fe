/**
 * Time is an argument here, never taken: whatever needs the time or waits gets a `Clock`, so that a test
 * decides what time it is.
 */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
  /** Resolves after `delayMs`, or at once when `signal` aborts. Never rejects, leaves no timer behind. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      // Node clamps longer timers to 1 ms: cap them instead, the caller looks again anyway.
      const timer = setTimeout(finish, Math.min(delayMs, 2_147_483_647));
      signal?.addEventListener('abort', finish, { once: true });
    }),
};
