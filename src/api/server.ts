/** The HTTP side of the connector. For now its health pages; the REST API joins here. */
import { fastify, type FastifyInstance } from 'fastify';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import type { SourceState } from '../source/source.ts';

/** What the health pages tell. */
export interface HealthSources {
  /** Why the database takes no messages; undefined when it does. */
  databaseProblem(): string | undefined;
  sources(): ReadonlyMap<string, SourceState>;
  metrics: { text(): Promise<string>; readonly contentType: string };
}

/**
 * - `GET /health/live`: 200 while the process runs: restart it otherwise.
 * - `GET /health/ready`: 200 while what comes in is stored, else 503. A phone system that is down is told, but
 *   does not make the connector unready: it still delivers.
 * - `GET /metrics`: for Prometheus (docs/OPERATIONS.md).
 */
export function createApi(health: HealthSources): FastifyInstance {
  const api = fastify({ logger: false, forceCloseConnections: true });
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
  return api;
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
