/** The HTTP side of the connector: its health pages, and where platforms post their events. */
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import type { SourceState } from '../source/source.ts';
import { BODY_LIMITS, eventRoutes, refuseMediaType, type EventsOptions } from './events.ts';
import { sendProblem } from './problem.ts';
import { publicKeyRoutes, type PublicKeysOptions } from './public-keys.ts';
import { refuseOtherMethods, refuseUnread } from './unread.ts';

/** What the health pages tell. */
export interface HealthSources {
  /** Why the database takes no messages; undefined when it does. */
  databaseProblem(): string | undefined;
  sources(): ReadonlyMap<string, SourceState>;
  metrics: { text(): Promise<string>; readonly contentType: string };
}

/** So long a request may take to come in: a mebibyte over a bad line. */
const REQUEST_WITHIN_MS = 60_000;

/**
 * - `GET /health/live`: 200 while the process runs: restart it otherwise.
 * - `GET /health/ready`: 200 while what comes in is stored, else 503. A phone system that is down is told, but
 *   does not make the connector unready: it still delivers.
 * - `GET /metrics`: for Prometheus (docs/OPERATIONS.md).
 * - `/api/v1/…`: events.ts, public-keys.ts.
 */
export function createApi(
  health: HealthSources,
  events: EventsOptions,
  publicKeys: PublicKeysOptions,
  requestWithinMs = REQUEST_WITHIN_MS,
): FastifyInstance {
  const api = fastify({
    logger: false,
    forceCloseConnections: true,
    requestTimeout: requestWithinMs,
    http: { headersTimeout: requestWithinMs, connectionsCheckingInterval: requestWithinMs / 4 },
    clientErrorHandler: refuseUnread,
    // A path that cannot be decoded, or is longer than any.
    frameworkErrors: (_error, _request, reply) => void sendNotFound(reply),
  });
  api.setNotFoundHandler((_request, reply) => sendNotFound(reply));
  api.setErrorHandler((error, request, reply) => sendError(error, request, reply, events));
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
  eventRoutes(api, events);
  publicKeyRoutes(api, publicKeys);
  return api;
}

function sendNotFound(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'NOT_FOUND', 'Is the path right?');
}

/** What Fastify itself refuses, and faults of ours. */
function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { log }: EventsOptions,
): FastifyReply {
  // The sender hung up, or was too slow; nobody reads the answer.
  if (!request.raw.complete && request.raw.destroyed) return reply.hijack();
  switch (systemCodeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const { events, alive } = BODY_LIMITS;
      return sendProblem(
        reply,
        'BODY_TOO_LARGE',
        `A body of events has at most ${events} bytes, a list of legs that are up ${alive}. Post it in parts.`,
      );
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return refuseMediaType(reply);
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return sendProblem(reply, 'BODY_UNREADABLE', 'The body is not as long as Content-Length says.');
    default:
      log.error({ err: error }, 'a request failed by a fault of ours');
      return sendProblem(reply, 'INTERNAL', 'Nothing of this was kept. The log of Callhook says more.');
  }
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
