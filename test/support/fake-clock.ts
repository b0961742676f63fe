/** A clock that stands still until nothing else can happen, then jumps to the next alarm. */
import type { Clock } from '../../src/runtime/clock.ts';

export interface FakeClock extends Clock {
  /** Turns time until `done` says so; fails when nothing is left that could happen. */
  runUntil(done: () => boolean): Promise<void>;
}

/** Turns of the event loop in which nothing new was asked of the clock, after which it jumps. */
const QUIET_TURNS = 12;
/** So many quiet times without any alarm, and nothing will happen any more. */
const MOST_IDLE = 50;

export function createFakeClock(startMs = 1_000): FakeClock {
  let nowMs = startMs;
  const alarms = new Map<() => void, number>();
  return {
    nowMs: () => nowMs,
    sleep: (delayMs, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const ring = () => {
          alarms.delete(ring);
          signal?.removeEventListener('abort', ring);
          resolve();
        };
        signal?.addEventListener('abort', ring, { once: true });
        if (Number.isFinite(delayMs)) alarms.set(ring, nowMs + delayMs);
      }),
    async runUntil(done) {
      let idle = 0;
      for (let jumps = 0; !done(); jumps += 1) {
        for (let turn = 0; turn < QUIET_TURNS && !done(); turn += 1) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (done()) return;
        const [next] = [...alarms].toSorted(([, a], [, b]) => a - b);
        if (next === undefined) {
          // Work may still be under way that needs no clock.
          idle += 1;
          if (idle > MOST_IDLE) throw new Error('nothing is left that could happen');
          continue;
        }
        if (jumps > 100_000) throw new Error('time passes and nothing happens');
        idle = 0;
        nowMs = Math.max(nowMs, next[1]);
        next[0]();
      }
    },
  };
}
