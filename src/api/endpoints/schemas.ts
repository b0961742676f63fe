import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { checkEndpoint, endpointFields } from '../../config/directory-file/endpoint-shape.ts';
import { id, strict } from '../../config/directory-file/shapes.ts';
import { SIGNINGS } from '../../policy/endpoint-settings.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { secretOnce } from '../shapes.ts';

export const ofEndpoint = z.object({ organisation: id, endpoint: id });

const fields = endpointFields('json', 'resolve', Date.now);

/** What proves who sends holds secrets, so it is not read back: what is left out stays, `null` takes it away. */
const kept = { description: 'Left out: stays as it is. null: taken away' };

const body = strict({
  ...fields,
  id: id.optional().meta({ description: 'As in the path' }),
  authentication: fields.authentication.nullable().meta(kept),
  headers: fields.headers.nullable().meta(kept),
  tls: fields.tls.nullable().meta(kept),
  proves_by: z.unknown().optional().meta({ description: 'As it was read; changes nothing' }),
}).superRefine(checkEndpoint);

export const endpointBody = taken('EndpointBody', body);

const words = z.record(z.string(), z.unknown());

const shape = {
  id: z.string(),
  url: z.string(),
  signing: z.enum(SIGNINGS).optional(),
  states: z.array(z.enum(LEG_STATES)),
  filter: words.optional(),
  payload: z.enum(['standard', 'extended']).optional(),
  retry: z.union([z.enum(['standard', 'brief']), z.array(z.string())]).optional(),
  expire: z.record(z.string(), z.string()).optional(),
  max_at_once: z.int().optional(),
  max_per_second: z.number().optional(),
  proves_by: words
    .optional()
    .meta({ description: 'Authentication, own headers by name, certificates; no secrets' }),
};

export const endpoint = answered('Endpoint', z.strictObject(shape));

export const changedEndpoint = answered(
  'ChangedEndpoint',
  z.strictObject({ ...shape, secret: secretOnce.optional() }),
);

export const endpointPage = answered('EndpointPage', pageOf(endpoint));
