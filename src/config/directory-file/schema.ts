/**
 * The shape of a directory file: what each thing is called, what it may be, what it is when left out. What things say
 * about one another stands in claims.ts. In the file everything comes as text (yaml-tree.ts); the API takes the same
 * shapes as JSON.
 */
import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { decodeSecret } from '../../delivery/signature.ts';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { DEFAULT_STATES, FUNCTION_KINDS } from '../../policy/organisation.ts';
import { isKnownCountry } from '../../policy/phone-number.ts';
import { problemOfUrl } from './endpoint-url.ts';
import { readDuration } from './duration.ts';
import { DESCRIBED, id, leavesOf, line, oneOf, says, strict, type Form } from './shapes.ts';
import { sourceShape } from './source-kinds.ts';

function privacyShape(form: Form) {
  const { wholeNumber, yesOrNo } = leavesOf(form);
  const numberPrivacy = z.union(
    [z.literal('keep'), z.literal('remove'), strict({ mask: wholeNumber(1, 15) })],
    says('must be keep, remove or { mask: N }, N from 1 to 15 digits'),
  );
  return strict({
    remove_local_user_id: yesOrNo().default(false),
    modify_local_number: numberPrivacy.default('keep'),
    remove_local_email: yesOrNo().default(false),
    remove_remote_user_id: yesOrNo().default(false),
    modify_remote_number: numberPrivacy.default('keep'),
    remove_remote_email: yesOrNo().default(false),
    remove_device_type: yesOrNo().default(false),
  });
}

const user = strict({
  user_id: line,
  email: line.regex(/^[^\s@]+@[^\s@]+$/, 'is no e-mail address').optional(),
  numbers: z.array(line).default([]),
  extensions: z.array(line).default([]),
  devices: z.array(strict({ source: line, address: line, type: oneOf(DEVICE_TYPES).optional() })).default([]),
});

const states = z
  .preprocess(
    (given) => (given === 'all' ? [...LEG_STATES] : given),
    z
      .array(oneOf(LEG_STATES), says(`must be all, or a list of ${LEG_STATES.join(', ')}`))
      .min(1, `is an empty list; name at least one of ${LEG_STATES.join(', ')}, or leave it out`)
      .transform((given) => LEG_STATES.filter((state) => given.includes(state)))
      .default([...DEFAULT_STATES]),
  )
  .register(DESCRIBED, {
    json: {
      anyOf: [{ const: 'all' }, { type: 'array', items: { enum: [...LEG_STATES] }, minItems: 1 }],
      default: [...DEFAULT_STATES],
    },
  });

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

const DURATION_WANTED = 'must be a time such as 30s, 5m, 8h or 3d';
const LONGEST_DURATION_MS = 365 * 86_400_000;

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

/** The things of a directory. @param secrets `ignore`: one that is missing or wrong is left empty */
export function directoryShapes(form: Form, secrets: 'resolve' | 'ignore') {
  const { wholeNumber, someNumber } = leavesOf(form);
  const source = sourceShape(form, secrets);
  const endpoint = strict({
    id,
    url,
    secret: secrets === 'resolve' ? endpointSecret : endpointSecret.catch(undefined),
    states,
    retry,
    expire,
    max_at_once: wholeNumber(1, 10_000).optional(),
    max_per_second: someNumber('must be a number of attempts per second', 'such as 20 or 0.5')
      .refine((rate) => rate > 0, 'must be more than 0')
      .optional(),
  });
  const functionNumber = strict({ number: line, kind: oneOf(FUNCTION_KINDS) });
  const organisation = strict({
    id,
    name: line,
    default_country: z
      .string()
      .refine(isKnownCountry, 'must be a country by its two capital letters (ISO 3166), such as FI'),
    privacy: privacyShape(form).optional(),
    users: z.array(user).default([]),
    function_numbers: z.array(functionNumber).default([]),
    endpoints: z.array(endpoint).default([]),
  });
  return { source, organisation, privacy: privacyShape(form), user, functionNumber, endpoint };
}

export function directoryFileSchema(secrets: 'resolve' | 'ignore') {
  const { source, organisation } = directoryShapes('text', secrets);
  return strict({ sources: z.array(source).optional(), organisations: z.array(organisation).optional() });
}
