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
    since: time,
    advice: z.string().optional().meta({ description: 'What to do, where it is down' }),
    open_legs: z.int(),
  }),
);

export const sourceStateList = answered('SourceStateList', z.strictObject({ items: z.array(sourceState) }));
