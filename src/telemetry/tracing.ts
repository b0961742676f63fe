/**
 * Traces for OpenTelemetry: one per message, with a span for each attempt. Without a collector's address this does
 * nothing, and OpenTelemetry's code is not even loaded (it is in otlp-spans.ts).
 */
import type { Logger } from '../runtime/logger.ts';
import type { Tracing } from './traced-attempt.ts';

export interface TracingOptions {
  /** Where OTLP over HTTP is taken; without a path, `/v1/traces`. Empty: no traces. */
  otlpUrl: string;
  version: string;
  log: Logger;
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
