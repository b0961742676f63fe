/** The HTTP side of the connector: its health pages, where platforms post their events, and the API. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { VERSION } from '../runtime/version.ts';
import type { SourceState } from '../source/source.ts';
import type { Link } from '../store/accounts.ts';
import type { ShownCertificate } from './certificate.ts';
import type { ApiContext } from './context.ts';
import { isIngestKey } from './authentication.ts';
import { PAGE_CSP, docsPage } from './docs-page.ts';
import { eventRoutes, refuseMediaType, type EventsOptions } from './events.ts';
import { LINK_PATHS, linkPage } from './link-page.ts';
import { openApiDocument } from './openapi.ts';
import { boundConnections } from './connections.ts';
import { servePortal } from './portal.ts';
import { Refused, sendProblem } from './problem.ts';
import { publicKeyRoutes } from './public-keys.ts';
import { RateLimiter, RATES, type Rates } from './rates.ts';
import { registerRoutes } from './register.ts';
import { allRoutes } from './routes.ts';
import type { StreamLimits } from './stream/listeners.ts';
import { securityHeaders } from './security-headers.ts';
import { refuseOtherMethods, refuseUnread } from './unread.ts';

/** What the health pages tell. */
export interface HealthSources {
  /** Why the database takes no messages; undefined when it does. */
  databaseProblem(): string | undefined;
  sources(): ReadonlyMap<string, SourceState>;
  metrics: { text(): Promise<string>; readonly contentType: string };
}

export interface ApiOptions {
  health: HealthSources;
  events: EventsOptions;
  context: ApiContext;
  rates?: Rates;
  streams?: StreamLimits;
  requestWithinMs?: number;
  mostConnections?: number;
  /** Addresses and ranges of proxies whose `X-Forwarded-For` is believed. */
  trustedProxies?: readonly string[];
  /** Absent: it speaks in clear. */
  certificate?: Pick<ShownCertificate, 'createServer'>;
  /** The built portal's folder; left out: where the build puts it. */
  portal?: string;
}

/** Ids of users may be long, and each letter three in a path. */
const MOST_PARAMETER = 800;
const REQUEST_ID = /^[\w.:-]{1,100}$/;
/** So long a request may take to come in: a mebibyte over a bad line. */
const REQUEST_WITHIN_MS = 60_000;
/** So long a connection may wait for its next request: longer than a proxy does, or it sends one into nothing. */
const KEEP_ALIVE_MS = 72_000;

/**
 * - `GET /health/live`: 200 while the process runs: restart it otherwise.
 * - `GET /health/ready`: 200 while what comes in is stored, else 503. A phone system that is down is told, but
 *   does not make the connector unready: it still delivers.
 * - `GET /metrics`: for Prometheus (docs/OPERATIONS.md).
 * - `/api/v1/sources/{id}/events`: events.ts.
 * - `/api/v1/…`: routes.ts; `openapi.json` and `docs` tell of it.
 * - Everything else: the portal's pages (portal.ts).
 */
export function createApi(options: ApiOptions): FastifyInstance {
  const { health, events, context, rates = RATES, requestWithinMs = REQUEST_WITHIN_MS } = options;
  const { trustedProxies = [], certificate } = options;
  const hardened = () => securityHeaders(context);
  const limits = {
    requestTimeout: requestWithinMs,
    headersTimeout: requestWithinMs,
    connectionsCheckingInterval: requestWithinMs / 4,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // Refused below: what Node itself answers lacks our headers.
    requireHostHeader: false,
  };
  const closeAll: (() => void)[] = [];
  const api = fastify({
    logger: false,
    forceCloseConnections: true,
    genReqId: requestIdOf,
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    // Twice where `localhost` is two addresses.
    serverFactory(listener) {
      const server = certificate?.createServer(limits, listener) ?? createServer(limits, listener);
      // RFC 9110 section 10.1.1: an expectation that is not known may be ignored.
      server.on('checkExpectation', listener);
      closeAll.push(boundConnections(server, options.mostConnections));
      return server;
    },
    // Only for the address that it tells of itself.
    ...(certificate && { https: {} }),
    clientErrorHandler: (error, socket) => refuseUnread(error, socket, hardened()),
    // A path that cannot be decoded, or is longer than any.
    frameworkErrors: (_error, _request, reply) => void sendNotFound(reply.headers(hardened())),
    routerOptions: { maxParamLength: MOST_PARAMETER },
  });
  api.addHook('onRequest', async (request, reply) => {
    reply.headers(hardened()).header('x-request-id', request.id);
    if (request.headers.host !== undefined || request.raw.httpVersion === '1.0') return;
    return sendProblem(reply, 'REQUEST_UNREADABLE', 'HTTP/1.1 needs a Host header.');
  });
  const portal = servePortal(api, options.portal);
  api.setNotFoundHandler((request, reply) => {
    if (portal?.page(request, reply) !== true) sendNotFound(reply);
  });
  api.setErrorHandler((error, request, reply) => sendError(error, request, reply, events.log));
  // A text is no JSON, whatever it says of itself.
  api.removeContentTypeParser('text/plain');
  healthRoutes(api, health);
  eventRoutes(api, { ...events, isIngestKey: (token) => isIngestKey(token, context) });
  publicKeyRoutes(api, {
    directory: { endpoint: (...asked) => context.store.directory.endpoint(...asked) },
    nowMs: () => context.clock.nowMs(),
  });
  const routes = allRoutes(context, options.streams);
  registerRoutes(api, routes, context, new RateLimiter(rates));
  documentRoutes(api, openApiDocument(routes, VERSION));
  if (portal === undefined) linkPages(api, context);
  // Behind that of the streams, which have their last words before.
  api.addHook('preClose', async () => closeAll.forEach((close) => close()));
  return api;
}

