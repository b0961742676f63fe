/** Traces, against a real server that takes OTLP over HTTP as a collector does. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import test, { type TestContext } from 'node:test';
import { pino } from 'pino';
import { createLogger } from '../../src/runtime/logger.ts';
import { traceIdsOf } from '../../src/telemetry/trace-ids.ts';
import type { TracedAttempt } from '../../src/telemetry/traced-attempt.ts';
import { createTracing } from '../../src/telemetry/tracing.ts';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Record<string, unknown> }[];
  status: { code: number };
}

interface Export {
  resourceSpans: { resource: Pick<Span, 'attributes'>; scopeSpans: { spans: Span[] }[] }[];
}

async function startCollector(t: TestContext) {
  const collector = { url: '', status: 200, paths: [] as (string | undefined)[], exports: [] as Export[] };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      collector.paths.push(request.url);
      if (collector.status === 200) collector.exports.push(JSON.parse(body) as Export);
      response.writeHead(collector.status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  collector.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...collector,
    answer: (status: number) => (collector.status = status),
    spans: () =>
      collector.exports.flatMap(({ resourceSpans }) =>
        resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
      ),
  };
}

const log = createLogger('silent');
const ID = 'msg_mwdkqQ1EHDXUjBXj3oCXRw';
// Long before this process began.
const EVENT_AT_MS = Date.parse('2026-01-02T03:04:05.006Z');

function anAttempt(changes: Partial<TracedAttempt> = {}): TracedAttempt {
  return {
    messageId: ID,
    organisationId: 'acme',
    endpointId: 'crm',
    sourceId: 'office-pbx',
    eventAtMs: EVENT_AT_MS,
    startedAtMs: EVENT_AT_MS + 10,
    durationMs: 25,
    number: 1,
    outcome: 'delivered',
    statusCode: 204,
    last: true,
    replay: false,
    ...changes,
  };
}

const FAILED = { outcome: 'receiver_error', statusCode: 503, last: false } as const;

function attributesOf({ attributes }: Pick<Span, 'attributes'>): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

function nanos(ms: number): string {
  return String(BigInt(ms) * 1_000_000n);
}

test('a message is one trace: its own span from the event to the last attempt, and one for each attempt', async (t) => {
  const collector = await startCollector(t);
  const tracing = await createTracing({ otlpUrl: collector.url, version: '1.2.3', log });
  tracing.attempted(anAttempt(FAILED));
  tracing.attempted(anAttempt({ number: 2, startedAtMs: EVENT_AT_MS + 1_000, durationMs: 40 }));
  await tracing.close();

  assert.deepEqual(collector.paths, ['/v1/traces']);
  const [first, second, message] = collector.spans();
  const { traceId, spanId } = traceIdsOf(ID);
  assert.deepEqual([message?.traceId, message?.spanId, message?.parentSpanId], [traceId, spanId, undefined]);
  for (const attempt of [first, second]) {
    assert.deepEqual([attempt?.traceId, attempt?.parentSpanId], [traceId, spanId]);
  }
  assert.deepEqual(
    [message, first, second].map((span) => [span?.name, span?.startTimeUnixNano, span?.endTimeUnixNano]),
    [
      ['callhook.message', nanos(EVENT_AT_MS), nanos(EVENT_AT_MS + 1_040)],
      ['callhook.attempt', nanos(EVENT_AT_MS + 10), nanos(EVENT_AT_MS + 35)],
      ['callhook.attempt', nanos(EVENT_AT_MS + 1_000), nanos(EVENT_AT_MS + 1_040)],
    ],
  );
  assert.deepEqual(
    [message, first, second].map((span) => span?.status.code),
    [1, 2, 1],
  );
});

test('spans hold ids, outcome and status, and nothing else', async (t) => {
  const collector = await startCollector(t);
  const tracing = await createTracing({ otlpUrl: `${collector.url}/own/path`, version: '1.2.3', log });
  tracing.attempted(anAttempt(FAILED));
  await tracing.close();
  assert.deepEqual(collector.paths, ['/own/path']);
  assert.deepEqual(collector.spans().map(attributesOf), [
    {
      'callhook.message.id': ID,
      'callhook.organisation.id': 'acme',
      'callhook.endpoint.id': 'crm',
      'callhook.source.id': 'office-pbx',
      'callhook.attempt.number': 1,
      'callhook.attempt.outcome': 'receiver_error',
      'http.response.status_code': 503,
    },
  ]);
  const resource = collector.exports[0]?.resourceSpans[0]?.resource;
  assert.ok(resource);
  assert.deepEqual(attributesOf(resource), { 'service.name': 'callhook', 'service.version': '1.2.3' });
});

test('attempts of different processes join one trace', async (t) => {
  const collector = await startCollector(t);
  for (const last of [false, true]) {
    const tracing = await createTracing({ otlpUrl: collector.url, version: '1.2.3', log });
    tracing.attempted(anAttempt({ last }));
    await tracing.close();
  }
  const spans = collector.spans();
  assert.equal(spans.length, 3);
  assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 3);
});

test('another message is another trace, and a replay joins that of its message', async (t) => {
  const collector = await startCollector(t);
  const tracing = await createTracing({ otlpUrl: collector.url, version: '1.2.3', log });
  tracing.attempted(anAttempt({ number: 24, replay: true }));
  tracing.attempted(anAttempt({ messageId: 'msg_another', last: false }));
  await tracing.close();
  const [again, other] = collector.spans();
  assert.equal(collector.spans().length, 2);
  assert.equal(again?.traceId, traceIdsOf(ID).traceId);
  assert.equal(other?.traceId, traceIdsOf('msg_another').traceId);
  assert.notEqual(again?.traceId, other?.traceId);
});

function listening() {
  const lines: string[] = [];
  const said = new Writable({
    write: (line: Buffer, _encoding, done) => {
      lines.push(line.toString());
      done();
    },
  });
  return { lines, log: pino({ base: null }, said) };
}

test('a collector that refuses is told once, without its address, and keeps nothing from stopping', async (t) => {
  const collector = await startCollector(t);
  collector.answer(400);
  const { lines, log: heard } = listening();
  const otlpUrl = collector.url.replace('http://', 'http://callhook:hunter2@');
  const tracing = await createTracing({ otlpUrl, version: '1.2.3', log: heard });
  for (let number = 1; number <= 1_200; number += 1) tracing.attempted(anAttempt({ ...FAILED, number }));
  await tracing.close();
  assert.ok(collector.paths.length > 1, 'several exports failed');
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /takes no traces/);
  assert.doesNotMatch(lines[0] ?? '', /hunter2|127\.0\.0\.1/);
});

test('a collector that is away is given up at a stop', async () => {
  const { lines, log: heard } = listening();
  const tracing = await createTracing({ otlpUrl: 'http://127.0.0.1:1', version: '1.2.3', log: heard });
  tracing.attempted(anAttempt());
  const beganAtMs = Date.now();
  await tracing.close();
  assert.ok(Date.now() - beganAtMs < 10_000);
  assert.equal(lines.length, 1);
});

test('without a collector nothing of OpenTelemetry is loaded', async () => {
  const asked: string[] = [];
  const hooks = registerHooks({
    resolve: (name, context, next) => {
      asked.push(name);
      return next(name, context);
    },
  });
  try {
    const fresh = (await import(`../../src/telemetry/tracing.ts?${Math.random()}`)) as {
      createTracing: typeof createTracing;
    };
    const tracing = await fresh.createTracing({ otlpUrl: '', version: '1.2.3', log });
    tracing.attempted(anAttempt());
    await tracing.close();
    assert.deepEqual(asked.slice(1), []);
    await fresh.createTracing({ otlpUrl: 'http://127.0.0.1:1', version: '1.2.3', log });
    assert.deepEqual(asked.slice(1), ['./otlp-spans.ts']);
  } finally {
    hooks.deregister();
  }
});
