/**
 * The shape of a directory file: what each thing is called, what it may be, what it is when left out. What things say
 * about one another stands in claims.ts. In the file everything comes as text (yaml-tree.ts); the API takes the same
 * shapes as JSON.
 */
import { z } from 'zod';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { FUNCTION_KINDS } from '../../policy/organisation.ts';
import { isKnownCountry } from '../../policy/phone-number.ts';
import { checkEndpoint, endpointFields } from './endpoint-shape.ts';
import { id, leavesOf, line, oneOf, says, strict, type Form } from './shapes.ts';
import { sourceShape } from './source-kinds.ts';

/** On one source. */
const MOST_ALLOWED = 1_000;

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
    applies_to: oneOf(['both', 'INCOMING', 'OUTGOING']).default('both'),
  });
}

const allowedDevices = z.union(
  [
    z.literal('all'),
    z.array(
      strict({
        source: id,
        devices: z
          .array(line.regex(/^(\*?[^*]*|[^*]+\*)$/, 'may have `*` at its beginning or at its end, once'))
          .min(1, 'names no device; leave the source out instead')
          .max(
            MOST_ALLOWED,
            `names more than ${MOST_ALLOWED} devices; write what they begin or end with, and \`*\``,
          ),
      }),
    ),
  ],
  says('must be all, or a list of { source, devices }'),
);

const user = strict({
  user_id: line,
  email: line.regex(/^[^\s@]+@[^\s@]+$/, 'is no e-mail address').optional(),
  numbers: z.array(line).default([]),
  extensions: z.array(line).default([]),
  devices: z.array(strict({ source: line, address: line, type: oneOf(DEVICE_TYPES).optional() })).default([]),
});

/**
 * The things of a directory.
 * @param secrets `ignore`: one that is missing or wrong is left empty
 * @param nowMs client certificates must not have expired by then
 */
export function directoryShapes(form: Form, secrets: 'resolve' | 'ignore', nowMs: () => number) {
  const source = sourceShape(form, secrets);
  const endpoint = strict(endpointFields(form, secrets, nowMs)).superRefine(checkEndpoint);
  const functionNumber = strict({ number: line, kind: oneOf(FUNCTION_KINDS) });
  const organisation = strict({
    id,
    name: line,
    default_country: z
      .string()
      .refine(isKnownCountry, 'must be a country by its two capital letters (ISO 3166), such as FI'),
    privacy: privacyShape(form).optional(),
    allowed_devices: allowedDevices.optional(),
    users: z.array(user).default([]),
    function_numbers: z.array(functionNumber).default([]),
    endpoints: z.array(endpoint).default([]),
  });
  return { source, organisation, privacy: privacyShape(form), user, functionNumber, endpoint };
}

export function directoryFileSchema(secrets: 'resolve' | 'ignore', nowMs: number) {
  const { source, organisation } = directoryShapes('text', secrets, () => nowMs);
  return strict({ sources: z.array(source).optional(), organisations: z.array(organisation).optional() });
}
