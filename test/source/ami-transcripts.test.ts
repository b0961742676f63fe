/** Every recorded Asterisk call plays back to what happened on the wire. */
import test from 'node:test';
import { playBack } from '../../src/cli/playback/play-back.ts';
import { assertExpected, type Message } from '../support/expectation.ts';
import { directoryFor, transcriptsOf, type Transcript } from '../support/transcripts.ts';

async function messagesOf(transcript: Transcript, technology: string): Promise<Message[]> {
  const messages: Message[] = [];
  await playBack({
    directory: directoryFor(technology),
    sourceId: 'pbx',
    recordings: transcript.recordings,
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
      assertExpected(await messagesOf(transcript, technology), transcript.expected);
    });
  }
}
