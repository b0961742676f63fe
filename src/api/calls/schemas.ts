import { z } from 'zod';
import { LEG_STATES } from '../../call/leg-event.ts';
import { id } from '../../config/directory-file/shapes.ts';
import { endpointHealth } from '../endpoint-states/schemas.ts';
import { event, messageWithAttempts } from '../messages/schemas.ts';
import { answered } from '../openapi.ts';
import { moment, pageOf, sought } from '../pages.ts';
import { time } from '../shapes.ts';
import { finding } from './findings.ts';

export const CALL_RESULTS = ['delivered', 'waiting', 'failed', 'not_reported'] as const;

export const ofCall = z.object({ organisation: id, call: sought });

const begun = {
  from: moment.optional().meta({ description: 'Begun at this time or later' }),
  to: moment.optional().meta({ description: 'Begun before this time' }),
};

export const callFilter = {
  result: z.enum(CALL_RESULTS).optional(),
  user: sought.optional().meta({ description: 'Only calls of this local user' }),
  ...begun,
};

export const notReportedFilter = {
  endpoint: sought.optional().meta({ description: 'Only what this endpoint did not get' }),
  ...begun,
};

const branch = z.strictObject({
  branch_id: z.string(),
  direction: z.enum(['INCOMING', 'OUTGOING']),
  local_user_id: z.string().optional(),
  local_number: z.string().optional(),
  remote_user_id: z.string().optional(),
  remote_number: z.string().optional(),
  began_at: time.meta({ description: 'When it rang, else when it was first heard of' }),
  answered_at: time.optional(),
  ended_at: time.optional(),
  state: z.enum(LEG_STATES).meta({ description: 'The last one' }),
  reason: z.string().optional().meta({ description: 'The `termination-reason`' }),
  reported: z.boolean().meta({ description: 'A message was made of some step of it' }),
});

export const call = answered(
  'Call',
  z.strictObject({
    call_id: z.string(),
    began_at: time.meta({ description: 'When its first step was taken in' }),
    last_at: time,
    result: z.enum(CALL_RESULTS).meta({ description: 'What became of its messages' }),
    branches: z.array(branch),
    messages: z.strictObject({ pending: z.int(), delivered: z.int(), expired: z.int(), dead: z.int() }),
  }),
);

export const callPage = answered('CallPage', pageOf(call));

export const refusal = z.strictObject({
  endpoint: z.string(),
  why: z.enum(['state', 'filter']),
  asks: z.array(z.enum(LEG_STATES)).optional().meta({ description: 'The states that it asks for' }),
});

export const timeline = answered(
  'Timeline',
  z.strictObject({
    call_id: z.string(),
    findings: z
      .array(finding)
      .meta({ description: 'What happened and why: leg by leg, then endpoint by endpoint' }),
    steps: z.array(
      z.strictObject({
        event,
        taken_at: time.meta({ description: 'When it was taken in; `timestamp` is when it happened' }),
        sent_to: z.array(z.string()).meta({ description: 'Endpoints that a message was made for' }),
        refusals: z.array(refusal).meta({ description: 'Endpoints that get none of it, and why' }),
        came_late: z
          .boolean()
          .meta({ description: 'The leg was up before its device came into the directory' }),
      }),
    ),
    messages: z.array(messageWithAttempts),
    endpoints: z.array(
      z.strictObject({
        id: z.string(),
        host: z.string().optional().meta({ description: 'Absent when it was removed' }),
        health: endpointHealth.meta({ description: 'As it is now' }),
      }),
    ),
    function_numbers: z.array(z.strictObject({ number: z.string(), kind: z.string() })),
  }),
);

const notReported = answered(
  'NotReported',
  z.strictObject({
    call_id: z.string(),
    began_at: time,
    legs: z.array(
      z.strictObject({
        branch_id: z.string(),
        local_user_id: z.string().optional(),
        direction: z.enum(['INCOMING', 'OUTGOING']),
        began_at: time,
        ended_at: time.optional(),
        reasons: z.array(finding).meta({ description: 'Those without `endpoint` hold for all endpoints' }),
      }),
    ),
  }),
);

export const notReportedPage = answered('NotReportedPage', pageOf(notReported));
