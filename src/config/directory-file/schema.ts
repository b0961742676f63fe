/**
 * The shape of a directory file: what each thing is called, what it may be, what it is when left out. Everything
 * comes as text (yaml-tree.ts). What things say about one another stands in claims.ts.
 */
import { z } from 'zod';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { FUNCTION_KINDS } from '../../policy/organisation.ts';
import { isKnownCountry } from '../../policy/phone-number.ts';
import { endpointShape } from './endpoint-shape.ts';
import { id, line, oneOf, says, strict, wholeNumber, yesOrNo } from './shapes.ts';
import { sourceShape } from './source-kinds.ts';

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
  applies_to: oneOf(['both', 'INCOMING', 'OUTGOING']).default('both'),
});

const user = strict({
  user_id: line,
  email: line.regex(/^[^\s@]+@[^\s@]+$/, 'is no e-mail address').optional(),
  numbers: z.array(line).default([]),
  extensions: z.array(line).default([]),
  devices: z.array(strict({ source: line, address: line, type: oneOf(DEVICE_TYPES).optional() })).default([]),
});

/**
 * @param secrets `ignore`: one that is missing or wrong is left empty
 * @param nowMs client certificates must not have expired by then
 */
export function directoryFileSchema(secrets: 'resolve' | 'ignore', nowMs: number) {
  const source = sourceShape(secrets);
  const endpoint = endpointShape(secrets, nowMs);
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
