/**
 * The time that all nodes share: the database's. Asking it for every claim would cost a round trip, so its distance from
 * our own clock is measured now and then. While the database is away the last distance holds.
 */
import type { Database } from './database.ts';

const MEASURE_EVERY_MS = 10_000;
/** The middle one of so many is taken, so that one slow answer does not count. */
const SAMPLES = 3;

export interface SharedClock {
  nowMs(): number;
  stop(): void;
}

export async function startSharedClock(db: Database): Promise<SharedClock> {
  let offsetMs = await measure(db);
  const timer = setInterval(() => {
    measure(db).then(
      (measured) => (offsetMs = measured),
      () => {},
    );
  }, MEASURE_EVERY_MS);
  timer.unref();
  return { nowMs: () => Date.now() + offsetMs, stop: () => clearInterval(timer) };
}

/** By how much the database's clock is ahead of ours: it was read half way between question and answer. */
async function measure(db: Database): Promise<number> {
  const samples: number[] = [];
  for (let i = 0; i < SAMPLES; i += 1) {
    const askedAtMs = Date.now();
    const [row] = await db.query<{ at_ms: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at_ms',
    );
    samples.push((row?.at_ms ?? 0) - (askedAtMs + Date.now()) / 2);
  }
  return Math.round(samples.toSorted((a, b) => a - b)[SAMPLES >> 1] ?? 0);
}
