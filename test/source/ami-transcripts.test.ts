/** Every recorded Asterisk call plays back to what happened on the wire. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';
import { playBack } from '../../src/cli/playback/play-back.ts';
import { assertExpected, type Message } from '../support/expectation.ts';
import { directoryFor, TRANSCRIPTS, transcriptsOf } from '../support/transcripts.ts';

async function messagesOf(recordings: readonly string[], technology: string): Promise<Message[]> {
  const messages: Message[] = [];
  await playBack({
    directory: directoryFor(technology),
    sourceId: 'pbx',
    recordings,
    message: ({ body }) => messages.push(JSON.parse(body) as Message),
    remark: (line) => {
      throw new Error(line);
    },
  });
  return messages;
}

for (const [system, technology] of [
  ['asterisk', 'PJSIP'],
  ['asterisk18', 'PJSIP'],
  ['asterisk18-chan_sip', 'SIP'],
] as const) {
  for (const transcript of transcriptsOf(system)) {
    test(`${transcript.name} plays back to what happened on the wire`, async () => {
      assertExpected(await messagesOf(transcript.recordings, technology), transcript.expected);
    });
    const callClassOnly = `${TRANSCRIPTS}${transcript.name}/ami-callonly.raw`;
    if (!existsSync(callClassOnly)) continue;
    test(`${transcript.name} plays back the same from the call class alone`, async () => {
      assertExpected(await messagesOf([callClassOnly], technology), transcript.expected);
    });
  }
}

test('a recording that ends in mid-call leaves its legs open: nothing is made up', async () => {
  const [first] = transcriptsOf('asterisk').find(({ name }) => name.includes('/19-'))!.recordings;
  const messages = await messagesOf([first!], 'PJSIP');
  assert.deepEqual(
    messages.map(({ local_user_id: user, state }) => `${user} ${state}`),
    ['user.1001@acme.example EARLY', 'user.1001@acme.example CONFIRMED', 'user.1002@acme.example EARLY'],
  );
});

test('no caller’s name gets a line break or an event of its own into what is reported', async () => {
  const odd = transcriptsOf('asterisk').find(({ name }) => name.includes('/22-'))!;
  const messages = await messagesOf(odd.recordings, 'PJSIP');
  for (const message of messages) {
    for (const value of Object.values(message)) assert.doesNotMatch(String(value), /[\r\n]|Event:/);
  }
});

test('the comparison with the wire sees a wrong state, reason, remote, time and a leg too many', async () => {
  const { recordings, expected } = transcriptsOf('asterisk')[0]!;
  const messages = await messagesOf(recordings, 'PJSIP');
  const [ringing, answered, ended] = messages as [Message, Message, Message];
  for (const wrong of [
    [ringing, answered],
    [ringing, ended, answered],
    [ringing, answered, { ...ended, 'termination-reason': 'CANCELLED' as const }],
    [{ ...ringing, remote_number: '+358401111111' }, answered, ended],
    [ringing, { ...answered, timestamp: '2026-11-23T00:00:00.000+00:00' }, ended],
    [
      ...messages,
      ...messages.map((message) => ({ ...message, branch_id: 'another-one.', seq_num: message.seq_num + 3 })),
    ],
    [{ ...ringing, seq_num: 2 }, answered, ended],
  ]) {
    assert.throws(() => assertExpected(wrong, expected), assert.AssertionError);
  }
});
