import { z } from 'zod';
import { id, line } from '../../config/directory-file/shapes.ts';
import { FUNCTION_KINDS } from '../../policy/organisation.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { SHAPES } from '../shapes.ts';

export const ofFunctionNumber = z.object({ organisation: id, number: line });

export const functionNumberBody = taken(
  'FunctionNumberBody',
  SHAPES.functionNumber.extend({ number: line.optional().meta({ description: 'As in the path' }) }),
);

export const functionNumber = answered(
  'FunctionNumber',
  z.strictObject({ number: z.string(), kind: z.enum(FUNCTION_KINDS) }),
);

export const functionNumberPage = answered('FunctionNumberPage', pageOf(functionNumber));
