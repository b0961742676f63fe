/** Hard cases of FreeSWITCH, from its events to what a CRM gets. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { event, list, packet, row, type Headers } from '../support/esl.ts';
import {
  answered,
  answers,
  answerTo,
  born,
  bridged,
  CALLER,
  cancelled,
  fromOutside,
  fromPhone,
  hangsUp,
  isHungUp,
  legsOf,
  lost,
  media,
  over,
  refuses,
  rings,
  toOutside,
  toPhone,
} from '../support/freeswitch-calls.ts';

const A = fromOutside('a');
const B = toPhone('b', '1001', A);
const C = toPhone('c', '1002', A);

/** 1001 talks to the outside. */
const TALKING = born(A) + born(B) + rings(B) + answers(B) + answers(A) + bridged(A, B);

const CASES: readonly (readonly [what: string, told: string, legs: readonly string[]])[] = [
  // Groups and queues
  [
    'sequential hunting: the first does not answer, the second does',
    born(A) +
      born(B) +
      rings(B) +
      over(B, 'ALLOTTED_TIMEOUT', 'send_cancel') +
      born(C) +
      rings(C) +
      answers(C) +
      answers(A) +
      bridged(A, C) +
      hangsUp(A) +
      isHungUp(C),
    [
      '1001 INCOMING A +358401234567: EARLY CANCELLED',
      '1002 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    ],
  ],
  [
    'one phone of a group refuses, one is silent, one answers',
    born(A) +
      born(B) +
      born(C) +
      born(toPhone('d', '1003', A)) +
      rings(B) +
      rings(C) +
      refuses(B) +
      answers(C) +
      bridged(A, C) +
      lost(toPhone('d', '1003', A)) +
      hangsUp(C),
    [
      '1001 INCOMING A +358401234567: EARLY REJECTED',
      '1002 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
      '1003 INCOMING A +358401234567: ANSWERED_ELSEWHERE',
    ],
  ],
  [
    'nobody of a group answers, voicemail does',
    born(A) +
      born(B) +
      born(C) +
      rings(B) +
      rings(C) +
      over(B, 'NO_ANSWER', 'send_cancel') +
      over(C, 'NO_ANSWER', 'send_cancel') +
      answered(A) +
      hangsUp(A),
    ['1001 INCOMING A +358401234567: EARLY CANCELLED', '1002 INCOMING A +358401234567: EARLY CANCELLED'],
  ],
  [
    'a user calls a queue that answers by itself, and a colleague in it answers',
    (() => {
      const caller = fromPhone('u', '1003', '3000');
      const agent = toPhone('b', '1001', undefined);
      const member = { ...agent, 'Caller-Caller-ID-Number': '1003', variable_cc_member_session_uuid: 'u' };
      return (
        born(caller) +
        answered(caller, 'callcenter') +
        born(member) +
        rings(member) +
        answers(member) +
        bridged(caller, member) +
        hangsUp(caller) +
        isHungUp(member)
      );
    })(),
    ['1003 OUTGOING A 3000: CONFIRMED HANGUP', '1001 INCOMING A 1003: EARLY CONFIRMED HANGUP'],
  ],
  [
    'the caller abandons a queue that rings two',
    (() => {
      const queued = (uuid: string, user: string) => ({
        ...toPhone(uuid, user),
        'Caller-Caller-ID-Number': CALLER,
        'Caller-Orig-Caller-ID-Number': CALLER,
        variable_cc_member_session_uuid: 'a',
      });
      const [one, two] = [queued('b', '1001'), queued('c', '1002')];
      return (
        born(A) +
        answered(A) +
        born(one) +
        born(two) +
        rings(one) +
        hangsUp(A) +
        cancelled(one) +
        cancelled(two)
      );
    })(),
    ['1001 INCOMING A +358401234567: EARLY CANCELLED', '1002 INCOMING A +358401234567: CANCELLED'],
  ],

  // Groups that are dialled at once (`:_:`): each member by itself, and all lose when it is over, whyever
  [
    'of a group that is dialled at once one answers',
    (() => {
      const [one, two] = [atOnce('b', '1001', A), atOnce('c', '1002', A)];
      return (
        born(A) +
        born(one) +
        born(two) +
        rings(one) +
        rings(two) +
        answers(two) +
        lost(one) +
        answers(A) +
        bridged(A, two) +
        hangsUp(A) +
        isHungUp(two)
      );
    })(),
    [
      '1001 INCOMING A +358401234567: EARLY ANSWERED_ELSEWHERE',
      '1002 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    ],
  ],
  ...(['before', 'after'] as const).map(
    (when) =>
      [
        `the caller gives up a group that is dialled at once, told ${when} its members’ ends`,
        (() => {
          const [one, two] = [atOnce('b', '1001', A), atOnce('c', '1002', A)];
          const gone = over(A, 'ORIGINATOR_CANCEL', 'recv_cancel');
          const ends = lost(one) + lost(two);
          return (
            born(A) + born(one) + born(two) + rings(one) + (when === 'before' ? gone + ends : ends + gone)
          );
        })(),
        ['1001 INCOMING A +358401234567: EARLY CANCELLED', '1002 INCOMING A +358401234567: CANCELLED'],
      ] as const,
  ),
  [
    'a user calls a group that is dialled at once: that it rings is only told by its members',
    (() => {
      const u = fromPhone('u', '1003', '2000');
      const [one, mobile] = [
        atOnce('b', '1001', u),
        { ...atOnce('o', '1002', u), 'Channel-Presence-ID': '' },
      ];
      return (
        born(u) +
        born(one) +
        born(mobile) +
        rings(mobile) +
        answers(mobile) +
        answers(u) +
        lost(one) +
        hangsUp(u)
      );
    })(),
    ['1003 OUTGOING A 2000: EARLY CONFIRMED HANGUP', '1001 INCOMING A 1003: ANSWERED_ELSEWHERE'],
  ],

  // Calls of a user
  [
    'a user gives up a call that rings',
    (() => {
      const u = fromPhone('u', '1001', '0401234567');
      const o = toOutside('o', '0401234567', u);
      return (
        born(u) +
        born(o) +
        rings(o) +
        rings(u) +
        over(u, 'ORIGINATOR_CANCEL', 'recv_cancel', { variable_originate_disposition: 'ORIGINATOR_CANCEL' }) +
        cancelled(o)
      );
    })(),
    ['1001 OUTGOING A +358401234567: EARLY CANCELLED'],
  ],
  ...(
    [
      ['FreeSWITCH gives up on', 'send_cancel', '487', 'CANCELLED'],
      ['the network gives up on with 480', 'recv_refuse', '480', 'REJECTED'],
    ] as const
  ).map(
    ([what, how, status, reason]) =>
      [
        `a call that nobody answers and ${what}`,
        (() => {
          const u = fromPhone('u', '1001', '0401234567');
          const o = toOutside('o', '0401234567', u);
          return (
            born(u) +
            born(o) +
            rings(o) +
            rings(u) +
            over(o, 'NO_ANSWER', how, { variable_sip_term_status: status }) +
            over(u, 'NORMAL_CLEARING', 'send_refuse', { variable_originate_disposition: 'NO_ANSWER' })
          );
        })(),
        [`1001 OUTGOING A +358401234567: EARLY ${reason}`],
      ] as const,
  ),
  [
    'a user hangs up an announcement that came before any answer',
    (() => {
      const u = fromPhone('u', '1001', '0401234567');
      const o = toOutside('o', '0401234567', u);
      return (
        born(u) +
        born(o) +
        event183(o) +
        media(u, 'bridge') +
        bridged(u, o) +
        over(u, 'NORMAL_CLEARING', 'recv_bye', { variable_originate_disposition: 'SUCCESS' }) +
        cancelled(o)
      );
    })(),
    ['1001 OUTGOING A +358401234567: EARLY CANCELLED'],
  ],
  [
    'the far end refuses after an announcement',
    (() => {
      const u = fromPhone('u', '1001', '0401234567');
      const o = toOutside('o', '0401234567', u);
      return (
        born(u) +
        born(o) +
        event183(o) +
        media(u, 'bridge') +
        bridged(u, o) +
        refuses(o) +
        over(u, 'NORMAL_CLEARING', 'send_refuse', { variable_originate_disposition: 'SUCCESS' })
      );
    })(),
    ['1001 OUTGOING A +358401234567: EARLY REJECTED'],
  ],
  ...['conference', 'voicemail', 'valet_park', 'intercept', 'fifo', 'callcenter', 'answer'].map(
    (application) =>
      [
        `a user calls what answers by itself with ${application}`,
        (() => {
          const u = fromPhone('u', '1001', '3500');
          return born(u) + answered(u, application) + hangsUp(u);
        })(),
        ['1001 OUTGOING A 3500: CONFIRMED HANGUP'],
      ] as const,
  ),
  [
    'a colleague picks up: the phone that rang was lost to another',
    (() => {
      const p = fromPhone('p', '1002', '**1001');
      return (
        born(A) +
        born(B) +
        rings(B) +
        born(p) +
        answered(p, 'intercept') +
        over(B, 'PICKED_OFF', 'send_cancel') +
        answers(A) +
        bridged(p, A) +
        hangsUp(A) +
        isHungUp(p)
      );
    })(),
    ['1001 INCOMING A +358401234567: EARLY ANSWERED_ELSEWHERE', '1002 OUTGOING B **1001: CONFIRMED HANGUP'],
  ],
  [
    'a call is parked, comes back when nobody takes it, and is refused',
    (() => {
      const back = toPhone('d', '1001', A);
      return (
        TALKING +
        over(B, 'NORMAL_CLEARING', 'send_bye', { variable_endpoint_disposition: 'BLIND_TRANSFER' }) +
        born(back) +
        rings(back) +
        refuses(back, 'CALL_REJECTED') +
        isHungUp(A)
      );
    })(),
    [
      '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
      '1001 INCOMING A +358401234567: EARLY REJECTED',
    ],
  ],

  // Transfers
  [
    'a user who called transfers the far end to a colleague',
    (() => {
      const u = fromPhone('u', '1001', '0401234567');
      const o = toOutside('o', '0401234567', u);
      const target = toPhone('d', '1002', o);
      return (
        born(u) +
        born(o) +
        rings(o) +
        rings(u) +
        answers(o) +
        answers(u) +
        bridged(u, o) +
        over(u, 'NORMAL_CLEARING', 'send_bye', { variable_endpoint_disposition: 'BLIND_TRANSFER' }) +
        born(target) +
        rings(target) +
        answers(target) +
        bridged(o, target) +
        hangsUp(o) +
        isHungUp(target)
      );
    })(),
    [
      '1001 OUTGOING A +358401234567: EARLY CONFIRMED HANGUP',
      '1002 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    ],
  ],
  [
    'a consultation is transferred while it rings',
    (() => {
      const consults = fromPhone('u', '1001', '1002');
      const target = toPhone('d', '1002', consults);
      const transferred = { variable_endpoint_disposition: 'ATTENDED_TRANSFER' };
      return (
        TALKING +
        born(consults) +
        born(target) +
        rings(target) +
        media(consults, 'bridge') +
        over(consults, 'ATTENDED_TRANSFER', 'send_refuse', transferred) +
        over(B, 'NORMAL_CLEARING', 'send_bye', transferred) +
        answers(target) +
        bridged(A, target) +
        hangsUp(A) +
        isHungUp(target)
      );
    })(),
    [
      '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
      '1002 INCOMING B 1001: EARLY CONFIRMED HANGUP',
      '1001 OUTGOING B 1002: EARLY CANCELLED',
    ],
  ],
  ...['BLIND_TRANSFER', 'ATTENDED_TRANSFER'].map(
    (cause) =>
      [
        `a phone rings while its caller is led away: ${cause}`,
        born(A) + born(B) + rings(B) + over(B, cause) + born(C) + rings(C) + refuses(C),
        ['1001 INCOMING A +358401234567: EARLY CANCELLED', '1002 INCOMING A +358401234567: EARLY REJECTED'],
      ] as const,
  ),

  // Click-to-call
  [
    'two that were rung by themselves are put together',
    (() => {
      const one = toPhone('b', '1001');
      const two = { ...toOutside('o', '0401234567', {}), variable_originator: '' };
      return (
        born(one) +
        rings(one) +
        answers(one) +
        born(two) +
        rings(two) +
        answers(two) +
        bridged(one, two) +
        hangsUp(one)
      );
    })(),
    ['1001 OUTGOING A +358401234567: EARLY CONFIRMED HANGUP'],
  ],
  [
    'the outside is rung first, then the user',
    (() => {
      const o = { ...toOutside('o', '0401234567', {}), variable_originator: '' };
      const rung = toPhone('b', '1001', o);
      return (
        born(o) +
        rings(o) +
        answers(o) +
        born(rung) +
        rings(rung) +
        answers(rung) +
        bridged(o, rung) +
        hangsUp(rung)
      );
    })(),
    ['1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP'],
  ],
  [
    'a user who is rung first refuses',
    (() => {
      const one = toPhone('b', '1001');
      return born(one) + rings(one) + refuses(one);
    })(),
    ['1001 OUTGOING A unknown: EARLY REJECTED'],
  ],
];

function atOnce(uuid: string, user: string, caller: Headers): Headers {
  const shown = caller['Caller-Caller-ID-Number'] ?? '';
  return {
    ...toPhone(uuid, user),
    'Caller-Caller-ID-Number': shown,
    'Caller-Orig-Caller-ID-Number': shown,
    variable_ent_originate_aleg_uuid: caller['Unique-ID'] ?? '',
  };
}

function event183(channel: Parameters<typeof media>[0]): string {
  return media(channel, '');
}

const at = (ms: number) => ({ 'Event-Date-Timestamp': String(1_795_401_372_000_000 + ms * 1_000) });

/** The list and each channel of it, as they are told to a connector that has just connected. */
function found(
  ...channels: readonly (readonly [channel: Headers, callstate: string, more?: Headers])[]
): string {
  return (
    answerTo(JSON.parse(list(channels.map(([channel, callstate]) => row(channel, callstate))))) +
    channels
      .map(([channel, callstate, more]) => answerTo({ ...channel, 'Channel-Call-State': callstate, ...more }))
      .join('')
  );
}

test('who was answered by a menu and waits for a colleague is found confirmed, not ringing', async () => {
  const u = fromPhone('u', '1001', '5000');
  const rung = toPhone('d', '1002', u);
  const told =
    found(
      [u, 'RING_WAIT', { 'Answer-State': 'answered' }],
      [rung, 'RINGING', { 'Answer-State': 'ringing' }],
    ) +
    answers(rung) +
    bridged(u, rung) +
    hangsUp(u) +
    isHungUp(rung);
  assert.deepEqual(await legsOf(told), [
    '1001 OUTGOING A 5000: CONFIRMED HANGUP',
    '1002 INCOMING A 1001: EARLY CONFIRMED HANGUP',
  ]);
});

test('a call that was answered, one that ended and one that began while nobody looked', async () => {
  const other = fromOutside('x', '+35894271002', '+358509999999');
  const ringing = toPhone('y', '1002', other);
  const before = born(A, at(0)) + born(B) + born(C) + rings(B, at(100)) + rings(C, at(100));
  const after =
    found(
      [A, 'ACTIVE', at(5_000)],
      [B, 'ACTIVE', { 'Answer-State': 'answered' }],
      [other, 'RINGING'],
      [ringing, 'RINGING'],
    ) +
    hangsUp(A) +
    isHungUp(B) +
    cancelled(ringing);
  assert.deepEqual(await legsOf(before, after), [
    '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    '1002 INCOMING A +358401234567: EARLY ANSWERED_ELSEWHERE',
    '1002 INCOMING B +358509999999: EARLY CANCELLED',
  ]);
});

test('when FreeSWITCH was killed the legs end with the list that is empty', async () => {
  assert.deepEqual(await legsOf(TALKING + born(C) + rings(C), answerTo({ row_count: 0 })), [
    '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    '1002 INCOMING A +358401234567: EARLY CANCELLED',
  ]);
});

test('when FreeSWITCH stops, what rang is cancelled and what was answered is hung up', async () => {
  const stops = [B, A, C].map((channel) => over(channel, 'SYSTEM_SHUTDOWN')).join('');
  const farewell = packet('text/disconnect-notice', 'Disconnected, goodbye.\n');
  assert.deepEqual(await legsOf(born(C) + rings(C) + TALKING + stops + farewell), [
    '1002 INCOMING A +358401234567: EARLY CANCELLED',
    '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
  ]);
});

for (const [what, cause, reason] of [
  ['a callcenter', 'LOSE_RACE', 'ANSWERED_ELSEWHERE'],
  ['an older callcenter', 'ORIGINATOR_CANCEL', 'ANSWERED_ELSEWHERE'],
] as const) {
  test(`${what} rings two: who did not answer was lost to the other`, async () => {
    const born5s = { 'Caller-Channel-Created-Time': '1795401377000000' };
    const member = (uuid: string, user: string) => ({
      ...toPhone(uuid, user),
      ...born5s,
      'Caller-Caller-ID-Number': CALLER,
      'Caller-Orig-Caller-ID-Number': CALLER,
      variable_cc_member_session_uuid: 'a',
    });
    const [one, two] = [member('b', '1001'), member('c', '1002')];
    const told =
      born(A, at(0)) +
      answered(A) +
      born(one, at(5_000)) +
      born(two, at(5_000)) +
      rings(one, at(5_100)) +
      rings(two, at(5_100)) +
      answers(two, at(7_000)) +
      over(one, cause, 'send_cancel', at(7_020));
    assert.deepEqual(await legsOf(told), [
      `1001 INCOMING A +358401234567: EARLY ${reason}`,
      '1002 INCOMING A +358401234567: EARLY CONFIRMED',
    ]);
  });
}

test('the caller gives up while a queue rings the next one, long after another had answered', async () => {
  const member = {
    ...toPhone('d', '1003'),
    'Caller-Caller-ID-Number': CALLER,
    'Caller-Channel-Created-Time': '1795401377000000',
    variable_cc_member_session_uuid: 'a',
  };
  const told =
    born(A, at(0)) +
    born(B) +
    answers(B, at(1_000)) +
    bridged(A, B) +
    isHungUp(B) +
    born(member, at(5_000)) +
    rings(member, at(5_100)) +
    over(member, 'ORIGINATOR_CANCEL', 'send_cancel', at(9_000));
  assert.equal((await legsOf(told)).at(-1), '1003 INCOMING A +358401234567: EARLY CANCELLED');
});

test('that the far end rang is heard also where its answer is told first', async () => {
  const u = fromPhone('u', '1001', '1002');
  const rung = toPhone('d', '1002', u);
  const heard = event('CHANNEL_PROGRESS_MEDIA', u, { variable_current_application: 'bridge', ...at(100) });
  const told = (progress: string) =>
    born(u, at(0)) + born(rung, at(0)) + answers(rung, at(900)) + progress + answers(u, at(920));
  assert.match((await legsOf(told(heard))).at(-1)!, /1002: EARLY CONFIRMED$/);
  const silent = event('CHANNEL_PROGRESS_MEDIA', u, { variable_current_application: 'bridge', ...at(920) });
  assert.match((await legsOf(told(silent))).at(-1)!, /1002: CONFIRMED$/);
});

test('the halves of a loopback are of the call that they serve, whichever is told first', async () => {
  const one = {
    ...toOutside('l', '1001', A),
    'Channel-Name': 'loopback/1001-a',
    variable_other_loopback_leg_uuid: 'm',
  };
  const other = {
    ...fromOutside('m', '1001'),
    'Channel-Name': 'loopback/1001-b',
    variable_other_loopback_leg_uuid: 'l',
    variable_other_loopback_from_uuid: 'a',
  };
  const member = toPhone('b', '1001', other);
  for (const halves of [born(one) + born(other), born(other) + born(one)]) {
    const told =
      born(A) + halves + born(member) + born(C) + rings(member) + rings(C) + answers(C) + lost(member);
    assert.deepEqual(await legsOf(told), [
      '1001 INCOMING A +358401234567: EARLY ANSWERED_ELSEWHERE',
      '1002 INCOMING A +358401234567: EARLY CONFIRMED',
    ]);
  }
});

for (const [what, presence] of [
  ['writes itself anonymous', { 'Channel-Presence-ID': 'anonymous@anonymous.invalid' }],
  ['calls where no presence is kept', { 'Channel-Presence-ID': '' }],
] as const) {
  test(`a phone that ${what} is known by its password, and a number withheld stays so`, async () => {
    const u: Headers = {
      ...fromPhone('u', '1001', '1002'),
      ...presence,
      'Caller-Caller-ID-Number': 'anonymous',
      'Caller-Orig-Caller-ID-Number': 'anonymous',
      variable_sip_auth_username: '1001',
      variable_user_name: '1001',
      variable_domain_name: 'pbx.example.com',
    };
    const rung = toPhone('d', '1002', u);
    assert.deepEqual(await legsOf(born(u) + born(rung) + rings(rung) + media(u, 'bridge') + answers(rung)), [
      '1002 INCOMING A anonymous: EARLY CONFIRMED',
      '1001 OUTGOING A 1002: EARLY',
    ]);
  });
}

test('a trunk’s channel to which the dialplan gives a user’s settings is still nobody’s', async () => {
  const asUser = { ...A, variable_user_name: '1001', variable_domain_name: 'pbx.example.com' };
  assert.deepEqual(await legsOf(born(asUser) + answered(asUser) + hangsUp(asUser)), []);
});

test('a phone that calls under a name is shown by the number that FreeSWITCH shows of it', async () => {
  const u = {
    ...fromPhone('u', '1001', '1002'),
    'Caller-Caller-ID-Number': 'anna',
    'Caller-Orig-Caller-ID-Number': 'anna',
  };
  const rung = toPhone('d', '1002', u);
  assert.deepEqual(await legsOf(born(u) + born(rung) + rings(rung) + answers(rung) + bridged(u, rung)), [
    '1002 INCOMING A 1001: EARLY CONFIRMED',
  ]);
});

for (const [what, told, legs] of CASES) {
  test(what, async () => {
    assert.deepEqual(await legsOf(told), legs);
  });
}
