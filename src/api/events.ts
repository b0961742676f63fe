/**
 * Where platforms post their events (docs/sources/http.md). Whatever is answered 202 is on the disk. Who may post is
 * asked before anything of the body is read.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Posted, SharedIngest, Taken } from '../ingest/shared-ingest.ts';
import type { HttpSettings } from '../policy/directory.ts';
import type { Clock } from '../runtime/clock.ts';
import { CallhookError } from '../runtime/errors.ts';
import type { Logger } from '../runtime/logger.ts';
import { TOKEN_PREFIX } from '../runtime/tokens.ts';
import { decodeAlive, decodeEvents, type ItemError } from '../source/http-ingest/decoder.ts';
import type { HttpSources } from '../source/http-ingest/run.ts';
import { publishedSchema } from '../source/http-ingest/schema.ts';
import { bearerOf } from '../source/http-ingest/token.ts';
import { sendProblem } from './problem.ts';
import { refuseOtherMethods } from './unread.ts';

export interface EventsOptions {
  sources: Pick<HttpSources, 'admit' | 'known' | 'hears'>;
  /** Called when events are stored. @param stampedAtMs when the oldest happened, by its own time, if it told one */
  told?(sourceId: string, stampedAtMs: number | undefined): void;
  /** API keys of scope `ingest`, which post events of any of these sources. */
  isIngestKey?(token: string): Promise<boolean>;
  ingest: Pick<SharedIngest, 'take' | 'backlogged' | 'problem'>;
  clock: Clock;
  log: Logger;
}

/** Of one POST, in bytes. A list of legs that are up may be longer. */
const BODY_LIMITS = { events: 1024 * 1024, alive: 8 * 1024 * 1024 };

const FORMS = { 'application/json': 'json', 'application/x-ndjson': 'ndjson' } as const;
/** As many errors as a person reads; the rest is counted. */
const MOST_ERRORS = 100;
/** So long a POST waits for the database before its sender is asked to come again. */
const ANSWER_WITHIN_MS = 10_000;
const RETRY_AFTER_S = { backlogged: 1, store: 5 };

interface Route {
  Params: { id: string };
  Querystring: Readonly<Record<string, unknown>>;
  Body: Buffer | null | undefined;
}

/**
 * - `POST /api/v1/sources/{id}/events`: events as JSON (one or a list) or NDJSON.
 * - `POST /api/v1/sources/{id}/alive`: the legs that are up.
 * - `GET /api/v1/schemas/events.json`: the JSON Schema of both.
 */
