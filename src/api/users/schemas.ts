import { z } from 'zod';
import { id, line } from '../../config/directory-file/shapes.ts';
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
