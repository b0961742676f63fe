/**
 * Traces for OpenTelemetry: one per message, with a span for each attempt. Without a collector's address this does
 * nothing, and OpenTelemetry's code is not even loaded (it is in otlp-spans.ts).
 */
import type { Logger } from '../runtime/logger.ts';

export interface Tracing {
  /** Notes an attempt that has ended. Never throws, never waits. */
  attempted(attempt: TracedAttempt): void;
  /** Sends what is left, within some seconds. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** Where OTLP over HTTP is taken; without a path, `/v1/traces`. Empty: no traces. */
  otlpUrl: string;
  version: string;
  log: Logger;
}

/** Ids and times only: never a number, a user or an address. */
export interface TracedAttempt {
  messageId: string;
  organisationId: string;
  endpointId: string;
  sourceId?: string;
  /** When the phone system says that it happened: the trace begins there. */
  eventAtMs: number;
  startedAtMs: number;
  durationMs: number;
  /** 1 for the first. */
  number: number;
  /** `delivered` or the failure's stable code. */
  outcome: string;
  statusCode?: number;
  /** No other attempt follows: it was delivered, or is a dead letter. The message's own span ends with it. */
  last: boolean;
  /** It was finished before and is sent again: its message's span was sent then. */
  replay: boolean;
}

export async function createTracing({ otlpUrl, version, log }: TracingOptions): Promise<Tracing> {
  if (otlpUrl === '') return { attempted: () => {}, close: async () => {} };
  const { createOtlpTracing } = await import('./otlp-spans.ts');
  return createOtlpTracing(tracesUrl(otlpUrl), { version, log });
}

/** The specification's path for traces (OTLP, "OTLP/HTTP Request"), where the operator names none. */
function tracesUrl(text: string): string {
  const url = new URL(text);
  if (url.pathname === '/') url.pathname = '/v1/traces';
  return url.href;
}
