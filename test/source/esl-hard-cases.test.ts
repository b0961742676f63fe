/** Hard cases of FreeSWITCH, from its events to what a CRM gets. A table, as long as it needs to be: each case stands by itself. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Headers } from '../support/esl.ts';
import {
  answered,
  answers,
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

  // What looks hard and is not
  [
    'att_xfer by dtmf (callee consults with originate from B)',
    (() => {
      const D = toPhone('d', '1002', B);
      return (
        born(A) +
        born(B) +
        rings(B) +
        answers(B) +
        answers(A) +
        bridged(A, B) +
        born(D) +
        rings(D) +
        answers(D) +
        bridged(B, D) +
        isHungUp(B) +
        bridged(A, D) +
        hangsUp(A) +
        isHungUp(D)
      );
    })(),
    ['1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP', '1002 INCOMING A 1001: EARLY CONFIRMED HANGUP'],
  ],
  [
    'two concurrent calls of one user',
    (() => {
      const X = fromOutside('x', '+35894271001', '+358509999999');
      const Y = toPhone('y', '1001', X);
      return (
        born(A) +
        born(B) +
        born(X) +
        rings(B) +
        born(Y) +
        answers(B) +
        rings(Y) +
        bridged(A, B) +
        refuses(Y) +
        hangsUp(B)
      );
    })(),
    [
      '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
      '1001 INCOMING B +358509999999: EARLY REJECTED',
    ],
  ],
  [
    'trunk A leg with presence id of its own (one profile)',
    (() => {
      const T = { ...A, 'Channel-Presence-ID': '+358401234567@192.0.2.1' };
      return born(T) + born(B) + rings(B) + cancelled(B) + over(T, 'ORIGINATOR_CANCEL', 'recv_cancel');
    })(),
    ['1001 INCOMING A +358401234567: EARLY CANCELLED'],
  ],
  [
    'verto callee and caller',
    (() => {
      const V: Headers = { ...fromPhone('v', '1002', '1001'), 'Channel-Name': 'verto.rtc/1001' };
      const W = { ...toPhone('w', '1001', V), 'Channel-Name': 'verto.rtc/u:1234' };
      return (
        born(V) +
        born(W) +
        rings(W) +
        rings(V) +
        answers(W) +
        answers(V) +
        bridged(V, W) +
        over(W, 'NORMAL_CLEARING') +
        over(V, 'NORMAL_CLEARING')
      );
    })(),
    ['1001 INCOMING A 1002: EARLY CONFIRMED HANGUP', '1002 OUTGOING A 1001: EARLY CONFIRMED HANGUP'],
  ],
  [
    'verto caller gives up',
    (() => {
      const V: Headers = { ...fromPhone('v', '1002', '1001'), 'Channel-Name': 'verto.rtc/1001' };
      const W = toPhone('w', '1001', V);
      return (
        born(V) +
        born(W) +
        rings(W) +
        rings(V) +
        over(V, 'NORMAL_CLEARING', undefined, { variable_originate_disposition: 'ORIGINATOR_CANCEL' }) +
        cancelled(W)
      );
    })(),
    ['1001 INCOMING A 1002: EARLY CANCELLED', '1002 OUTGOING A 1001: EARLY CANCELLED'],
  ],
  [
    'hidden internal caller, picked up by 1003',
    (() => {
      const u = { ...fromPhone('u', '1002', '1001'), 'Caller-Privacy-Hide-Number': 'true' };
      const b = toPhone('b', '1001', u);
      const p = fromPhone('p', '1003', '**1001');
      return (
        born(u) +
        born(b) +
        rings(b) +
        media(u, 'bridge') +
        born(p) +
        answered(p, 'intercept') +
        over(b, 'PICKED_OFF', 'send_cancel') +
        answers(u) +
        bridged(p, u) +
        hangsUp(u) +
        isHungUp(p)
      );
    })(),
    [
      '1001 INCOMING A anonymous: EARLY ANSWERED_ELSEWHERE',
      '1002 OUTGOING A 1001: EARLY CONFIRMED HANGUP',
      '1003 OUTGOING B **1001: CONFIRMED HANGUP',
    ],
  ],
  [
    'fifo ringall',
    (() => {
      const m = (uuid: string, user: string) => ({
        ...toPhone(uuid, user),
        'Caller-Caller-ID-Number': CALLER,
        'Caller-Orig-Caller-ID-Number': CALLER,
        variable_fifo_outbound_uuid: 'h' + uuid,
        variable_fifo_bridge_uuid: 'a',
        variable_fifo_originate_uuid: 'o',
      });
      const [b, c] = [m('b', '1001'), m('c', '1002')];
      return (
        born(A) +
        answered(A, 'fifo') +
        born(b) +
        born(c) +
        rings(b) +
        rings(c) +
        answers(c) +
        lost(b) +
        bridged(c, A) +
        hangsUp(A) +
        isHungUp(c)
      );
    })(),
    [
      '1001 INCOMING A +358401234567: EARLY ANSWERED_ELSEWHERE',
      '1002 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    ],
  ],
  [
    'fifo enterprise, told at the bridge',
    (() => {
      const m = { ...toPhone('b', '1001'), variable_fifo_outbound_uuid: 'h' };
      return (
        born(A) +
        answered(A, 'fifo') +
        born(m) +
        rings(m) +
        answers(m) +
        bridged(m, A) +
        hangsUp(A) +
        isHungUp(m)
      );
    })(),
    ['1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP'],
  ],
  [
    'blind transfer to the outside, busy, comes back to the transferrer',
    (() => {
      const o = toOutside('o', '0501111111', A);
      const back = toPhone('r', '1001', A);
      return (
        born(A) +
        born(B) +
        rings(B) +
        answers(B) +
        bridged(A, B) +
        isHungUp(B) +
        born(o) +
        refuses(o) +
        born(back) +
        rings(back) +
        answers(back) +
        bridged(A, back) +
        hangsUp(back)
      );
    })(),
    [
      '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
      '1001 INCOMING A +358401234567: EARLY CONFIRMED HANGUP',
    ],
  ],
  [
    'click-to-call, far end busy',
    (() => {
      const b = toPhone('b', '1001');
      const o = toOutside('o', '0501111111', b);
      return born(b) + rings(b) + answers(b) + born(o) + refuses(o) + isHungUp(b);
    })(),
    ['1001 OUTGOING A +358501111111: EARLY CONFIRMED HANGUP'],
  ],
  [
    'click-to-call to a colleague',
    (() => {
      const b = toPhone('b', '1001');
      const c = toPhone('c', '1002', { ...b, 'Caller-Caller-ID-Number': '0000000000' });
      return (
        born(b) +
        rings(b) +
        answers(b) +
        born(c) +
        rings(c) +
        answers(c) +
        bridged(b, c) +
        hangsUp(b) +
        isHungUp(c)
      );
    })(),
    ['1001 OUTGOING A 1002: EARLY CONFIRMED HANGUP', '1002 INCOMING A 1001: EARLY CONFIRMED HANGUP'],
  ],
  [
    'silent phone, no 180, timer B',
    (() =>
      born(A) +
      born(B) +
      over(B, 'RECOVERY_ON_TIMER_EXPIRE', 'recv_refuse', { variable_sip_term_status: '408' }))(),
    ['1001 INCOMING A +358401234567: CANCELLED'],
  ],
  [
    'profile restart',
    (() =>
      born(A) +
      born(B) +
      rings(B) +
      over(B, 'MANAGER_REQUEST', 'send_cancel') +
      over(A, 'MANAGER_REQUEST'))(),
    ['1001 INCOMING A +358401234567: EARLY CANCELLED'],
  ],
  [
    'stream torn in the middle of call, uuid reused',
    (() => born(A) + born(B) + rings(B) + refuses(B) + born(B) + rings(B) + answers(B) + hangsUp(B))(),
    ['1001 INCOMING A +358401234567: EARLY REJECTED'],
  ],
  [
    'subscribed mid call',
    (() => answers(B) + bridged(A, B) + hangsUp(B))(),
    ['1001 INCOMING A +358401234567: CONFIRMED HANGUP'],
  ],
  ['only the end seen', (() => bridged(A, B) + hangsUp(B))(), []],
  [
    'feature code transfer *2: user answers by voicemail',
    (() => {
      const u = fromPhone('u', '1001', '*98');
      return born(u) + answered(u, 'answer') + hangsUp(u);
    })(),
    ['1001 OUTGOING A *98: CONFIRMED HANGUP'],
  ],
  [
    'phone answers without ringing; caller A colleague',
    (() => {
      const u = fromPhone('u', '1002', '1001');
      const b = toPhone('b', '1001', u);
      return (
        born(u) +
        born(b) +
        answers(b) +
        media(u, 'bridge') +
        answers(u) +
        bridged(u, b) +
        hangsUp(b) +
        isHungUp(u)
      );
    })(),
    ['1001 INCOMING A 1002: CONFIRMED HANGUP', '1002 OUTGOING A 1001: CONFIRMED HANGUP'],
  ],
  [
    'internal busy',
    (() => {
      const u = fromPhone('u', '1002', '1001');
      const b = toPhone('b', '1001', u);
      return (
        born(u) +
        born(b) +
        refuses(b) +
        over(u, 'USER_BUSY', 'send_refuse', { variable_originate_disposition: 'USER_BUSY' })
      );
    })(),
    ['1001 INCOMING A 1002: REJECTED', '1002 OUTGOING A 1001: REJECTED'],
  ],
  [
    'internal, callee not registered, voicemail',
    (() => {
      const u = fromPhone('u', '1002', '1001');
      return born(u) + answered(u) + hangsUp(u);
    })(),
    ['1002 OUTGOING A 1001: CONFIRMED HANGUP'],
  ],
  [
    'internal unregistered',
    (() => {
      const u = fromPhone('u', '1002', '1001');
      return (
        born(u) +
        over(u, 'NORMAL_CLEARING', 'send_refuse', { variable_originate_disposition: 'USER_NOT_REGISTERED' })
      );
    })(),
    ['1002 OUTGOING A 1001: REJECTED'],
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

for (const [what, told, legs] of CASES) {
  test(what, async () => {
    assert.deepEqual(await legsOf(told), legs);
  });
}
