import { z } from 'zod';
import { sourceState } from '../sources/schemas.ts';
import { endpointState } from '../endpoint-states/schemas.ts';
import { answered } from '../openapi.ts';
import { time } from '../shapes.ts';

export const overview = answered(
  'Overview',
  z.strictObject({
    version: z.string().meta({ description: 'Of the node that answers' }),
    node: z.string().meta({ description: 'The one that answers' }),
    nodes: z.array(z.strictObject({ id: z.string() })).meta({ description: 'That serve this database' }),
    database: z.strictObject({
      kind: z.enum(['sqlite', 'postgresql']),
      name: z.string().meta({ description: 'The file or the address, without user and password' }),
      problem: z.string().optional().meta({ description: 'Why it takes no messages at the moment' }),
    }),
    open_legs: z.int(),
    sources: z.array(sourceState),
    backlog: z.strictObject({
      messages: z.int(),
      calls: z.int().meta({ description: 'Calls at an endpoint that have something to send' }),
      oldest_since: time.optional(),
    }),
    endpoints: z.strictObject({
      by_state: z
        .record(z.string(), z.int())
        .meta({ description: 'How many are how; a state that none is in is left out' }),
      concerning: z.array(z.strictObject({ organisation: z.string(), ...endpointState.shape })).meta({
        description: 'Those that are not healthy or have messages waiting; at most 200, most waiting first',
      }),
    }),
  }),
);

const setting = answered(
  'Setting',
  z.strictObject({
    name: z.string(),
    value: z
      .union([z.string(), z.number(), z.boolean(), z.array(z.union([z.string(), z.number()]))])
      .optional()
      .meta({ description: 'Absent where it may hold a secret' }),
    secret: z.boolean(),
    set: z.boolean().meta({ description: 'It is not empty' }),
    from: z
      .enum(['default', 'file', 'environment'])
      .optional()
      .meta({ description: 'Absent where that is not known' }),
  }),
);

export const settings = answered('Settings', z.strictObject({ items: z.array(setting) }));

const unknownDevice = answered(
  'UnknownDevice',
  z.strictObject({
    source: z.string(),
    address: z.string(),
    events: z.int().meta({ description: 'Since it was first seen' }),
    first_seen_at: time,
    last_seen_at: time,
  }),
);

export const unknownDevices = answered(
  'UnknownDevices',
  z.strictObject({ items: z.array(unknownDevice).meta({ description: 'Most recently seen first' }) }),
);

const MOST_DEVICES = 1_000;

export const devicesQuery = z.object({
  limit: z.coerce
    .number()
    .int(`must be a whole number from 1 to ${MOST_DEVICES}`)
    .min(1, `must be from 1 to ${MOST_DEVICES}`)
    .max(MOST_DEVICES, `must be from 1 to ${MOST_DEVICES}`)
    .default(MOST_DEVICES)
    .meta({ description: 'How many at most; no more are kept' }),
});
