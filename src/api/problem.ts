/**
 * What the API says when it cannot do what was asked: RFC 9457 problem documents, each with a stable code
 * (docs/ERRORS.md, a test ties the two together).
 */
import type { FastifyReply } from 'fastify';

/** Code to status and title. */
export const PROBLEMS = {
  BODY_UNREADABLE: [400, 'The body cannot be read'],
  REQUEST_UNREADABLE: [400, 'This is not HTTP as it is read here'],
  QUERY_UNKNOWN: [400, 'The address asks for something that is not known'],
  TOKEN_REFUSED: [401, 'The token is not one of this source'],
  NOT_FOUND: [404, 'There is nothing here'],
  METHOD_NOT_ALLOWED: [405, 'This cannot be done here'],
  REQUEST_TOO_SLOW: [408, 'The request did not come to its end'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  TOO_MANY_EVENTS: [413, 'There are too many events in the body'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'The body is not written in a way that is read here'],
  EVENTS_INVALID: [422, 'Some of what was posted is not right'],
  BACKLOGGED: [429, 'Too much is waiting'],
  HEADERS_TOO_LARGE: [431, 'The headers are too large'],
  INTERNAL: [500, 'Something went wrong here'],
  STORE_UNAVAILABLE: [503, 'The database takes nothing at the moment'],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof PROBLEMS;

export const PROBLEM_TYPE = 'application/problem+json';

/** @returns the status, and the document as text. What is given is as for `sendProblem` */
export function writeProblem(
  code: ProblemCode,
  detail: string,
  more: Readonly<Record<string, unknown>> = {},
): { status: number; text: string } {
  const [status, title] = PROBLEMS[code];
  const type = `urn:callhook:problem:${code.toLowerCase().replaceAll('_', '-')}`;
  return { status, text: JSON.stringify({ type, title, status, code, detail, ...more }) };
}

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
  const { status, text } = writeProblem(code, detail, more);
  return reply.code(status).type(PROBLEM_TYPE).send(text);
}
