import { z } from 'zod';
import { id } from '../../config/directory-file/shapes.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { SHAPES } from '../shapes.ts';

const { name, default_country, allowed_devices } = SHAPES.organisation.shape;

export const organisationBody = taken(
  'OrganisationBody',
  z.strictObject({
    id: id.optional().meta({ description: 'As in the path' }),
    name,
    default_country,
    allowed_devices: allowed_devices.meta({
      description:
        'Which devices its own administrators may add: `all`, or those listed, each an address or with `*` at its beginning ' +
        'or end. Left out: as it is; none of a new organisation',
    }),
  }),
);

export const organisation = answered(
  'Organisation',
  z.strictObject({
    id: z.string(),
    name: z.string(),
    default_country: z.string(),
    allowed_devices: z
      .union([
        z.literal('all'),
        z.array(z.strictObject({ source: z.string(), devices: z.array(z.string()) })),
      ])
      .meta({ description: 'Which devices its own administrators may add' }),
  }),
);

export const organisationPage = answered('OrganisationPage', pageOf(organisation));

export const privacyBody = taken('PrivacyBody', SHAPES.privacy);

const numberPrivacy = z.union([
  z.enum(['keep', 'remove']),
  z.strictObject({ mask: z.int().min(1).max(15).meta({ description: 'Digits to mask' }) }),
]);

export const privacy = answered(
  'Privacy',
  z.strictObject({
    remove_local_user_id: z.boolean(),
    modify_local_number: numberPrivacy,
    remove_local_email: z.boolean(),
    remove_remote_user_id: z.boolean(),
    modify_remote_number: numberPrivacy,
    remove_remote_email: z.boolean(),
    remove_device_type: z.boolean(),
    applies_to: z.enum(['both', 'INCOMING', 'OUTGOING']),
  }),
);

const event = z.looseObject({ call_id: z.string(), state: z.string(), direction: z.string() });

export const preview = answered(
  'PrivacyPreview',
  z.strictObject({
    before: z.array(event).meta({ description: 'What would leave if everything were shared' }),
    after: z.array(event).meta({ description: 'What would leave with these settings' }),
  }),
);
