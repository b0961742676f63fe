import { z } from 'zod';
import { id } from '../../config/directory-file/shapes.ts';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { FUNCTION_KINDS } from '../../policy/organisation.ts';
import { answered, taken } from '../openapi.ts';
import { SHAPES } from '../shapes.ts';

const body = z.strictObject({
  settings: SHAPES.source
    .optional()
    .meta({ description: 'Instead of what is stored; without a `secret`, the stored one' }),
  organisation: id.optional().meta({ description: 'Whose people the phones are that nobody has' }),
});

export const inspectBody = taken('InspectBody', body);
export type InspectBody = z.output<typeof body>;

const check = z.strictObject({
  about: z.string().meta({ description: 'One or two words: `login`' }),
  is: z.enum(['fine', 'improvable', 'wrong']).meta({ description: '`wrong`: it cannot work like this' }),
  says: z.string(),
  advice: z.array(z.string()).optional().meta({ description: 'What to do, line by line' }),
});

const person = z.strictObject({
  user_id: z.string(),
  names: z.array(z.string()).meta({ description: 'As the phone system has them' }),
  numbers: z.array(z.string()),
  extensions: z.array(z.string()),
  devices: z.array(z.strictObject({ address: z.string(), type: z.enum(DEVICE_TYPES).optional() })),
});

export const inspection = answered(
  'Inspection',
  z.strictObject({
    system: z.string().meta({ description: '`Asterisk 22.10.1`, as far as it is known' }),
    checks: z.array(check),
    phones: z
      .strictObject({
        known: z.int().meta({ description: 'In a directory' }),
        unknown: z.int().meta({ description: 'In none: their calls are not reported' }),
        trunks: z.int().meta({ description: 'Probably ways to other phone systems' }),
        missing: z.array(z.string()).meta({ description: 'In a directory, but not on the phone system' }),
      })
      .optional()
      .meta({ description: 'Absent where the phone system does not tell them' }),
    people: z.array(person).optional().meta({ description: 'Phones in no directory, as users' }),
    function_numbers: z.array(
      z.strictObject({ number: z.string(), kind: z.enum(FUNCTION_KINDS), because: z.string() }),
    ),
  }),
);
