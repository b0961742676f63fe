/** Why did my CRM not pop? Timelines, and the answers in English. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LegState } from '../../src/call/leg-event.ts';
import { encodeBody, formatTimestamp, type OutwardEvent } from '../../src/call/outward-event.ts';
import { HEALTHY, type EndpointHealth } from '../../src/policy/endpoint-health.ts';
import { explain } from '../../src/policy/explanation.ts';
import { inEnglish } from '../../src/policy/explanation-english.ts';
import type { LoggedAttempt, MessageWithAttempts, TakenStep, Timeline } from '../../src/policy/timeline.ts';

const RANG = Date.parse('2026-11-23T12:30:01Z');
const SECOND = 1_000;
const MINUTE = 60_000;

function stepOf(
  state: LegState,
  afterMs = 0,
  more: Partial<Omit<TakenStep, 'event'>> & { event?: Partial<OutwardEvent> } = {},
): TakenStep {
  const event: OutwardEvent = {
    call_id: 'one',
    branch_id: 'a.',
    timestamp: formatTimestamp(RANG + afterMs),
    state,
    direction: 'INCOMING',
    local_user_id: 'matti',
    ...more.event,
  };
  return { sentTo: ['crm'], refusals: [], takenAtMs: RANG + afterMs, ...more, event };
}

const attempt = (number: number, afterMs: number, more: Partial<LoggedAttempt> = {}): LoggedAttempt => ({
  number,
  startedAtMs: RANG + afterMs,
  durationMs: 100,
  outcome: 'delivered',
  statusCode: 204,
  ...more,
});

const FAILED = {
  outcome: 'receiver_error',
  statusCode: 503,
  detail: 'The receiver answered 503: it failed.',
};
const EXPIRED_CERTIFICATE = {
  outcome: 'tls_certificate',
  detail: "The receiver's certificate has expired. It must be renewed.",
};

function messageOf(step: TakenStep, more: Partial<MessageWithAttempts> = {}): MessageWithAttempts {
  return {
    messageId: `msg_${step.event.state}`,
    endpointId: 'crm',
    callId: 'one',
    seqNum: 1,
    body: encodeBody(1, step.event),
    outcome: 'delivered',
    createdAtMs: step.takenAtMs,
    finishedAtMs: step.takenAtMs + 400,
    attemptsMade: 1,
    attempts: [attempt(1, 300)],
    ...more,
  };
}

function timelineOf(
  steps: readonly TakenStep[],
  messages: readonly MessageWithAttempts[],
  more: { health?: EndpointHealth; host?: string; functionNumbers?: Timeline['functionNumbers'] } = {},
): Timeline {
  const { health = HEALTHY, host = 'crm.acme.example', functionNumbers = [] } = more;
  const isThere = steps.some(({ sentTo, refusals }) => sentTo.length + refusals.length > 0);
  const endpoint = { id: 'crm', health, ...(host !== '' && { host }) };
  return { callId: 'one', steps, messages, endpoints: isThere ? [endpoint] : [], functionNumbers };
}

/** The attempt is cut off, as TLS ends before there is an answer. */
function withoutStatus(made: LoggedAttempt): LoggedAttempt {
  const { statusCode: _, ...rest } = made;
  return rest;
}

const early = stepOf('EARLY');
const answered = stepOf('CONFIRMED', 5 * SECOND);
const ended = stepOf('TERMINATED', 65 * SECOND, { event: { 'termination-reason': 'HANGUP' } });
const silent = { sentTo: [] };
const pending = { outcome: 'pending' as const, finishedAtMs: undefined as never };
const RINGS = 'The phone of matti rang at 12:30:01.';

