/**
 * Spans, and their way to the collector: `callhook.message` from the phone system's event to the end of the last attempt,
 * under it a `callhook.attempt` each. Attempts are sent as they end; the message's span follows when its last attempt is
 * over, perhaps from another process. A collector that is slow or away costs spans, never a delivery: what does not fit
 * into the queue is dropped.
 */
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type SpanStatus,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BatchSpanProcessor,
  RandomIdGenerator,
  TracerProvider,
  type IdGenerator,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '../runtime/logger.ts';
import { traceIdsOf, type TraceIds } from './trace-ids.ts';
import type { TracedAttempt, Tracing } from './traced-attempt.ts';

/** One export, retries included; so long may a stop wait for it. */
const EXPORT_TIMEOUT_MS = 3_000;

/** @param url where it takes traces, with the path */
export function createOtlpTracing(url: string, { version, log }: { version: string; log: Logger }): Tracing {
  const exporter = tellingOfTrouble(new OTLPTraceExporter({ url, timeoutMillis: EXPORT_TIMEOUT_MS }), log);
  const ids = new GivenIds();
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'callhook', 'service.version': version }),
    spanProcessors: [new BatchSpanProcessor({ exporter, exportTimeoutMillis: 2 * EXPORT_TIMEOUT_MS })],
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
  });
  const tracer = provider.getTracer('callhook', version);

  const attemptSpan = (attempt: TracedAttempt, message: TraceIds, times: Times) => {
    const kind = SpanKind.CLIENT;
    const attributes = { ...subjectOf(attempt), ...resultOf(attempt) };
    const parent = trace.setSpanContext(ROOT_CONTEXT, { ...message, traceFlags: TraceFlags.SAMPLED });
    const span = tracer.startSpan('callhook.attempt', { kind, startTime: times.began, attributes }, parent);
    span.setStatus(statusOf(attempt)).end(times.ended);
  };
  const messageSpan = (attempt: TracedAttempt, message: TraceIds, times: Times) => {
    const kind = SpanKind.PRODUCER;
    const attributes = subjectOf(attempt);
    const span = ids.given(message, () =>
      tracer.startSpan('callhook.message', { kind, startTime: times.began, attributes }, ROOT_CONTEXT),
    );
    span.setStatus(statusOf(attempt)).end(times.ended);
  };

  return {
    attempted(attempt) {
      const { startedAtMs, durationMs, eventAtMs, last, replay } = attempt;
      const message = traceIdsOf(attempt.messageId);
      const ended = new Date(startedAtMs + durationMs);
      attemptSpan(attempt, message, { began: new Date(startedAtMs), ended });
      // The phone system's clock may be ahead of ours.
      const began = new Date(Math.min(eventAtMs, startedAtMs));
      if (last && !replay) messageSpan(attempt, message, { began, ended });
    },
    close: () => provider.shutdown().catch(() => {}),
  };
}

/** Dates, since OpenTelemetry reads a number that is small enough as time since the start of the process. */
interface Times {
  began: Date;
  ended: Date;
}

function subjectOf({ messageId, organisationId, endpointId, sourceId }: TracedAttempt): Attributes {
  return {
    'callhook.message.id': messageId,
    'callhook.organisation.id': organisationId,
    'callhook.endpoint.id': endpointId,
    ...(sourceId === undefined ? {} : { 'callhook.source.id': sourceId }),
  };
}

function resultOf({ number, outcome, statusCode }: TracedAttempt): Attributes {
  return {
    'callhook.attempt.number': number,
    'callhook.attempt.outcome': outcome,
    ...(statusCode === undefined ? {} : { 'http.response.status_code': statusCode }),
  };
}

function statusOf({ outcome }: TracedAttempt): SpanStatus {
  return { code: outcome === 'delivered' ? SpanStatusCode.OK : SpanStatusCode.ERROR };
}

/** Random ids, but for a span that is begun within `given`. */
class GivenIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #given: TraceIds | undefined;

  given<Begun>(ids: TraceIds, begin: () => Begun): Begun {
    this.#given = ids;
    try {
      return begin();
    } finally {
      this.#given = undefined;
    }
  }

  generateTraceId(): string {
    return this.#given?.traceId ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#given?.spanId ?? this.#random.generateSpanId();
  }
}

/** Says once that the collector takes nothing, and once that it does again. Not its words, nor its address. */
function tellingOfTrouble(exporter: SpanExporter, log: Logger): SpanExporter {
  let trouble = false;
  return {
    export(spans, done) {
      exporter.export(spans, (result) => {
        const failed = result.error !== undefined;
        if (failed && !trouble) log.warn('the collector at otlp_url takes no traces; they are dropped');
        if (!failed && trouble) log.info('the collector at otlp_url takes traces again');
        trouble = failed;
        done(result);
      });
    },
    shutdown: () => exporter.shutdown(),
    forceFlush: async () => exporter.forceFlush?.(),
  };
}
