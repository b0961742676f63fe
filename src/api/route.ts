/**
 * A route of the API, as data: what it needs, what it takes and answers, and the function that does it. The table of all
 * routes (routes.ts) is what Fastify runs, what the OpenAPI document is made of, and what the tests walk through, so
 * that none can be forgotten by one of them.
 */
import type { z } from 'zod';
import type { Access, Need } from '../policy/access.ts';
import type { By } from '../policy/audit.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface Given<Params, Query, Body> {
  params: Params;
  query: Query;
  body: Body;
  /** Who asks. */
  access: Access;
  /** The same for the audit. */
  by: By;
  nowMs: number;
  /** The network address that it comes from. */
  address: string;
  /** `If-Match`: what the client has read and wants to change. */
  ifMatch: string | undefined;
  /** `Last-Event-ID`: where a stream broke off. */
  lastEventId: string | undefined;
  /** The session's cookie, if there is one. */
  session: string | undefined;
}

/** What an answer goes out on that has no end of its own. */
export interface Connection {
  /** Aborted when it is over. */
  gone: AbortSignal;
  /** Aborted when the server stops: the text should come to its end. */
  stopping: AbortSignal;
  /** Whether whoever asked would be let in now. */
  mayStill(): Promise<boolean>;
}

export interface Answer {
  /** As JSON. */
  body?: unknown;
  /** Instead of a body: lines, as they come. */
  lines?: AsyncIterable<string>;
  /** Instead of a body: text without an end. A client that takes none of it for `cutAfterMs` is cut off. */
  stream?: { text(connection: Connection): AsyncIterable<string>; cutAfterMs: number };
  /** If it is not the route's usual one: 201 for something new. */
  status?: number;
  etag?: string;
  headers?: Readonly<Record<string, string>>;
}

export interface Route {
  /** The name in the OpenAPI document and of generated clients. */
  operation: string;
  method: Method;
  /** With its parameters in braces. */
  path: string;
  tag: string;
  summary: string;
  /** In Markdown. */
  description?: string;
  need: Need;
  /** False for a POST that changes nothing. */
  writes?: boolean;
  /** The answer is not kept for its `Idempotency-Key`: it is a login, what makes the key's own actor, or does nothing twice by itself. */
  notRepeatable?: true;
  /** One thing that can be changed conditionally, by ETag. */
  conditional?: true;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** In bytes, where it is not the usual one. */
  bodyLimit?: number;
  answer: { status: number; also?: readonly number[]; schema?: z.ZodType; says: string; media?: string };
  handle(given: Given<never, never, never>): Promise<Answer>;
}

type Shape<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;

/** Ties the types of what is given to the schemas. */
export function route<
  Params extends z.ZodObject | undefined = undefined,
  Query extends z.ZodObject | undefined = undefined,
  Body extends z.ZodType | undefined = undefined,
>(
  described: Omit<Route, 'params' | 'query' | 'body' | 'handle'> & {
    params?: Params;
    query?: Query;
    body?: Body;
    handle(given: Given<Shape<Params>, Shape<Query>, Shape<Body>>): Promise<Answer>;
  },
): Route {
  return described as unknown as Route;
}

export function writesOf({ method, writes }: Pick<Route, 'method' | 'writes'>): boolean {
  return writes ?? method !== 'GET';
}
