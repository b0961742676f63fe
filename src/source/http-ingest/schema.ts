/**
 * What may be posted, the one place that knows: it checks what comes, and the JSON Schema that is served and lies in
 * docs/schemas/events.json is made of it.
 */
import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { TERMINATION_REASONS } from '../../call/leg-state.ts';
import { readTime, TIME } from './time.ts';

export const LIMITS = { events: 1_000, aliveLegs: 100_000, text: 255 };

// oxlint-disable-next-line no-control-regex -- databases and headers take none of them
const LINE = /^[^\x00-\x1f\x7f-\x9f]*$/;
const TEXT_WANTED = `must be a text of 1 to ${LIMITS.text} characters in one line`;

/** Half a surrogate pair cannot be stored: two different names would become one. No pattern tells it in every language. */
const isWellFormed = (text: string) => text.isWellFormed();

/** `says` leaves what is missing to `wordIssue`. */
const says = (problem: string) => ({
  error: (issue: z.core.$ZodRawIssue) => (issue.input === undefined ? undefined : problem),
});

/** One check that fails is enough: all of a key say the same. */
const once = (problem: string) => ({ error: problem, abort: true });

const name = (description: string) =>
  z
    .string(says(TEXT_WANTED))
    .min(1, once(TEXT_WANTED))
    .max(LIMITS.text, once(TEXT_WANTED))
    .regex(LINE, once(TEXT_WANTED))
    .refine(isWellFormed, TEXT_WANTED)
    .meta({ description });

/** Null or empty means the same as left out: what is put together from variables often writes it so. */
const NOT_KNOWN = 'Left out, null or empty:';

const maybe = (description: string) => {
  const wanted = `must be a text of at most ${LIMITS.text} characters in one line, or left out`;
  return z
    .string(says(wanted))
    .max(LIMITS.text, once(wanted))
    .regex(LINE, once(wanted))
    .refine(isWellFormed, wanted)
    .nullish()
    .meta({ description: `${description} ${NOT_KNOWN} not known.` });
};

const oneOf = <const Words extends readonly string[]>(words: Words) => z.enum(words, says(wordChoice(words)));

const wordChoice = (words: readonly string[]) => `must be one of ${words.join(', ')}`;

const TIME_WANTED =
  'must be a time with its zone, such as 2026-11-23T10:36:19.315+02:00 or 2026-11-23T08:36:19Z';

const at = z
  .union(
    [
      z
        .string()
        .regex(TIME, once(TIME_WANTED))
        .refine((text) => !Number.isNaN(readTime(text)), TIME_WANTED)
        .meta({ format: 'date-time' }),
      z.enum(['']),
      z.null(),
    ],
    TIME_WANTED,
  )
  .optional();

const EVENT = {
  leg: name('Your own id of this leg: one phone’s part of a call. Never used again for another one.'),
  call: name('Your own id of the conversation, the same for all its legs. Read at the leg’s first event.'),
  device: name(
    'The phone: the `address` of a device in the directory. Of other devices nothing is reported.',
  ),
  direction: oneOf(['INCOMING', 'OUTGOING']).meta({ description: 'As the user of the phone sees it.' }),
  state: oneOf(LEG_STATES).meta({
    description:
      'What the leg has reached (RFC 4235). States may be skipped. One that is said again, or comes later than a further one, changes nothing.',
  }),
  at: at.meta({
    description: `When it happened: ISO 8601 with the zone (RFC 3339), after 1970 and at most a day ahead. ${NOT_KNOWN} when it arrives.`,
  }),
  local_number: maybe('The number that the user is called under, or calls from.'),
  remote_number: maybe('The other side’s number: E.164, or as it is written in the organisation’s country.'),
  remote_withheld: z.boolean(says('must be true or false, or left out')).nullish().meta({
    description:
      'True: the other side withholds its number. It is not shown then, also where it is given, nor later until false is said.',
  }),
  reason: z
    .enum([...TERMINATION_REASONS, ''], says(wordChoice(TERMINATION_REASONS)))
    .nullish()
    .meta({
      description: `Only with TERMINATED: why a leg ended that was not answered. ${NOT_KNOWN} CANCELLED. An answered one always ends with HANGUP.`,
    }),
  user_agent: maybe('The phone’s name for itself (SIP User-Agent): tells the device type.'),
};

/** One event. */
export const EVENT_SCHEMA = z
  .strictObject(EVENT, { error: wordObject(EVENT) })
  .refine(({ state, reason }) => state === 'TERMINATED' || !isKnown(reason), {
    path: ['reason'],
    error: 'is allowed with the state TERMINATED only',
  });
export type WireEvent = z.output<typeof EVENT_SCHEMA>;

const ALIVE = {
  legs: z
    .array(name('The `leg` of one that is up.'), says('must be a list of the legs that are up'))
    .max(LIMITS.aliveLegs, `must have at most ${LIMITS.aliveLegs} legs`)
    .meta({ description: 'All legs of this source that are up. Every other open one has ended.' }),
  at: at.meta({
    description: `When the list was made, as in an event: legs that have moved since are left alone. ${NOT_KNOWN} none is.`,
  }),
};

export function isKnown<Text extends string>(text: Text | '' | null | undefined): text is Exclude<Text, ''> {
  return typeof text === 'string' && text !== '';
}

/** The list of legs that are up. */
export const ALIVE_SCHEMA = z.strictObject(ALIVE, { error: wordObject(ALIVE) });

/** Words for what the schemas above do not word themselves. */
export function wordIssue({ input }: z.core.$ZodRawIssue): string {
  return input === undefined ? 'is missing' : 'is not allowed here';
}

function wordObject(shape: object) {
  const known = Object.keys(shape).join(', ');
  return ({ code }: z.core.$ZodRawIssue): string =>
    code === 'unrecognized_keys' ? `is no known key; known are ${known}` : `must be an object with ${known}`;
}

/** The published JSON Schema (draft 2020-12): what `POST …/events` takes, and under `$defs` what `POST …/alive` takes. */
export function publishedSchema(): object {
  const define = (schema: z.ZodType) => {
    const made = z.toJSONSchema(schema, { io: 'input' });
    delete made.$schema;
    return made;
  };
  const ref = { $ref: '#/$defs/event' };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What POST /api/v1/sources/{id}/events takes',
    description: 'One event or a list of events; with application/x-ndjson, one event per line.',
    anyOf: [ref, { type: 'array', items: ref, minItems: 1, maxItems: LIMITS.events }],
    $defs: {
      event: {
        ...define(EVENT_SCHEMA),
        if: { required: ['reason'], properties: { reason: { type: 'string', minLength: 1 } } },
        // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
        then: { properties: { state: { const: 'TERMINATED' } } },
      },
      alive: { title: 'What POST /api/v1/sources/{id}/alive takes', ...define(ALIVE_SCHEMA) },
    },
  };
}
