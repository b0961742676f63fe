/** What FreeSWITCH's channels are known by, in which order it tells of them, and what a connector finds that comes late. */
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
  rings,
  toOutside,
  toPhone,
} from '../support/freeswitch-calls.ts';

const A = fromOutside('a');
const B = toPhone('b', '1001', A);
const C = toPhone('c', '1002', A);

/** 1001 talks to the outside. */
const TALKING = born(A) + born(B) + rings(B) + answers(B) + answers(A) + bridged(A, B);

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
