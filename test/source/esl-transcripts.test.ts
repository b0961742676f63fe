/** Every recorded FreeSWITCH call plays back to what happened on the wire. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { playBack } from '../../src/cli/playback/play-back.ts';
import { assertExpected, type Message } from '../support/expectation.ts';
import { freeswitchDirectory, transcriptsOf } from '../support/transcripts.ts';

async function messagesOf(recordings: readonly string[]): Promise<Message[]> {
  const messages: Message[] = [];
  await playBack({
    directory: freeswitchDirectory(),
    sourceId: 'pbx',
    recordings,
    message: ({ body }) => messages.push(JSON.parse(body) as Message),
    remark: (line) => {
      throw new Error(line);
    },
  });
  return messages;
}

for (const transcript of transcriptsOf('freeswitch')) {
  test(`${transcript.name} plays back to what happened on the wire`, async () => {
    assertExpected(await messagesOf(transcript.recordings), transcript.expected);
  });
}

test('a recording that ends in mid-call leaves its legs open: nothing is made up', async () => {
  const [first] = transcriptsOf('freeswitch').find(({ name }) => name.includes('/38-'))!.recordings;
  const messages = await messagesOf([first!]);
  assert.deepEqual(
    messages.map(({ local_user_id: user, state }) => `${user} ${state}`),
    ['user.1001@acme.example EARLY', 'user.1001@acme.example CONFIRMED'],
  );
});
