/** The same hard case gives the same messages, whichever PBX it was recorded on. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { playBack } from '../../src/cli/playback/play-back.ts';
import type { Directory } from '../../src/policy/directory.ts';
import type { Message } from '../support/expectation.ts';
import { event, type Headers } from '../support/esl.ts';
import {
  answered,
  answers,
  born,
  bridged,
  cancelled,
  fromOutside,
  fromPhone,
  hangsUp,
  isHungUp,
  lost,
  messagesOf,
  over,
  rings,
  toOutside,
  toPhone,
} from '../support/freeswitch-calls.ts';
import { directoryFor, freeswitchDirectory, transcriptsOf } from '../support/transcripts.ts';

async function recorded(directory: Directory, system: string, scenario: string): Promise<unknown> {
  const transcript = transcriptsOf(system).find(({ name }) => name === `${system}/${scenario}`);
  assert.ok(transcript, `${system}/${scenario}`);
  const messages: Message[] = [];
  await playBack({
    directory,
    sourceId: 'pbx',
    recordings: transcript.recordings,
    message: ({ body }) => messages.push(JSON.parse(body) as Message),
    remark: () => {},
  });
  return story(messages);
}

/** What a CRM sees of a call, without times and names of this one call. */
function story(messages: readonly Message[]): unknown {
  const calls = [...new Set(messages.map(({ call_id }) => call_id))];
  const legs = [...Map.groupBy(messages, ({ branch_id }) => branch_id).values()].map((branch) => ({
    user: branch[0]?.local_user_id,
    call: calls.indexOf(branch[0]?.call_id ?? ''),
    direction: branch[0]?.direction,
    colleague: branch.at(-1)?.remote_user_id,
    states: branch.map((message) => message['termination-reason'] ?? message.state),
  }));
  return legs.map((leg) => JSON.stringify(leg)).toSorted();
}

for (const [what, onAsterisk, onFreeswitch] of [
  ['answered, the caller hangs up', '01-in-answered-caller-hangs-up', '01-in-answered-caller-hangup'],
  ['answered, the phone hangs up', '02-in-answered-callee-hangs-up', '02-in-answered-callee-hangup'],
  ['the caller gives up', '03-in-caller-cancels-ringing', '03-in-cancelled'],
  ['busy', '04-in-callee-rejects-486', '04-in-busy-486'],
  ['nobody answers', '06-in-no-answer-timeout', '06-in-no-answer'],
  ['two phones of one user', '07-two-devices-one-answers', '07-in-fork-two-registrations'],
  ['a ring group', '08-ring-group-1002-answers', '10-ring-group-1002-answers'],
  ['an IVR', '10-ivr-digit-then-1001', '17-ivr-transfer'],
  ['a call out', '11-out-answered', '18-out-answered'],
  ['a call out, busy', '12-out-busy', '20-out-busy'],
  ['a call between colleagues', '14-internal-1001-to-1002-answered', '23-internal-1001-1002'],
  ['a blind transfer', '15-blind-transfer-refer', '26-blind-transfer-by-callee'],
  ['click-to-call', '24-originate-click-to-call', '34-click-to-call'],
  ['an attended transfer', '16-attended-transfer', '28-attended-transfer'],
] as const) {
  test(`${what}: the same from Asterisk and from FreeSWITCH`, async () => {
    assert.deepEqual(
      await recorded(freeswitchDirectory(), 'freeswitch', onFreeswitch),
      await recorded(directoryFor('PJSIP'), 'asterisk', onAsterisk),
    );
  });
}

const A = fromOutside('a');
const B = toPhone('b', '1001', A);
const C = toPhone('c', '1002', A);
const OUT = fromPhone('u', '1001', '0401234567');
const FAR = toOutside('o', '0401234567', OUT);

const queued = (channel: Headers): Headers => {
  const { variable_originator: _, variable_originating_leg_uuid: __, 'Other-Type': ___, ...alone } = channel;
  return { ...alone, variable_cc_member_session_uuid: 'a' };
};
const RING_ALL =
  born(A) +
  answered(A) +
  born(queued(B)) +
  born(queued(C)) +
  rings(B) +
  rings(C) +
  answers(C) +
  lost(B) +
  bridged(A, C) +
  hangsUp(C);

// Of these FreeSWITCH is not recorded: its events as its documentation and its recordings of the like have them.
for (const [what, onAsterisk, told] of [
  [
    'a user gives up a call out',
    '13-out-cancelled-by-1001',
    born(OUT) +
      born(FAR) +
      rings(FAR) +
      rings(OUT) +
      over(OUT, 'ORIGINATOR_CANCEL', 'recv_cancel') +
      cancelled(FAR),
  ],
  [
    'nobody answers, then a colleague is rung',
    '18-no-answer-then-1002',
    born(A) +
      born(B) +
      rings(B) +
      over(B, 'NO_ANSWER', 'send_cancel') +
      born(C) +
      rings(C) +
      answers(C) +
      bridged(A, C) +
      hangsUp(C),
  ],
  ['a queue that rings all', '09-queue-ringall-agent-1002-answers', RING_ALL],
  ['a queue that rings all by way of helper channels', '09e-queue-local-members', RING_ALL],
  [
    'hold and unhold',
    '17-hold-unhold',
    born(A) +
      born(B) +
      rings(B) +
      answers(B) +
      bridged(A, B) +
      event('CHANNEL_CALLSTATE', B, { 'Channel-Call-State': 'HELD' }) +
      event('CHANNEL_HOLD', B) +
      event('CHANNEL_UNHOLD', B) +
      event('CHANNEL_CALLSTATE', B, { 'Channel-Call-State': 'UNHELD' }) +
      hangsUp(A) +
      isHungUp(B),
  ],
] as const) {
  test(`${what}: the same from Asterisk and from FreeSWITCH`, async () => {
    assert.deepEqual(
      story(await messagesOf(told)),
      await recorded(directoryFor('PJSIP'), 'asterisk', onAsterisk),
    );
  });
}
