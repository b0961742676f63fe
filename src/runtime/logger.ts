/** Structured logs, one JSON line each, on stderr. Nothing here may hold personal data or a secret. */
import { destination, pino, type Logger } from 'pino';

export type { Logger };

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export function createLogger(level: LogLevel): Logger {
  const out = destination(2);
  // A log on a full disk, or whose reader is gone, must not end the calls.
  out.on('error', () => {});
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, out);
}
