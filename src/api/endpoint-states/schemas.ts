import { z } from 'zod';
import { attemptRecord } from '../messages/schemas.ts';
import { answered } from '../openapi.ts';
import { time } from '../shapes.ts';

export const endpointHealth = answered(
  'EndpointHealth',
  z.strictObject({
    state: z.enum(['healthy', 'failing', 'paused', 'probing', 'recovering', 'disabled']),
    since: time.optional().meta({ description: 'Of the trouble, or of the state' }),
    reason: z.string().optional().meta({ description: 'In words' }),
    disabled_because: z.enum(['failing', 'gone', 'operator']).optional(),
    next_probe_at: time.optional().meta({ description: 'Where it is paused' }),
  }),
);

export const endpointState = answered(
  'EndpointState',
  z.strictObject({
    id: z.string(),
    host: z.string().optional().meta({ description: 'Of its address, without path and query' }),
    health: endpointHealth,
    waiting: z.int().meta({ description: 'Messages that wait' }),
    calls_waiting: z.int().meta({ description: 'Calls that have something to send' }),
    oldest_waiting_since: time.optional(),
    delivered: z.int().meta({ description: 'Since it was made' }),
    expired: z.int(),
    dead: z.int(),
    last_success_at: time
      .optional()
      .meta({ description: 'To ten minutes where the last attempt has failed' }),
    last_attempt: attemptRecord.optional(),
  }),
);

export const endpointStateList = answered(
  'EndpointStateList',
  z.strictObject({ items: z.array(endpointState) }),
);
