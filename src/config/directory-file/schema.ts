/**
 * The shape of a directory file: what each thing is called, what it may be, what it is when left out. Everything
 * comes as text (yaml-tree.ts). What things say about one another stands in claims.ts.
 */
import { isIP } from 'node:net';
import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { decodeSecret } from '../../delivery/signature.ts';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { DEFAULT_STATES, FUNCTION_KINDS } from '../../policy/organisation.ts';
import { isKnownCountry } from '../../policy/phone-number.ts';
import { problemOfUrl } from './endpoint-url.ts';
import { readDuration } from './duration.ts';
import { nearWord } from './near-word.ts';

/** Words for what the schema below does not word itself. */
export function wordIssue({ code, input, expected, path }: z.core.$ZodRawIssue): string {
  if (input === undefined) return typeof path?.at(-1) === 'number' ? EMPTY_ITEM : 'is missing';
  if (code !== 'invalid_type') return 'is not allowed here';
  if (expected === 'array') return 'must be a list, one `- ` per thing or between [ and ]';
  if (expected === 'object' || expected === 'record') return 'must hold `key: value`';
  return 'must be a single value';
}

const EMPTY_ITEM = 'is empty; write what belongs behind the `-`, or take the `-` away';

/** `says` leaves what is missing to `wordIssue`. */
const says = (problem: string) => ({
  error: (issue: z.core.$ZodRawIssue) => (issue.input === undefined ? undefined : problem),
});

/** An object that knows its keys by name. Words unknown ones one per line, in the order of the issue's `keys`. */
function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const known = Object.keys(shape);
  const wordUnknown = (key: string) => {
    const near = nearWord(key, known);
    return `unknown key${near === undefined ? '' : `, did you mean ${near}?`}; known are ${known.join(', ')}`;
  };
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? issue.keys.map(wordUnknown).join('\n') : undefined,
  });
}

function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, {
    error: ({ input }) => (input === undefined ? undefined : wordChoice(input, words)),
  });
}

