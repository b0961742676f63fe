/**
 * Findings as JSON: a stable code with its values, so that a portal can say it in any language, and the same in English.
 * Keys are those of policy/explanation.ts as the API writes them: `beganAtMs` is `began_at`, a time; `forMs` is `for_ms`.
 */
import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import type { Finding } from '../../policy/explanation.ts';
import { inEnglish } from '../../policy/explanation-english.ts';
import { answered } from '../openapi.ts';
import { time, timeText } from '../shapes.ts';

const text = z.string().meta({ description: 'The same in English, times in UTC' });
const states = z.array(z.enum(LEG_STATES));
const milliseconds = z.number();
const trouble = answered(
  'Trouble',
  z
    .strictObject({
      code: z.string().meta({ description: 'docs/ERRORS.md' }),
      status_code: z.int().optional(),
      detail: z.string().optional(),
      attempts: z.int().meta({ description: 'How many failed' }),
    })
    .meta({ description: 'What went wrong in attempts, by the last one that failed' }),
);

function says<Code extends Finding['code'], Shape extends z.ZodRawShape>(
  code: Code,
  description: string,
  shape: Shape,
) {
  return z.strictObject({ code: z.literal(code), text, ...shape }).meta({ description });
}

const at = {
  endpoint: z.string(),
  host: z.string().optional().meta({ description: 'Absent when the endpoint was removed' }),
};

export const finding = answered(
  'Finding',
  z.discriminatedUnion('code', [
    says('leg', 'A leg: whose, which way, how it went. The findings after it are about it', {
      branch_id: z.string(),
      local_user_id: z.string().optional(),
      direction: z.enum(['INCOMING', 'OUTGOING']),
      first_state: z.enum(LEG_STATES),
      began_at: time,
      answered_at: time.optional(),
      ended_at: time.optional(),
      reason: z.string().optional(),
    }),
    says('learnt-late', 'The phone system told of it late', { by_ms: milliseconds }),
    says('function-number', 'The far number is one where no end user sits', {
      number: z.string(),
      kind: z.string(),
    }),
    says('came-late', 'The leg was up before its device came into the directory', {}),
    says('no-endpoint', 'The organisation had no endpoint', {}),
    says('not-asked-for', 'The endpoint asks for other states only', { ...at, asks: states }),
    says('filtered', 'The endpoint’s filter kept it out', at),
    says('delivered', 'At the first attempt', { ...at, states, after_ms: milliseconds }),
    says('delivered-late', 'After attempts that failed', {
      ...at,
      states,
      trouble,
      for_ms: milliseconds,
      at: time,
    }),
    says('retrying', 'It is tried again', { ...at, states, trouble, since: time, next_at: time.optional() }),
    says('held-back', 'Nothing, or next to nothing, is sent to the endpoint at present', {
      ...at,
      states,
      health: z.enum(['paused', 'disabled']),
      trouble: trouble.optional(),
    }),
    says('queued', 'It was not attempted yet, and nothing is wrong', { ...at, states, since: time }),
    says('expired', 'Its time ran out', {
      ...at,
      states,
      trouble: trouble.optional(),
      after_ms: milliseconds,
    }),
    says('dead', 'It will not be attempted any more', { ...at, states, trouble: trouble.optional() }),
  ]),
);

/** @param beganAtMs of the call: times of another day name their day */
export function findingWords(found: Finding, beganAtMs: number) {
  const { code, ...values } = found;
  return { code, text: inEnglish(found, clockFrom(beganAtMs)), ...wordsOf(values) };
}

/** `12:30:01 UTC`, `2026-11-24 08:00:00 UTC` */
function clockFrom(beganAtMs: number) {
  const [today] = timeText(beganAtMs).split('T');
  return (atMs: number): string => {
    const [day, clock = ''] = timeText(atMs).split('T');
    return `${day === today ? '' : `${day} `}${clock.slice(0, 8)} UTC`;
  };
}

function wordsOf(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      if (key === 'endpointId') return ['endpoint', value];
      if (typeof value === 'number' && /(^a|A)tMs$|^sinceMs$/.test(key)) {
        return [snakeCase(key.replace(/Ms$/, '')), timeText(value)];
      }
      const isNested = typeof value === 'object' && value !== null && !Array.isArray(value);
      return [snakeCase(key), isNested ? wordsOf({ ...value }) : value];
    }),
  );
}

function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
