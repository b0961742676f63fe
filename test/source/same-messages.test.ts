/** The same hard case gives the same messages, whichever PBX it was recorded on. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { playBack } from '../../src/cli/playback/play-back.ts';
import type { Directory } from '../../src/policy/directory.ts';
import type { Message } from '../support/expectation.ts';
import { directoryFor, freeswitchDirectory, transcriptsOf } from '../support/transcripts.ts';

/** What a CRM sees of a call, without times and names of this one call. */
async function story(directory: Directory, system: string, scenario: string): Promise<unknown> {
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
  ['an attended transfer', '16-attended-transfer', '28-attended-transfer'],
] as const) {
  test(`${what}: the same from Asterisk and from FreeSWITCH`, async () => {
    assert.deepEqual(
      await story(freeswitchDirectory(), 'freeswitch', onFreeswitch),
      await story(directoryFor('PJSIP'), 'asterisk', onAsterisk),
    );
  });
}