export function eventRoutes(api: FastifyInstance, options: EventsOptions): void {
  const schema = JSON.stringify(publishedSchema());
  refuseOtherMethods(api, '/api/v1/schemas/events.json', 'GET', 'HEAD');
  refuseOtherMethods(api, '/api/v1/sources/:id/events', 'POST');
  refuseOtherMethods(api, '/api/v1/sources/:id/alive', 'POST');
  api.get('/api/v1/schemas/events.json', (_request, reply) =>
    reply.type('application/schema+json').send(schema),
  );
  api.register(async (routes) => {
    const admitted = new WeakMap<FastifyRequest, HttpSettings>();
    routes.addHook('onRequest', async (request, reply) => {
      const { id } = request.params as Route['Params'];
      const admission = admit(id, bearerOf(request.headers.authorization), options);
      const source = await inTime(
        admission.catch(() => 'unavailable' as const),
        options.clock,
      );
      if (source === 'unavailable') return storeUnavailable(reply);
      if (source === undefined) return refuseToken(reply);
      admitted.set(request, source);
      if (request.headers['content-encoding'] !== undefined) return refuseMediaType(reply);
      return refuseIfFull(reply, options.ingest);
    });
    // Bodies take their time: what was let in while there was room may be more than there is room for.
    routes.addHook('preHandler', async (_request, reply) => refuseIfFull(reply, options.ingest));
    // The decoder reads the bytes: what is wrong in one line must not hide the others.
    routes.removeAllContentTypeParsers();
    routes.addContentTypeParser(Object.keys(FORMS), { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    );
    routes.post<Route>('/api/v1/sources/:id/events', { bodyLimit: BODY_LIMITS.events }, (request, reply) =>
      takeEvents(request, reply, admitted.get(request)!, options),
    );
    routes.post<Route>('/api/v1/sources/:id/alive', { bodyLimit: BODY_LIMITS.alive }, (request, reply) =>
      takeAlive(request, reply, admitted.get(request)!, options),
    );
  });
}

async function admit(
  sourceId: string,
  token: string,
  { sources, isIngestKey }: EventsOptions,
): Promise<HttpSettings | undefined> {
  const isKey = isIngestKey !== undefined && token.startsWith(TOKEN_PREFIX.key) && (await isIngestKey(token));
  return isKey ? sources.known(sourceId) : sources.admit(sourceId, token);
}

type EventsRequest = FastifyRequest<Route>;

async function takeEvents(
  request: EventsRequest,
  reply: FastifyReply,
  source: HttpSettings,
  options: EventsOptions,
): Promise<FastifyReply> {
  const isAtomic = isAtomicOf(request.query);
  if (isAtomic === undefined) return refuseQuery(reply);
  const form = FORMS[mediaTypeOf(request) as keyof typeof FORMS] ?? 'json';
  const nowMs = options.clock.nowMs();
  const decoded = decodeEvents(bodyOf(request), form, nowMs);
  if ('refused' in decoded) return sendProblem(reply, decoded.refused, decoded.detail);
  const { events, errors } = decoded;
  const wanted = isAtomic && errors.length > 0 ? [] : events;
  const taken = await take({ kind: 'legs', source, events: wanted }, options);
  if (taken === 'unavailable') return storeUnavailable(reply);
  if (taken === undefined) return refuseToken(reply);
  // An event that told no time happened when it arrived.
  const stamps = wanted.flatMap(({ atMs }) => (atMs === nowMs ? [] : [atMs]));
  if (wanted.length > 0) options.told?.(source.id, stamps.length > 0 ? Math.min(...stamps) : undefined);
  const counts = { accepted: taken.moved, unchanged: taken.unchanged, unknown_device: taken.nobodys };
  if (errors.length === 0) return reply.code(202).send(counts);
  const kept = isAtomic ? 'None of them was kept.' : 'The others were kept.';
  return invalid(reply, errors, `Of ${decoded.count} posted, ${wrongOf(errors)} not right. ${kept}`, counts);
}

async function takeAlive(
  request: EventsRequest,
  reply: FastifyReply,
  source: HttpSettings,
  options: EventsOptions,
): Promise<FastifyReply> {
  if (mediaTypeOf(request) !== 'application/json') return refuseMediaType(reply);
  if (Object.keys(request.query).length > 0) return refuseQuery(reply);
  const nowMs = options.clock.nowMs();
  const decoded = decodeAlive(bodyOf(request), nowMs);
  if ('refused' in decoded) return sendProblem(reply, decoded.refused, decoded.detail);
  if ('errors' in decoded) return invalid(reply, decoded.errors, 'The list is not right. Nothing was ended.');
  const { legs, madeAtMs } = decoded;
  const atMs = madeAtMs ?? nowMs;
  const made = madeAtMs === undefined ? {} : { madeAtMs };
  const taken = await take({ kind: 'alive', source, legs, atMs, ...made }, options);
  if (taken === 'unavailable') return storeUnavailable(reply);
  if (taken === undefined) return refuseToken(reply);
  return reply.code(202).send({ ended: taken.moved, open: taken.open });
}

/** @returns undefined if the source was removed meanwhile */
async function take(
  posted: Posted,
  { ingest, sources, clock }: EventsOptions,
): Promise<Taken | undefined | 'unavailable'> {
  if (posted.kind === 'legs' && posted.events.length === 0) {
    return { moved: 0, unchanged: 0, nobodys: 0, open: 0 };
  }
  const taken = await inTime(ingest.take(posted).catch(isAway), clock);
  if (taken !== undefined && taken !== 'unavailable') sources.hears(posted.source.id);
  return taken;
}

/** A database that does not answer keeps no sender waiting. */
async function inTime<T>(answer: Promise<T>, clock: Clock): Promise<T | 'unavailable'> {
  const enough = new AbortController();
  const tooLate = clock.sleep(ANSWER_WITHIN_MS, enough.signal).then(() => 'unavailable' as const);
  return Promise.race([answer, tooLate]).finally(() => enough.abort());
}

/** Given up at a stop, while the database was away. */
function isAway(error: unknown): 'unavailable' {
  if (error instanceof CallhookError) return 'unavailable';
  throw error;
}

function refuseIfFull(reply: FastifyReply, ingest: EventsOptions['ingest']): FastifyReply | undefined {
  if (ingest.problem !== undefined) return storeUnavailable(reply);
  if (!ingest.backlogged) return undefined;
  reply.header('retry-after', RETRY_AFTER_S.backlogged);
  return sendProblem(
    reply,
    'BACKLOGGED',
    'Nothing of this was kept. Post it again after Retry-After seconds.',
  );
}

function storeUnavailable(reply: FastifyReply): FastifyReply {
  reply.header('retry-after', RETRY_AFTER_S.store);
  return sendProblem(
    reply,
    'STORE_UNAVAILABLE',
    'Whether this was kept is not known. Post it again after Retry-After seconds: what was kept is not taken twice.',
  );
}

/** The same whether there is no such source or the token is another one. */
function refuseToken(reply: FastifyReply): FastifyReply {
  reply.header('www-authenticate', 'Bearer realm="callhook"');
  return sendProblem(
    reply,
    'TOKEN_REFUSED',
    'Send `Authorization: Bearer …` with the token of a source of kind http, and that source’s id in the path.',
  );
}

export function refuseMediaType(reply: FastifyReply): FastifyReply {
  return sendProblem(
    reply,
    'MEDIA_TYPE_UNSUPPORTED',
    `Content-Type must be ${Object.keys(FORMS).join(' or ')} (a list of legs that are up: application/json), without Content-Encoding.`,
  );
}

function refuseQuery(reply: FastifyReply): FastifyReply {
  return sendProblem(
    reply,
    'QUERY_UNKNOWN',
    'Events may be posted with ?atomic (or atomic=true, atomic=false), a list of legs that are up with nothing. Nothing was kept.',
  );
}

function invalid(
  reply: FastifyReply,
  errors: readonly ItemError[],
  detail: string,
  more: object = {},
): FastifyReply {
  const shown = errors.slice(0, MOST_ERRORS);
  const leftOff = errors.length - shown.length;
  return sendProblem(reply, 'EVENTS_INVALID', detail, {
    ...more,
    errors: shown,
    ...(leftOff > 0 && { errors_left_off: leftOff }),
  });
}

function wrongOf(errors: readonly ItemError[]): string {
  const count = new Set(errors.map(({ index }) => index)).size;
  return count === 1 ? '1 is' : `${count} are`;
}

/** @returns undefined if more or something else is asked */
function isAtomicOf({ atomic, ...others }: Route['Querystring']): boolean | undefined {
  if (Object.keys(others).length > 0) return undefined;
  if (atomic === undefined || atomic === 'false') return false;
  return atomic === '' || atomic === 'true' ? true : undefined;
}

function mediaTypeOf(request: EventsRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}

/** Empty where there is none. */
function bodyOf(request: EventsRequest): Uint8Array {
  return request.body ?? new Uint8Array();
}
