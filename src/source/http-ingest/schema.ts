/**
 * What may be posted, the one place that knows: it checks what comes, and the JSON Schema that is served and lies in
 * docs/schemas/events.json is made of it.
 */
import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { TERMINATION_REASONS } from '../../call/leg-state.ts';

export const LIMITS = { events: 1_000, aliveLegs: 100_000, text: 255 };

// oxlint-disable-next-line no-control-regex -- databases and headers take none of them
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const TEXT_WANTED = `must be a text of 1 to ${LIMITS.text} characters in one line`;

/** Half a surrogate pair cannot be stored: two different names would become one. */
const isLine = (text: string) => !CONTROL.test(text) && text.isWellFormed();

/** `says` leaves what is missing to `wordIssue`. */
const says = (problem: string) => ({
  error: (issue: z.core.$ZodRawIssue) => (issue.input === undefined ? undefined : problem),
});

const name = (description: string) =>
  z
    .string(says(TEXT_WANTED))
    .min(1, TEXT_WANTED)
    .max(LIMITS.text, TEXT_WANTED)
    .refine(isLine, TEXT_WANTED)
    .meta({ description });

/** Null or empty means the same as left out: what is put together from variables often writes it so. */
const maybe = (description: string) => {
  const wanted = `must be a text of at most ${LIMITS.text} characters in one line, or left out`;
  return z
    .string(says(wanted))
    .max(LIMITS.text, wanted)
    .refine(isLine, wanted)
    .nullish()
    .meta({ description: `${description} Null or empty: not known.` });
};

const oneOf = <const Words extends readonly string[]>(words: Words) =>
  z.enum(words, says(`must be one of ${words.join(', ')}`));

const at = z.iso.datetime({
  offset: true,
  ...says('must be a time with its zone, such as 2026-11-23T10:36:19.315+02:00 or 2026-11-23T08:36:19Z'),
});

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
  at: at.nullish().meta({
    description: 'When it happened: ISO 8601 with the zone. Left out: when it arrives.',
  }),
  local_number: maybe('The number that the user is called under, or calls from.'),
  remote_number: maybe('The other side’s number: E.164, or as it is written in the organisation’s country.'),
  remote_withheld: z.boolean(says('must be true or false, or left out')).nullish().meta({
    description: 'True: the other side withholds its number. It is not shown then, also where it is given.',
  }),
  reason: oneOf(TERMINATION_REASONS).nullish().meta({
    description:
      'Only with TERMINATED: why a leg ended that was not answered. Left out: CANCELLED. An answered one always ends with HANGUP.',
  }),
  user_agent: maybe('The phone’s name for itself (SIP User-Agent): tells the device type.'),
};

/** One event. */
export const EVENT_SCHEMA = z
  .strictObject(EVENT, { error: wordObject(EVENT) })
  .refine(({ state, reason }) => state === 'TERMINATED' || typeof reason !== 'string', {
    path: ['reason'],
    error: 'is allowed with the state TERMINATED only',
  });
export type WireEvent = z.output<typeof EVENT_SCHEMA>;

const ALIVE = {
  legs: z
    .array(name('The `leg` of one that is up.'), says('must be a list of the legs that are up'))
    .max(LIMITS.aliveLegs, `must have at most ${LIMITS.aliveLegs} legs`)
    .meta({ description: 'All legs of this source that are up. Every other open one has ended.' }),
  at: at.nullish().meta({
    description: 'When the list was made. Given, legs that have moved since are left alone.',
  }),
};

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
    const made = z.toJSONSchema(schema, {
      io: 'input',
      // The pattern that goes with `format: date-time` is ten lines of calendar.
      override: ({ jsonSchema }) => void (jsonSchema.format === 'date-time' && delete jsonSchema.pattern),
    });
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
        if: { required: ['reason'], properties: { reason: { type: 'string' } } },
        // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema
        then: { properties: { state: { const: 'TERMINATED' } } },
      },
      alive: { title: 'What POST /api/v1/sources/{id}/alive takes', ...define(ALIVE_SCHEMA) },
    },
  };
}
