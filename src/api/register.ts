/**
 * Runs the table of routes on Fastify. Each request goes the same way: who is it and how often; may they; is it ours
 * (cross-site); what is given; was it answered before; the route itself. Nothing of a body is read before the first three.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { wordIssue } from '../config/directory-file/shapes.ts';
import { refusal, type Access } from '../policy/access.ts';
import type { By } from '../policy/audit.ts';
import { authenticate, crossSiteProblem } from './authentication.ts';
import { SESSION_TIMES, type ApiContext } from './context.ts';
import { sessionOf } from './cookies.ts';
import { hasTag } from './etag.ts';
import { pointerOf, refuseFields, Refused, type FieldError } from './problem.ts';
import type { RateLimiter } from './rates.ts';
import { writesOf, type Answer, type Given, type Route } from './route.ts';
import { Streams } from './streams.ts';
import { refuseOtherMethods } from './unread.ts';

/** Of one request, in bytes; a route may have its own. */
const BODY_LIMIT = 256 * 1024;
const CLIENT_LENGTH = 200;
const KEY_LENGTH = 255;
/** A request that was begun so long ago and never answered has died with its node. */
const ABANDONED_AFTER_MS = 60_000;

const NOBODY: Access = {
  actor: { kind: 'link', id: 'nobody', name: 'nobody' },
  role: 'viewer',
  mayWrite: false,
};

export function registerRoutes(
  api: FastifyInstance,
  routes: readonly Route[],
  context: ApiContext,
  limiter: RateLimiter,
): void {
  const accesses = new WeakMap<FastifyRequest, Access>();
  const streams = new Streams(api);
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => reaches(route.path, path)).map(({ method }) => method);
    const withHead = methods.includes('GET') ? ['HEAD', ...methods] : methods;
    refuseOtherMethods(api, urlOf(path), ...withHead.toSorted());
  }
  for (const route of routes) {
    api.route({
      method: route.method,
      url: urlOf(route.path),
      bodyLimit: route.bodyLimit ?? BODY_LIMIT,
      async onRequest(request, reply) {
        const { access, byCookie } = await authenticate(request, context);
        const nowMs = context.clock.nowMs();
        const [kind, name] =
          access === undefined ? (['nobody', request.ip] as const) : (['somebody', access.actor.id] as const);
        if (limiter.check(reply, kind, name, nowMs) !== undefined) return reply;
        refuseAccess(route, access, request);
        // Whoever logs in carries no cookie yet: another site must not log them in as somebody else.
        if (
          writesOf(route) &&
          (byCookie || (access === undefined && request.headers.authorization === undefined))
        ) {
          const problem = crossSiteProblem(request, context);
          if (problem !== undefined) throw new Refused('CROSS_SITE', problem);
        }
        if (access !== undefined) accesses.set(request, access);
      },
      handler: (request, reply) =>
        answerTo(route, request, reply, accesses.get(request) ?? NOBODY, { context, streams }),
    });
  }
}

/** A path with a word where another has a parameter is reached by both: `…/users/import` may be a user of that name. */
function reaches(path: string, other: string): boolean {
  const [steps, others] = [path.split('/'), other.split('/')];
  return (
    steps.length === others.length && steps.every((step, at) => step === others[at] || step.startsWith('{'))
  );
}

