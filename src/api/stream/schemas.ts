import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
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

const event = z.looseObject({
  call_id: z.string(),
  branch_id: z.string(),
  timestamp: z.string(),
  state: z.enum(LEG_STATES),
  direction: z.enum(['INCOMING', 'OUTGOING']),
});

const step = answered(
  'StreamStep',
  z.strictObject({
    at,
    event: event.meta({ description: 'With the keys of docs/schemas/message.json: only what may leave' }),
    sent_to: z.array(z.string()).meta({ description: 'Endpoints that a message was made for' }),
    refusals: z
      .array(
        z.strictObject({
          endpoint: z.string(),
          why: z.enum(['state', 'filter']),
          asks: z.array(z.enum(LEG_STATES)).optional().meta({ description: 'The states that it asks for' }),
        }),
      )
      .meta({ description: 'Endpoints that get none of it, and why' }),
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

const message = answered(
  'StreamMessage',
  z.strictObject({ ...ofMessage, event: event.meta({ description: 'What is sent, but for `seq_num`' }) }),
);

const attempt = answered(
  'StreamAttempt',
  z.strictObject({
    ...ofMessage,
    number: z.int().meta({ description: '1, 2, 3 …' }),
    started_at: time,
    duration_ms: z.number(),
    outcome: z.string().meta({ description: '`delivered`, or the code of the failure: docs/ERRORS.md' }),
    status_code: z.int().optional(),
    detail: z.string().optional().meta({ description: 'In words' }),
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
    state: z.enum(['healthy', 'failing', 'paused', 'probing', 'recovering', 'disabled']),
    since: time.optional().meta({ description: 'Of the trouble, or of the state' }),
    reason: z.string().optional().meta({ description: 'In words' }),
    disabled_because: z.enum(['failing', 'gone', 'operator']).optional(),
    next_probe_at: time.optional().meta({ description: 'Where it is paused' }),
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
