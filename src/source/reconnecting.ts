/**
 * What every source does that holds a connection to its PBX: follow it, say so when it breaks, wait, begin again.
 */
import type { Clock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import type { SourceSink } from './source.ts';

export interface ReconnectTimes {
  firstRetryMs: number;
  mostRetryMs: number;
  /** After a refused login: quick tries would look like an attack and lock the address out. */
  refusedRetryMs: number;
}

export const RECONNECT_TIMES: ReconnectTimes = {
  firstRetryMs: 500,
  mostRetryMs: 30_000,
  refusedRetryMs: 60_000,
};

export interface ReconnectOptions {
  /**
   * One connection's life: resolves when it ends by itself, rejects with a CallhookError where something must be said.
   * @param connected to be called once it works: then the next failure is a first one again
   */
  follow(connected: () => void): Promise<void>;
  /** What is said of a connection that ended by itself. */
  closed: string;
  times: ReconnectTimes;
  clock: Clock;
  random: () => number;
  log: Logger;
  sink: SourceSink;
}

/** Runs until `signal` aborts. Rejects only for a fault of ours. */
export async function keepConnected(options: ReconnectOptions, signal: AbortSignal): Promise<void> {
  const { follow, closed, times, clock, random, log, sink } = options;
  let failures = 0;
  while (!signal.aborted) {
    sink.state({ status: 'connecting' });
    let advice = closed;
    let retryInMs: number | undefined;
    try {
      await follow(() => (failures = 0));
    } catch (error) {
      if (!(error instanceof CallhookError)) throw error;
      advice = error.message;
      if (error.code === 'SOURCE_LOGIN_REFUSED') retryInMs = times.refusedRetryMs;
    }
    if (signal.aborted) return;
    retryInMs ??= Math.min(times.firstRetryMs * 2 ** failures, times.mostRetryMs) * (0.8 + 0.4 * random());
    failures += 1;
    log.warn({ advice, retryInMs: Math.round(retryInMs) }, 'source down');
    sink.state({ status: 'down', advice, retryInMs });
    await clock.sleep(retryInMs, signal);
  }
}
