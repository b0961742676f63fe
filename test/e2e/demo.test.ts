/** `callhook demo`: shows the main job and ends by itself. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { makeFolder, run } from '../support/callhook-process.ts';
import { assertContract, type Message } from '../support/expectation.ts';

test('the demo shows five calls, in order and signed, and ends by itself', async (t) => {
  const { code, out, err } = await run(t, makeFolder(t), ['demo', '--json']);
  assert.equal(code, 0, err);
  const messages = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Message);
  assertContract(messages);
  assert.equal(new Set(messages.map(({ call_id }) => call_id)).size, 5);
  const reasons = messages.map((message) => message['termination-reason']);
  assert.equal(reasons.filter((reason) => reason === 'HANGUP').length, 6);
  assert.equal(reasons.filter((reason) => reason === 'ANSWERED_ELSEWHERE').length, 2);
  assert.match(err, /Done\. 22 messages of 5 calls; all in order\./);
});