const CASES: [name: string, timeline: Timeline, answer: readonly string[]][] = [
  [
    'a call that reached the CRM at once',
    timelineOf([early, answered, ended], [messageOf(early), messageOf(answered), messageOf(ended)]),
    [
      'The phone of matti rang at 12:30:01; the call was answered at 12:30:06; it ended at 12:31:06.',
      'crm.acme.example took EARLY, CONFIRMED and TERMINATED, the first 0.4 s after it happened.',
    ],
  ],
  ['a message that is kept no longer than the trail', timelineOf([early], []), [RINGS]],
  [
    'a receiver that failed for two minutes',
    timelineOf(
      [early],
      [
        messageOf(early, {
          attempts: [attempt(1, 400, FAILED), attempt(2, MINUTE, FAILED), attempt(3, 2 * MINUTE + 9_000)],
          finishedAtMs: RANG + 2 * MINUTE + 9 * SECOND,
        }),
      ],
    ),
    [RINGS, 'EARLY: crm.acme.example answered 503 for 2 minutes and took it at 12:32:10.'],
  ],
  [
    'a receiver that fails still',
    timelineOf(
      [early],
      [messageOf(early, { ...pending, attempts: [attempt(1, 400, FAILED)], dueAtMs: RANG + MINUTE })],
    ),
    [RINGS, 'EARLY: crm.acme.example answered 503 since 12:30:01. The next try is at 12:31:01.'],
  ],
  [
    'a certificate that has expired',
    timelineOf(
      [early],
      [
        messageOf(early, {
          outcome: 'dead',
          attempts: [withoutStatus(attempt(1, 400, EXPIRED_CERTIFICATE))],
        }),
      ],
    ),
    [
      RINGS,
      "EARLY will not be sent any more: crm.acme.example failed (The receiver's certificate has expired. It must be renewed.).",
    ],
  ],
  [
    'an endpoint that is disabled',
    timelineOf([early], [messageOf(early, { ...pending, attempts: [] })], {
      health: { kind: 'disabled', why: 'operator', atMs: RANG },
    }),
    [RINGS, 'EARLY waits: crm.acme.example is disabled.'],
  ],
  [
    'an endpoint that has not had its turn',
    timelineOf(
      [early, answered],
      [early, answered].map((step) => messageOf(step, { ...pending, attempts: [] })),
    ),
    [
      'The phone of matti rang at 12:30:01; the call was answered at 12:30:06.',
      'EARLY and CONFIRMED wait for a turn at crm.acme.example since 12:30:01.',
    ],
  ],
  [
    'ringing that expired while the receiver was away, and an end that was kept for it',
    timelineOf(
      [early, ended],
      [
        messageOf(early, {
          outcome: 'expired',
          attempts: [attempt(1, 400, FAILED)],
          finishedAtMs: RANG + 30 * SECOND,
        }),
        messageOf(ended),
      ],
    ),
    [
      'The phone of matti rang at 12:30:01; it ended at 12:31:06.',
      'EARLY expired after 30 s and did not go to crm.acme.example; at the last of 1 try it answered 503.',
      'crm.acme.example took TERMINATED 0.4 s after it happened.',
    ],
  ],
  [
    'an endpoint that asks for ends only, before the end',
    timelineOf(
      [
        stepOf('EARLY', 0, {
          ...silent,
          refusals: [{ endpointId: 'crm', why: 'state', asks: ['TERMINATED'] }],
        }),
      ],
      [],
    ),
    [RINGS, 'No message to crm.acme.example: it asks only for TERMINATED.'],
  ],
  [
    'an endpoint whose filter leaves the leg out',
    timelineOf(
      [
        stepOf('TRYING', 0, { ...silent, refusals: [{ endpointId: 'crm', why: 'state', asks: ['EARLY'] }] }),
        stepOf('EARLY', 0, { ...silent, refusals: [{ endpointId: 'crm', why: 'filter' }] }),
      ],
      [],
    ),
    [RINGS, 'No message to crm.acme.example: its filter leaves legs like this one out.'],
  ],
  [
    'an organisation without an endpoint',
    timelineOf([stepOf('EARLY', 0, silent)], []),
    [RINGS, 'No message: the organisation has no endpoint.'],
  ],
  [
    'a phone that came into the directory in mid-call',
    timelineOf([stepOf('TERMINATED', 0, { ...silent, cameLate: true })], []),
    [
      'The phone of matti was called at 12:30:01; it ended at 12:30:01.',
      'No message: the call was up already when this phone came into the directory.',
    ],
  ],
  [
    'a call out to a queue, of a user whose id does not leave, told late by the phone system',
    timelineOf(
      [
        {
          ...stepOf('EARLY', 0, {
            event: { direction: 'OUTGOING', local_user_id: undefined as never, remote_number: '7000' },
          }),
          takenAtMs: RANG + 34 * SECOND,
        },
      ],
      [messageOf({ ...stepOf('EARLY'), takenAtMs: RANG + 34 * SECOND })],
      { functionNumbers: [{ number: '7000', kind: 'HUNT_GROUP' }] },
    ),
    [
      'A phone called out at 12:30:01.',
      'The phone system told of it 34 s late.',
      'The other end is 7000, a function number (hunt group): no user sits there.',
      'crm.acme.example took EARLY 34 s after it happened.',
    ],
  ],
  [
    'an endpoint that was removed',
    timelineOf([early], [messageOf(early, { outcome: 'dead', attempts: [] })], { host: '' }),
    [RINGS, 'EARLY will not be sent any more: the endpoint crm was removed.'],
  ],
];

for (const [name, timeline, answer] of CASES) {
  test(`why did my CRM not pop: ${name}`, () => {
    const timeOf = (atMs: number) => new Date(atMs).toISOString().slice(11, 19);
    assert.deepEqual(
      explain(timeline).map((finding) => inEnglish(finding, timeOf)),
      answer,
    );
  });
}
