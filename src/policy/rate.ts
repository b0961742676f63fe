/**
 * How often something may be done, by the generic cell rate algorithm: one number per thing, the theoretical arrival
 * time, says it all, so that it can be kept in a row and shared between nodes. Pure.
 */
export interface Rate {
  /** So many at once. */
  burst: number;
  /** Then one in so long. */
  everyMs: number;
}

export interface Permit {
  allowed: boolean;
  /** What to remember. */
  tatMs: number;
  /** How many more at this moment. */
  remaining: number;
  /** Not before, if it was refused. */
  retryAfterMs: number;
  /** Until all of the burst is there again. */
  resetMs: number;
}

/** @param tatMs what was remembered; 0 at first */
export function permit(tatMs: number, nowMs: number, { burst, everyMs }: Rate): Permit {
  const from = Math.max(tatMs, nowMs);
  const toleranceMs = (burst - 1) * everyMs;
  const allowed = from - nowMs <= toleranceMs;
  const next = allowed ? from + everyMs : tatMs;
  const room = Math.floor((toleranceMs + everyMs - (next - nowMs)) / everyMs);
  return {
    allowed,
    tatMs: next,
    remaining: Math.max(0, room),
    retryAfterMs: allowed ? 0 : from - nowMs - toleranceMs,
    resetMs: Math.max(0, next - nowMs),
  };
}
