import { z } from 'zod';
import { refusal } from '../calls/schemas.ts';
import { endpointHealth } from '../endpoint-states/schemas.ts';
import { attemptRecord, event } from '../messages/schemas.ts';
import { answered } from '../openapi.ts';
import { time } from '../shapes.ts';

/** Longer than any place of ours: it names the transactions that are under way. */
const LONGEST_PLACE = 8_000;

export const streamQuery = z.object({
  last_event_id: z
    .string()
    .max(LONGEST_PLACE)
    .optional()
    .meta({ description: 'Go on behind this event, where `Last-Event-ID` cannot be sent' }),
});

const at = time.meta({ description: 'When it was kept' });

const step = answered(
  'StreamStep',
  z.strictObject({
    at,
    event,
    sent_to: z.array(z.string()).meta({ description: 'Endpoints that a message was made for' }),
    refusals: z.array(refusal).meta({ description: 'Endpoints that get none of it, and why' }),
    came_late: z.boolean().meta({ description: 'The leg was up before its device came into the directory' }),
  }),
);

const ofMessage = {
  at,
  message_id: z.string().meta({ description: 'The `webhook-id`' }),
  endpoint: z.string(),
  call_id: z.string(),
  seq_num: z.int(),
};

const message = answered('StreamMessage', z.strictObject({ ...ofMessage, event }));

const attempt = answered(
  'StreamAttempt',
  z.strictObject({
    ...ofMessage,
    number: z.int().meta({ description: '1, 2, 3 …' }),
    ...attemptRecord.shape,
  }),
);

const finished = answered(
  'StreamFinished',
  z.strictObject({ ...ofMessage, outcome: z.enum(['delivered', 'expired', 'dead']) }),
);

const health = answered(
  'StreamHealth',
  z.strictObject({
    at,
    endpoint: z.string(),
    ...endpointHealth.shape,
  }),
);

const reset = answered(
  'StreamReset',
  z.strictObject({ at }).meta({
    description: 'What was missed is not known any more: read the lists again; from here on all is told',
  }),
);

const closed = answered(
  'StreamClosed',
  z.strictObject({
    at,
    reason: z
      .enum(['stopping', 'access_ended'])
      .meta({ description: 'The server stops: come again; or whoever asked may not any more' }),
  }),
);

const one = <Name extends string, Data extends z.ZodType>(name: Name, data: Data) =>
  z.strictObject({ event: z.literal(name), id: z.string(), data });

export const streamEvent = answered(
  'StreamEvent',
  z
    .union([
      one('step', step),
      one('message', message),
      one('attempt', attempt),
      one('finished', finished),
      one('health', health),
      one('reset', reset),
      one('closed', closed),
    ])
    .meta({ description: 'One event of the stream; `data` is JSON on one line' }),
);
