/**
 * What the API says when it cannot do what was asked: RFC 9457 problem documents, each with a stable code
 * (docs/ERRORS.md, a test ties the two together).
 */
import type { FastifyReply } from 'fastify';

/** Code to status and title. */
export const PROBLEMS = {
  BODY_UNREADABLE: [400, 'The body cannot be read'],
  TOKEN_REFUSED: [401, 'The token is not one of this source'],
  NOT_FOUND: [404, 'There is nothing here'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  TOO_MANY_EVENTS: [413, 'There are too many events in the body'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'The body is not written in a way that is read here'],
  EVENTS_INVALID: [422, 'Some of what was posted is not right'],
  BACKLOGGED: [429, 'Too much is waiting'],
  INTERNAL: [500, 'Something went wrong here'],
  STORE_UNAVAILABLE: [503, 'The database takes nothing at the moment'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

/**
 * Sends a problem document.
 * @param detail what was wrong here and what to do, never what was sent
 * @param more members beside the standard's own
 */
export function sendProblem(
  reply: FastifyReply,
  code: ProblemCode,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  const [status, title] = PROBLEMS[code];
  const type = `urn:callhook:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return reply
    .code(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type, title, status, code, detail, ...more }));
}