function wordChoice(input: unknown, words: readonly string[]): string {
  const near = typeof input === 'string' ? nearWord(input, words) : undefined;
  return `must be ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

// oxlint-disable-next-line no-control-regex -- they must not get into a PBX's line protocol or a header
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

const line = z
  .string()
  .min(1, 'is empty')
  .max(255, 'is longer than 255 characters')
  .refine(
    (text) => !CONTROL.test(text) && text.trim() === text,
    'must be one line, no space before or after it',
  );

const DURATION_WANTED = 'must be a time such as 30s, 5m, 8h or 3d';
const LONGEST_DURATION_MS = 365 * 86_400_000;

const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-_.]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, `-`, `_` and `.`, the first a letter or digit',
  );

const yesOrNo = oneOf(['true', 'false']).transform((word) => word === 'true');

const wholeNumber = (least: number, most: number) => {
  const problem = `must be a whole number from ${least} to ${most}`;
  return z
    .string(says(problem))
    .regex(/^\d{1,9}$/, problem)
    .transform(Number)
    .refine((number) => number >= least && number <= most, problem);
};

const numberPrivacy = z.union(
  [z.literal('keep'), z.literal('remove'), strict({ mask: wholeNumber(1, 15) })],
  says('must be keep, remove or { mask: N }, N from 1 to 15 digits'),
);

const privacy = strict({
  remove_local_user_id: yesOrNo.default(false),
  modify_local_number: numberPrivacy.default('keep'),
  remove_local_email: yesOrNo.default(false),
  remove_remote_user_id: yesOrNo.default(false),
  modify_remote_number: numberPrivacy.default('keep'),
  remove_remote_email: yesOrNo.default(false),
  remove_device_type: yesOrNo.default(false),
});

const user = strict({
  user_id: line,
  email: line.regex(/^[^\s@]+@[^\s@]+$/, 'is no e-mail address').optional(),
  numbers: z.array(line).default([]),
  extensions: z.array(line).default([]),
  devices: z.array(strict({ source: line, address: line, type: oneOf(DEVICE_TYPES).optional() })).default([]),
});

const states = z.preprocess(
  (given) => (given === 'all' ? [...LEG_STATES] : given),
  z
    .array(oneOf(LEG_STATES), says(`must be all, or a list of ${LEG_STATES.join(', ')}`))
    .min(1, `is an empty list; name at least one of ${LEG_STATES.join(', ')}, or leave it out`)
    .transform((given) => LEG_STATES.filter((state) => given.includes(state)))
    .default([...DEFAULT_STATES]),
);

const url = z.string().superRefine((text, context) => {
  const problem = problemOfUrl(text);
  if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
});

const endpointSecret = z
  .string()
  .refine(
    (secret) => decodeSecret(secret) !== undefined,
    'must be `whsec_` and base64 of 24 to 64 bytes; leave it out and one is made and shown once',
  )
  .optional();

/** RFC 6750 section 2.1, and long enough not to be guessed. */
const sourceToken = z
  .string()
  .regex(
    /^[A-Za-z0-9._~+/-]{20,255}=*$/,
    'must be 20 to 255 letters, digits and . _ ~ + / -; leave it out and one is made and shown once',
  )
  .optional();

const KINDS = ['ami', 'http'] as const;

/** Of a source with another kind, or with none. */
function wordKind({ code, input }: z.core.$ZodRawIssue): string | undefined {
  if (code !== 'invalid_union' || typeof input !== 'object' || input === null) return undefined;
  const kind: unknown = 'kind' in input ? input.kind : undefined;
  return kind === undefined ? 'is missing' : wordChoice(kind, KINDS);
}

const duration = z
  .string(says(DURATION_WANTED))
  .regex(/^\d{1,6}(ms|s|m|h|d)$/, DURATION_WANTED)
  .transform(readDuration)
  .refine((ms) => ms >= 1 && ms <= LONGEST_DURATION_MS, 'must be from 1 ms to 365 days');

const retry = z
  .union(
    [oneOf(['standard', 'brief']), z.array(duration).max(100, 'has more than 100 delays')],
    says('must be standard, brief, or a list of delays such as [5s, 1m, 1h]'),
  )
  .optional();

const expire = strict(Object.fromEntries(LEG_STATES.map((state) => [state, duration.optional()]))).optional();

const perSecond = z
  .string(says('must be a number of attempts per second'))
  .regex(/^\d{1,5}(\.\d{1,3})?$/, 'must be a number of attempts per second, such as 20 or 0.5')
  .transform(Number)
  .refine((rate) => rate > 0, 'must be more than 0');

/** @param secrets `ignore`: one that is missing or wrong is left empty */
export function directoryFileSchema(secrets: 'resolve' | 'ignore') {
  const ami = strict({
    id,
    kind: z.literal('ami'),
    host: line.refine(isHost, 'must be a host name or an IP address, without a port or a path'),
    port: wholeNumber(1, 65_535).optional(),
    tls: yesOrNo.default(false),
    ca_file: line.optional(),
    username: line,
    secret: secrets === 'resolve' ? line : line.catch(''),
    default_device_type: oneOf(DEVICE_TYPES).default('DESKTOP'),
  });
  const http = strict({
    id,
    kind: z.literal('http'),
    secret: secrets === 'resolve' ? sourceToken : sourceToken.catch(undefined),
    default_device_type: oneOf(DEVICE_TYPES).default('DESKTOP'),
  });
  const source = z.discriminatedUnion('kind', [ami, http], { error: wordKind });
  const endpoint = strict({
    id,
    url,
    secret: secrets === 'resolve' ? endpointSecret : endpointSecret.catch(undefined),
    states,
    retry,
    expire,
    max_at_once: wholeNumber(1, 10_000).optional(),
    max_per_second: perSecond.optional(),
  });
  const organisation = strict({
    id,
    name: line,
    default_country: z
      .string()
      .refine(isKnownCountry, 'must be a country by its two capital letters (ISO 3166), such as FI'),
    privacy: privacy.optional(),
    users: z.array(user).default([]),
    function_numbers: z.array(strict({ number: line, kind: oneOf(FUNCTION_KINDS) })).default([]),
    endpoints: z.array(endpoint).default([]),
  });
  return strict({ sources: z.array(source).optional(), organisations: z.array(organisation).optional() });
}

export type DirectoryFileContent = z.output<ReturnType<typeof directoryFileSchema>>;

function isHost(text: string): boolean {
  return isIP(text) !== 0 || /^[A-Za-z0-9]([A-Za-z0-9._-]{0,251}[A-Za-z0-9])?$/.test(text);
}
