import { z } from 'zod';
import { id } from '../../config/directory-file/shapes.ts';
import { DEVICE_TYPES } from '../../policy/device-type.ts';
import { answered, taken } from '../openapi.ts';
import { secretOnce, SHAPES, time } from '../shapes.ts';

export const ofSource = z.object({ source: id });

export const sourceBody = taken('SourceBody', SHAPES.source);

const shape = {
  id: z.string(),
  kind: z.enum(['ami', 'esl', 'dialog-info', 'http']),
  host: z.string().optional(),
  port: z.int().optional(),
  tls: z.boolean().optional(),
  transport: z.enum(['udp', 'tcp', 'tls']).optional(),
  listen_host: z.string().optional(),
  listen_port: z.int().optional(),
  expires: z.int().optional(),
  ca_file: z.string().optional(),
  username: z.string().optional(),
  default_device_type: z.enum(DEVICE_TYPES),
};

export const source = answered('Source', z.strictObject(shape));

export const changedSource = answered(
  'ChangedSource',
  z.strictObject({ ...shape, secret: secretOnce.optional() }),
);

export const sourceList = answered('SourceList', z.strictObject({ items: z.array(source) }));

export const sourceState = answered(
  'SourceState',
  z.strictObject({
    id: z.string(),
    status: z.enum(['connecting', 'connected', 'down']),
    since: time.nullable().meta({ description: 'When it became so; null: it was never read' }),
    advice: z.string().optional().meta({ description: 'What to do, where it is down' }),
    open_legs: z.int(),
    last_event_at: time
      .nullable()
      .meta({ description: 'When an event of it was last heard, to some seconds; null: not yet' }),
    lag_ms: z
      .int()
      .nullable()
      .meta({
        description:
          'How long the slowest of the events heard last took, from the time that the phone system gave it until it was ' +
          'stored; null where the phone system gives none',
      }),
    reconnects: z
      .int()
      .meta({ description: 'How often a connection that worked broke since `reconnects_since`' }),
    reconnects_since: time.nullable(),
    last_break: z
      .strictObject({ at: time, reason: z.string() })
      .nullable()
      .meta({ description: 'The last time that a connection broke, and why' }),
  }),
);

export const sourceStateList = answered('SourceStateList', z.strictObject({ items: z.array(sourceState) }));