function healthRoutes(api: FastifyInstance, health: HealthSources): void {
  for (const path of ['/health/live', '/health/ready', '/metrics']) {
    refuseOtherMethods(api, path, 'GET', 'HEAD');
  }
  api.get('/health/live', () => ({ status: 'live' }));
  api.get('/health/ready', (_request, reply) => {
    const problem = health.databaseProblem();
    const sources = [...health.sources()].map(([id, state]) => ({ id, ...state }));
    if (problem === undefined) return reply.send({ status: 'ready', sources });
    return reply
      .code(503)
      .send({ status: 'not ready', problem: `The database takes no messages: ${problem}`, sources });
  });
  api.get('/metrics', async (_request, reply) => {
    const { metrics } = health;
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

function documentRoutes(api: FastifyInstance, document: object): void {
  const text = JSON.stringify(document);
  const html = docsPage(document);
  for (const path of ['/api/v1/openapi.json', '/api/v1/docs']) refuseOtherMethods(api, path, 'GET', 'HEAD');
  api.get('/api/v1/openapi.json', (_request, reply) => reply.type('application/json').send(text));
  api.get('/api/v1/docs', (_request, reply) => sendPage(reply, html));
}

function linkPages(api: FastifyInstance, context: ApiContext): void {
  for (const [purpose, path] of Object.entries(LINK_PATHS) as [Link['purpose'], string][]) {
    refuseOtherMethods(api, path, 'GET', 'HEAD');
    api.get(path, (_request, reply) => sendPage(reply, linkPage(purpose, context.publicUrl)));
  }
}

function sendPage(reply: FastifyReply, html: string): FastifyReply {
  return reply.header('content-security-policy', PAGE_CSP).type('text/html; charset=utf-8').send(html);
}

/** One that the client names is kept, so that both logs name the same request. */
function requestIdOf({ headers }: { headers: Record<string, string | string[] | undefined> }): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
}

function sendNotFound(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'NOT_FOUND', 'Is the path right?');
}

/** What was refused, what Fastify itself refuses, and faults of ours. */
function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): FastifyReply {
  // The sender hung up, or was too slow; nobody reads the answer.
  if (!request.raw.complete && request.raw.destroyed) return reply.hijack();
  if (error instanceof Refused) {
    reply.headers(error.headers);
    return sendProblem(reply, error.code, error.detail, error.more);
  }
  if (error instanceof CallhookError && error.code === 'DATABASE_UNAVAILABLE') {
    log.warn({ request: request.id, problem: error.message }, 'a request found no database');
    reply.header('retry-after', 5);
    return sendProblem(
      reply,
      'STORE_UNAVAILABLE',
      'Nothing of this was kept. Try again after Retry-After seconds.',
    );
  }
  switch (systemCodeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return sendProblem(
        reply,
        'BODY_TOO_LARGE',
        `A body has at most ${request.routeOptions.bodyLimit} bytes here. Send it in parts.`,
      );
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return refuseMediaType(reply);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return sendProblem(reply, 'BODY_UNREADABLE', 'The body is not as long as Content-Length says.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return sendProblem(reply, 'BODY_UNREADABLE', 'The body is no JSON.');
    default:
      if (isClientError(error))
        return sendProblem(reply, 'BODY_UNREADABLE', 'The body or the path cannot be read.');
      log.error({ err: error, request: request.id }, 'a request failed by a fault of ours');
      return sendProblem(reply, 'INTERNAL', 'Nothing of this was kept. The log of Callhook says more.');
  }
}

/** What Fastify and its parsers say of bytes that nobody can read. */
function isClientError(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'statusCode' in error && error.statusCode === 400;
}

/** @throws CallhookError `LISTEN_FAILED` @returns the address that it listens on, with the port taken */
export async function listen(api: FastifyInstance, host: string, port: number): Promise<string> {
  try {
    return await api.listen({ host, port });
  } catch (cause) {
    const code = systemCodeOf(cause) ?? 'unknown';
    const advice =
      code === 'EADDRINUSE'
        ? 'Something else listens there already: choose another api_port.'
        : 'Are api_host and api_port right?';
    throw new CallhookError(
      'LISTEN_FAILED',
      `The health page cannot listen on ${host}:${port} (${code}). ${advice}`,
      { cause },
    );
  }
}
