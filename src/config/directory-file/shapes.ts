/**
 * What the shapes of a directory file are built of, and the words for what is wrong with them. The API takes the same
 * things as JSON: the same shapes, but for how numbers and yes or no are written.
 */
import { z } from 'zod';
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
export const says = (problem: string) => ({
  error: (issue: z.core.$ZodRawIssue) => (issue.input === undefined ? undefined : problem),
});

/** An object that knows its keys by name. Words unknown ones one per line, in the order of the issue's `keys`. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
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

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return z.enum(words, {
    error: ({ input }) => (input === undefined ? undefined : wordChoice(input, words)),
  });
}

export function wordChoice(input: unknown, words: readonly string[]): string {
  const near = typeof input === 'string' ? nearWord(input, words) : undefined;
  return `must be ${words.length > 1 ? 'one of ' : ''}${words.join(', ')}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** Of a thing with another `kind`, or with none. */
export const wordKind =
  (kinds: readonly string[]) =>
  ({ code, input }: z.core.$ZodRawIssue): string | undefined => {
    if (code !== 'invalid_union' || typeof input !== 'object' || input === null) return undefined;
    const kind: unknown = 'kind' in input ? input.kind : undefined;
    return kind === undefined ? 'is missing' : wordChoice(kind, kinds);
  };

// oxlint-disable-next-line no-control-regex -- they must not get into a PBX's line protocol, a header or a mail
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

export const line = z
  .string()
  .min(1, 'is empty')
  .max(255, 'is longer than 255 characters')
  .refine(
    (text) => !CONTROL.test(text) && text.trim() === text,
    'must be one line, no space before or after it',
  );

export const id = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-_.]{0,62}$/,
    'must be 1 to 63 of a-z, 0-9, `-`, `_` and `.`, the first a letter or digit',
  );

/** `text`: every scalar is a text, as yaml-tree.ts reads them. */
export type Form = 'text' | 'json';

/** Those shapes that depend on how things are written. */
export function leavesOf(form: Form) {
  return form === 'text' ? TEXT_LEAVES : JSON_LEAVES;
}

const wordWhole = (least: number, most: number) => `must be a whole number from ${least} to ${most}`;

const TEXT_LEAVES = {
  yesOrNo: () => oneOf(['true', 'false']).transform((word) => word === 'true'),
  wholeNumber: (least: number, most: number) => {
    const problem = wordWhole(least, most);
    return z
      .string(says(problem))
      .regex(/^\d{1,9}$/, problem)
      .transform(Number)
      .refine((number) => number >= least && number <= most, problem);
  },
  /** Up to 99,999.999. */
  someNumber: (wanted: string, example: string) =>
    z
      .string(says(wanted))
      .regex(/^\d{1,5}(\.\d{1,3})?$/, `${wanted}, ${example}`)
      .transform(Number),
} as const;

const JSON_LEAVES = {
  yesOrNo: () => z.boolean(says('must be true or false')),
  wholeNumber: (least: number, most: number) => {
    const problem = wordWhole(least, most);
    return z.int(says(problem)).min(least, problem).max(most, problem);
  },
  someNumber: (wanted: string, example: string) =>
    z.number(says(wanted)).min(0, `${wanted}, ${example}`).max(99_999.999, `${wanted}, ${example}`),
} as const;

/** How a shape is described to a reader of the API where its own rules do not say it. */
export const DESCRIBED = z.registry<{ json: Readonly<Record<string, unknown>> }>();
