import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { id } from '../../config/directory-file/shapes.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { secretOnce, SHAPES } from '../shapes.ts';

export const ofEndpoint = z.object({ organisation: id, endpoint: id });

export const endpointBody = taken(
  'EndpointBody',
  SHAPES.endpoint.extend({ id: id.optional().meta({ description: 'As in the path' }) }),
);

const shape = {
  id: z.string(),
  url: z.string(),
  states: z.array(z.enum(LEG_STATES)),
  retry: z.union([z.enum(['standard', 'brief']), z.array(z.string())]).optional(),
  expire: z.record(z.string(), z.string()).optional(),
  max_at_once: z.int().optional(),
  max_per_second: z.number().optional(),
};

export const endpoint = answered('Endpoint', z.strictObject(shape));

export const changedEndpoint = answered(
  'ChangedEndpoint',
  z.strictObject({ ...shape, secret: secretOnce.optional() }),
);

export const endpointPage = answered('EndpointPage', pageOf(endpoint));
