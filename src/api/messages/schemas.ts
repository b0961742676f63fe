import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { id } from '../../config/directory-file/shapes.ts';
import { MESSAGE_OUTCOMES } from '../../policy/timeline.ts';
import { answered } from '../openapi.ts';
import { moment, pageOf, sought } from '../pages.ts';
import { time } from '../shapes.ts';

export const ofMessage = z.object({ organisation: id, message: sought });

export const messageFilter = {
  endpoint: sought.optional().meta({ description: 'Only messages to this endpoint' }),
  outcome: z.enum(MESSAGE_OUTCOMES).optional(),
  state: z.enum(LEG_STATES).optional().meta({ description: 'Only messages that tell this state' }),
  call: sought.optional().meta({ description: 'A `call_id`' }),
  branch: sought.optional().meta({ description: 'A `branch_id`' }),
  user: sought.optional().meta({
    description: 'Only messages that name this local user; who is removed before sending is not found',
  }),
  from: moment.optional().meta({ description: 'Made at this time or later' }),
  to: moment.optional().meta({ description: 'Made before this time' }),
  text: sought.optional().meta({ description: 'Somewhere in what is sent, such as a number' }),
};

/** What is told of a step: everything of a message's body but its number. */
export const event = answered(
  'Event',
  z.looseObject({
    call_id: z.string(),
    branch_id: z.string(),
    timestamp: z.string(),
    state: z.enum(LEG_STATES),
    'termination-reason': z.string().optional(),
    direction: z.enum(['INCOMING', 'OUTGOING']),
    local_email: z.string().optional(),
    local_user_id: z.string().optional(),
    local_number: z.string().optional(),
    device_type: z.string().optional(),
    remote_email: z.string().optional(),
    remote_user_id: z.string().optional(),
    remote_number: z.string().optional(),
  }),
);

const body = answered('MessageBody', z.looseObject({ seq_num: z.int(), ...event.shape }));

const record = {
  started_at: time,
  duration_ms: z.number(),
  outcome: z.string().meta({ description: '`delivered`, or the code of the failure: docs/ERRORS.md' }),
  status_code: z.int().optional(),
  detail: z.string().optional().meta({ description: 'In words' }),
};

/** Whichever it was of its message. */
export const attemptRecord = answered('AttemptRecord', z.strictObject(record));

const headers = z.record(z.string(), z.string());

const ms = z.number().optional();

const timings = answered(
  'Timings',
  z.strictObject({
    dns: ms.meta({ description: 'Until the host name was resolved' }),
    connect: ms.meta({ description: 'Until the TCP connection stood' }),
    tls: ms.meta({ description: 'The TLS handshake' }),
    wait: ms.meta({ description: 'From the request to the first byte of the answer' }),
    read: ms.meta({ description: 'The rest of the answer' }),
  }),
);

const attempt = answered(
  'Attempt',
  z.strictObject({
    number: z.int().meta({ description: '1, 2, 3 …' }),
    ...record,
    timings: timings.optional().meta({
      description: 'Milliseconds. The last one that is there is where a failed attempt got stuck',
    }),
    reused: z.boolean().optional().meta({ description: 'It went over a connection that was there already' }),
    address: z.string().optional().meta({ description: 'The IP address that was dialled' }),
    tls_version: z.string().optional().meta({ description: 'Where a connection was made' }),
    certificate_ends_at: time
      .optional()
      .meta({ description: 'The end of the receiver’s certificate, where a connection was made' }),
    request_headers: headers.meta({
      description: 'What was sent beside the endpoint’s own headers; the signature is masked',
    }),
    response_headers: headers.optional().meta({ description: 'Harmless ones of the answer' }),
  }),
);

const shape = {
  id: z.string().meta({ description: 'The `webhook-id`' }),
  endpoint: z.string(),
  outcome: z.enum(MESSAGE_OUTCOMES),
  replay_of: z
    .enum(MESSAGE_OUTCOMES)
    .optional()
    .meta({ description: 'What it had come to before it was sent again' }),
  created_at: time,
  finished_at: time.optional(),
  attempts_made: z.int(),
  next_attempt_at: time
    .optional()
    .meta({ description: 'Where it waits as the first of its call at this endpoint' }),
  body: body.meta({ description: 'What is sent, after privacy' }),
};

export const message = answered('Message', z.strictObject({ ...shape, last_attempt: attempt.optional() }));

export const messagePage = answered('MessagePage', pageOf(message));

export const messageWithAttempts = answered(
  'MessageWithAttempts',
  z.strictObject({ ...shape, attempts: z.array(attempt) }),
);

export const wholeMessage = answered(
  'WholeMessage',
  z.strictObject({
    ...shape,
    body_text: z.string().meta({ description: 'The very text that is sent: a signature is over its bytes' }),
    attempts: z.array(attempt),
  }),
);
