/** `callhook demo`: shows the main job and ends by itself. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { makeFolder, run, start } from '../support/callhook-process.ts';
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

test('a reader that has seen enough ends the demo, and nothing of it stays', async (t) => {
  const folder = makeFolder(t);
  const demo = start(t, folder, ['demo'], { TMPDIR: folder });
  await once(demo.process.stdout!, 'data');
  demo.process.stdout!.destroy();
  const { code, err } = await demo.ended;
  assert.deepEqual([code, err], [0, '']);
  assert.deepEqual(readdirSync(folder), []);
});

test('Ctrl-C ends the demo without a word of all being done, and nothing of it stays', async (t) => {
  const folder = makeFolder(t);
  const demo = start(t, folder, ['demo', '--json'], { TMPDIR: folder });
  await demo.said('Callhook demo');
  demo.process.kill('SIGINT');
  const { code, err } = await demo.ended;
  assert.equal(code, 0);
  assert.match(err, /Stopped before its end\.\n$/);
  assert.doesNotMatch(err, /Done|all in order/);
  assert.deepEqual(readdirSync(folder), []);
});
