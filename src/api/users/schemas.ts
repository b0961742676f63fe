import { z } from 'zod';
import { id, line, oneOf } from '../../config/directory-file/shapes.ts';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { SHAPES } from '../shapes.ts';

export const ofUser = z.object({ organisation: id, user: line });

export const userBody = taken(
  'UserBody',
  SHAPES.user.extend({ user_id: line.optional().meta({ description: 'As in the path' }) }),
);

export const user = answered(
  'User',
  z.strictObject({
    user_id: z.string(),
    email: z.string().optional(),
    numbers: z.array(z.string()).meta({ description: 'Public numbers, E.164; the first is given to others' }),
    extensions: z.array(z.string()).meta({ description: 'Internal numbers' }),
    devices: z.array(
      z.strictObject({ source: z.string(), address: z.string(), type: z.enum(DEVICE_TYPES).optional() }),
    ),
  }),
);

export const userPage = answered('UserPage', pageOf(user));

/** What an import may leave as it is. */
export const IMPORT_FIELDS = ['email', 'numbers', 'extensions', 'devices'] as const;
const MOST_IMPORTED = 10_000;

export const usersImportBody = taken(
  'UsersImportBody',
  z.strictObject({
    users: z
      .array(SHAPES.user)
      .min(1, 'must name one user at least')
      .max(
        MOST_IMPORTED,
        `must be ${MOST_IMPORTED.toLocaleString('en')} users at most; import the others after them`,
      )
      .meta({ description: 'As in the directory file' }),
    fields: z
      .array(oneOf(IMPORT_FIELDS))
      .default([...IMPORT_FIELDS])
      .meta({ description: 'What of users who are there already is set; the rest stays as it is' }),
    dry_run: z.boolean().default(false).meta({ description: 'Only say what would happen' }),
  }),
);

export const usersImported = answered(
  'UsersImported',
  z.strictObject({
    dry_run: z.boolean(),
    created: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    users: z.array(
      z.strictObject({
        user_id: z.string(),
        becomes: z.enum(['created', 'changed', 'unchanged']),
        before: user.optional().meta({ description: 'Of one that is changed' }),
        after: user.optional().meta({ description: 'Of one that is created or changed' }),
      }),
    ),
  }),
);
