/** Every recorded call of Kamailio plays back to the most that its dialog events can tell. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { playBack } from '../../src/cli/playback/play-back.ts';
import { assertExpected, type Message } from '../support/expectation.ts';
import { kamailioDirectory, transcriptsOf, type Expected } from '../support/transcripts.ts';

async function messagesOf(recordings: readonly string[]): Promise<Message[]> {
  const messages: Message[] = [];
  await playBack({
    directory: kamailioDirectory(),
    sourceId: 'pbx',
    recordings,
    message: ({ body }) => messages.push(JSON.parse(body) as Message),
    remark: (line) => {
      throw new Error(line);
    },
  });
  return messages;
}

const transcripts = transcriptsOf('kamailio');

for (const { name, recordings, expected } of transcripts) {
  test(`${name} plays back to what dialog events can tell of it`, async () => {
    assertExpected(await messagesOf(recordings), expected);
  });
}

test('a subscription made in the middle of calls shows them in their present state', async (t) => {
  const { recordings, expected } = transcripts.find(({ name }) => name.endsWith('/22-subscribe-mid-call'))!;
  const lines = readFileSync(recordings[0]!, 'utf8').split('\n');
  const folder = mkdtempSync(join(tmpdir(), 'callhook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const late = join(folder, 'late.jsonl');
  writeFileSync(late, lines.filter((line) => line.includes('"sub":"late-1001"')).join('\n'));
  const { subscriptions } = expected as { subscriptions: Record<string, Expected> };
  assertExpected(await messagesOf([late]), subscriptions['late-1001']!);
});

test('a recording that ends in mid-call leaves its legs open: the end of a subscription is no end of a call', async () => {
  const { recordings } = transcripts.find(({ name }) => name.endsWith('/21-crash-no-bye'))!;
  const messages = await messagesOf(recordings);
  assert.deepEqual(
    messages.map(({ state }) => state),
    ['EARLY', 'CONFIRMED'],
  );
});
