/** Structured logs, one JSON line each, on stderr. Nothing here may hold personal data or a secret. */
import { destination, pino, type Logger } from 'pino';
import { systemCodeOf } from './errors.ts';

export type { Logger };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * What is logged of a fault: nothing that others hung on it. PostgreSQL's errors hold the row that they are about, with its
 * telephone numbers.
 */
export function describeFault(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name: type, message, stack } = error;
  return { type, message, code: systemCodeOf(error), stack };
}

export function createLogger(level: LogLevel): Logger {
  const out = destination(2);
  // A log on a full disk, or whose reader is gone, must not end the calls.
  out.on('error', () => {});
  const serializers = { err: describeFault };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, serializers }, out);
}