function urlOf(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

function refuseAccess(route: Route, access: Access | undefined, request: FastifyRequest): void {
  const { organisation: organisationId } = request.params as { organisation?: string };
  switch (refusal(access, route.need, { organisationId, writes: writesOf(route) })) {
    case 'login':
      throw new Refused('LOGIN_NEEDED', 'Log in, or send an API key as `Authorization: Bearer …`.', {
        headers: { 'www-authenticate': 'Bearer' },
      });
    case 'forbidden':
      throw new Refused('FORBIDDEN', 'Your role or your key does not allow this.');
    case 'foreign':
      throw new Refused('NOT_FOUND', 'There is no such organisation.');
    case undefined:
  }
}

async function answerTo(
  route: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  access: Access,
  { context, streams }: { context: ApiContext; streams: Streams },
): Promise<FastifyReply> {
  const given = givenBy(route, request, access, context);
  const key = request.headers['idempotency-key'];
  if (key !== undefined && route.method === 'POST' && writesOf(route) && route.notRepeatable !== true) {
    return once(route, String(key), { request, reply, given, context });
  }
  const answer = await route.handle(given as Given<never, never, never>);
  if (answer.stream === undefined) return send(route, request, reply, answer);
  return streams.send(request, reply.headers(answer.headers ?? {}), answer.stream, () =>
    mayStill(route, request, context),
  );
}

/** Asked again of whoever has asked before, which does not count as their doing something. */
async function mayStill(route: Route, request: FastifyRequest, context: ApiContext): Promise<boolean> {
  const { access } = await authenticate(request, context, { ...SESSION_TIMES, seenEveryMs: Infinity });
  const { organisation: organisationId } = request.params as { organisation?: string };
  return refusal(access, route.need, { organisationId, writes: writesOf(route) }) === undefined;
}

function givenBy(route: Route, request: FastifyRequest, access: Access, context: ApiContext) {
  const errors: FieldError[] = [];
  const read = (from: FieldError['in'], schema: z.ZodType | undefined, value: unknown): unknown => {
    if (schema === undefined) return undefined;
    const result = schema.safeParse(value, { error: wordIssue });
    if (result.success) return result.data;
    errors.push(...result.error.issues.flatMap((issue) => fieldErrors(from, issue)));
    return undefined;
  };
  const params = read('path', route.params, request.params);
  const query = read('query', route.query?.strict(), request.query);
  const body = read('body', route.body, request.body);
  if (errors.length > 0) throw refuseFields(errors);
  const by: By = {
    actor: access.actor,
    address: request.ip,
    client: clientOf(request),
    requestId: request.id,
  };
  return {
    params,
    query,
    body,
    access,
    by,
    nowMs: context.clock.nowMs(),
    address: request.ip,
    ifMatch: request.headers['if-match'],
    lastEventId: lastEventIdOf(request),
    session: sessionOf(request.headers.cookie, context),
  };
}

/** One for each key that is not known. */
function fieldErrors(from: FieldError['in'], issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code !== 'unrecognized_keys') {
    return [{ in: from, pointer: pointerOf(issue.path), message: issue.message }];
  }
  const texts = issue.message.split('\n');
  return issue.keys.map((name, index) => ({
    in: from,
    pointer: pointerOf([...issue.path, name]),
    message: texts[index] ?? 'is not known here',
  }));
}

function lastEventIdOf(request: FastifyRequest): string | undefined {
  const given = request.headers['last-event-id'];
  return typeof given === 'string' ? given : undefined;
}

function clientOf(request: FastifyRequest): string {
  const text = request.headers['user-agent'] ?? '';
  // oxlint-disable-next-line no-control-regex -- it is shown to people
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ').slice(0, CLIENT_LENGTH);
}

interface Exchange {
  request: FastifyRequest;
  reply: FastifyReply;
  given: ReturnType<typeof givenBy>;
  context: ApiContext;
}

/** Does it once for each key, and answers the same again. What failed may be tried again. */
async function once(
  route: Route,
  key: string,
  { request, reply, given, context }: Exchange,
): Promise<FastifyReply> {
  const { accounts } = context.store;
  const { access, nowMs } = given;
  if (key.length === 0 || key.length > KEY_LENGTH) {
    throw new Refused('REQUEST_INVALID', `An Idempotency-Key has 1 to ${KEY_LENGTH} characters.`);
  }
  const actorId = access.actor.id;
  const hash = createHash('sha256')
    .update(JSON.stringify([request.method, request.url, request.body ?? null]))
    .digest('base64url');
  const recalled = await accounts.recall(actorId, key, hash, nowMs, nowMs - ABANDONED_AFTER_MS);
  switch (recalled.state) {
    case 'other':
      throw new Refused(
        'KEY_REUSED',
        'It was used with another path or body. Take a new one for a new request.',
      );
    case 'under-way':
      throw new Refused('REQUEST_UNDER_WAY', 'Its twin is not answered yet. Ask again in a moment.');
    case 'answered':
      reply.header('idempotent-replayed', 'true');
      return reply.code(recalled.status).type('application/json').send(recalled.answer);
    case 'new':
  }
  try {
    const answer = await route.handle(given as Given<never, never, never>);
    const text = JSON.stringify(answer.body ?? null);
    await accounts.remember(actorId, key, answer.status ?? route.answer.status, text);
    return send(route, request, reply, answer);
  } catch (error) {
    await accounts.forgetRequest(actorId, key);
    throw error;
  }
}

function send(
  { answer: { status, media } }: Route,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
): FastifyReply {
  for (const [name, value] of Object.entries(answer.headers ?? {})) reply.header(name, value);
  if (answer.etag !== undefined) {
    reply.header('etag', answer.etag);
    const known = request.headers['if-none-match'];
    if (known !== undefined && request.method !== 'PUT' && hasTag(known, answer.etag))
      return reply.code(304).send();
  }
  reply.code(answer.status ?? status);
  if (answer.lines !== undefined) return reply.type(media ?? 'text/plain').send(Readable.from(answer.lines));
  return answer.body === undefined
    ? reply.send()
    : reply.type('application/json').send(JSON.stringify(answer.body));
}
