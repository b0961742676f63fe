/** A posted body taken apart into events, each right or with what is wrong of it. Pure. */
import type { z } from 'zod';
import type { LegEvent } from '../../call/leg-event.ts';
import { toLegEvent } from './mapper.ts';
import { ALIVE_SCHEMA, EVENT_SCHEMA, isKnown, LIMITS, wordIssue } from './schema.ts';
import { problemOfTime, readTime } from './time.ts';

/** How a body is written: one JSON text, or one per line. */
export type BodyForm = 'json' | 'ndjson';

/** What is wrong of one item. */
export interface ItemError {
  /** The item's place among those posted, from 0; lines that are empty do not count. */
  index: number;
  /** JSON Pointer (RFC 6901) within the item; empty: the item itself. */
  path: string;
  /** What is wrong and what is allowed, never what was written. */
  detail: string;
}

/** A body that is refused as a whole. */
export type Refusal =
  { refused: 'BODY_UNREADABLE'; detail: string } | { refused: 'TOO_MANY_EVENTS'; detail: string };

export interface DecodedEvents {
  /** How many were posted. */
  count: number;
  events: readonly LegEvent[];
  errors: readonly ItemError[];
}

export interface DecodedAlive {
  legs: ReadonlySet<string>;
  madeAtMs?: number;
}

/** @param nowMs when it arrived: the time of events that tell none */
export function decodeEvents(body: Uint8Array, form: BodyForm, nowMs: number): DecodedEvents | Refusal {
  const text = textOf(body);
  if (text === undefined) return NO_UTF8;
  const items = form === 'ndjson' ? itemsOfLines(text) : itemsOfJson(text);
  if (items === undefined) return NO_JSON;
  if (items.length === 0) return NO_EVENT;
  if (items.length > LIMITS.events) {
    const detail = `There are ${items.length} events in the body; at most ${LIMITS.events} are taken at once.`;
    return { refused: 'TOO_MANY_EVENTS', detail };
  }
  const events: LegEvent[] = [];
  const errors: ItemError[] = [];
  for (const [index, item] of items.entries()) {
    const read = item === BROKEN ? BROKEN_ITEM : readEvent(item, nowMs);
    if ('event' in read) events.push(read.event);
    else for (const problem of read.problems) errors.push({ index, ...problem });
  }
  return { count: items.length, events, errors };
}

/** @returns its errors if the list is not what it should be */
export function decodeAlive(
  body: Uint8Array,
  nowMs: number,
): DecodedAlive | { errors: readonly ItemError[] } | Refusal {
  const text = textOf(body);
  if (text === undefined) return NO_UTF8;
  const value = parsed(text);
  if (value === BROKEN) return NO_JSON;
  const read = readAlive(value, nowMs);
  return 'problems' in read ? { errors: read.problems.map((problem) => ({ index: 0, ...problem })) } : read;
}

/** A line of a recording: an event, or a list of the legs that are up. */
export function decodeLine(
  line: string,
  nowMs: number,
): { event: LegEvent } | DecodedAlive | { problems: readonly Problem[] } {
  const value = parsed(line);
  if (value === BROKEN) return BROKEN_ITEM;
  return typeof value === 'object' && value !== null && 'legs' in value
    ? readAlive(value, nowMs)
    : readEvent(value, nowMs);
}

type Problem = Omit<ItemError, 'index'>;

const NO_UTF8 = { refused: 'BODY_UNREADABLE', detail: 'The body is not UTF-8.' } as const;
const NO_JSON = { refused: 'BODY_UNREADABLE', detail: 'The body is not JSON.' } as const;
const NO_EVENT = { refused: 'BODY_UNREADABLE', detail: 'There is no event in the body.' } as const;

/** Stands for a text that is not JSON. */
const BROKEN = Symbol('not JSON');
const BROKEN_ITEM: { problems: readonly Problem[] } = {
  problems: [{ path: '', detail: 'is not JSON; write one event per line' }],
};

function textOf(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return BROKEN;
  }
}

function itemsOfJson(text: string): readonly unknown[] | undefined {
  const value = parsed(text);
  if (value === BROKEN) return undefined;
  return Array.isArray(value) ? value : [value];
}

function itemsOfLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map(parsed);
}

function readEvent(item: unknown, nowMs: number): { event: LegEvent } | { problems: readonly Problem[] } {
  const result = EVENT_SCHEMA.safeParse(item, { error: wordIssue });
  if (!result.success) return { problems: result.error.issues.flatMap(problemsOf) };
  const event = toLegEvent(result.data, nowMs);
  return 'detail' in event ? { problems: [event] } : { event };
}

function readAlive(value: unknown, nowMs: number): DecodedAlive | { problems: readonly Problem[] } {
  const result = ALIVE_SCHEMA.safeParse(value, { error: wordIssue });
  if (!result.success) return { problems: result.error.issues.flatMap(problemsOf) };
  const { legs, at } = result.data;
  if (!isKnown(at)) return { legs: new Set(legs) };
  const madeAtMs = readTime(at);
  const problem = problemOfTime(madeAtMs, nowMs);
  return problem === undefined ? { legs: new Set(legs), madeAtMs } : { problems: [problem] };
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const steps = issue.path.map(String);
  const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...steps, key]) : [steps];
  return keys.map((path) => ({ path: pointer(path), detail: issue.message }));
}

function pointer(path: readonly string[]): string {
  return path.map((step) => `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
