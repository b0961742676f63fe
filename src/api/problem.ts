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
  LOGIN_NEEDED: [401, 'Who are you?'],
  LOGIN_REFUSED: [401, 'The login is refused'],
  FORBIDDEN: [403, 'This is not yours to do'],
  CROSS_SITE: [403, 'The request does not come from this site'],
  NOT_FOUND: [404, 'There is nothing here'],
  METHOD_NOT_ALLOWED: [405, 'This cannot be done here'],
  CONFLICT: [409, 'This does not go together with what is there'],
  REQUEST_UNDER_WAY: [409, 'The same request is being answered'],
  LINK_USED: [410, 'The link is not good any more'],
  CHANGED_MEANWHILE: [412, 'Somebody has changed it meanwhile'],
  REQUEST_TOO_SLOW: [408, 'The request did not come to its end'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  TOO_MANY_EVENTS: [413, 'There are too many events in the body'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'The body is not written in a way that is read here'],
  EVENTS_INVALID: [422, 'Some of what was posted is not right'],
  REQUEST_INVALID: [422, 'Some of what was sent is not right'],
  KEY_REUSED: [422, 'The Idempotency-Key belongs to another request'],
  MATCH_NEEDED: [428, 'What you have read has to be named'],
  BACKLOGGED: [429, 'Too much is waiting'],
  TOO_MANY_REQUESTS: [429, 'Too many requests'],
  TOO_MANY_STREAMS: [429, 'Too many streams are open'],
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

/** Thrown by whatever answers a request: the answer is this problem. */
export class Refused extends Error {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly more: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    { more = {}, headers = {} }: { more?: Record<string, unknown>; headers?: Record<string, string> } = {},
  ) {
    super(detail);
    this.code = code;
    this.detail = detail;
    this.more = more;
    this.headers = headers;
  }
}

/** Of fields that programs shall tell apart from others that are not right (docs/ERRORS.md). */
export const FIELD_CODES = ['DEVICE_NOT_ALLOWED', 'DEVICE_IN_USE'] as const;

/** What is wrong in one field, and what is allowed. Never the value. */
export interface FieldError {
  in: 'body' | 'query' | 'path';
  /** JSON pointer (RFC 6901). */
  pointer: string;
  message: string;
  code?: (typeof FIELD_CODES)[number];
}

const MOST_FIELD_ERRORS = 100;
/** The names of what was sent are said back, so that it is found; whoever sends long ones gets no long answer. */
const MOST_SAID_BACK = { pointer: 200, message: 1_000 };

export function refuseFields(errors: readonly FieldError[]): Refused {
  const shown = errors.slice(0, MOST_FIELD_ERRORS).map(({ pointer, message, ...rest }) => ({
    ...rest,
    pointer: cut(pointer, MOST_SAID_BACK.pointer),
    message: cut(message, MOST_SAID_BACK.message),
  }));
  const detail = shown.length === 1 ? 'One thing is not right: see `errors`.' : 'See `errors` for each.';
  return new Refused('REQUEST_INVALID', `Nothing was changed. ${detail}`, { more: { errors: shown } });
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;
}

/** `['numbers', 0]` → `/numbers/0` */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

export function notThere(what: string): Refused {
  return new Refused('NOT_FOUND', `There is no such ${what}.`);
}
