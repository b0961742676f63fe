/** A disk that is really full: nothing is lost, it is told, and it goes on by itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { assertContract } from '../support/expectation.ts';
import { makeFolder } from '../support/callhook-process.ts';
import { install } from '../support/installation.ts';
import { needsTmpfs } from '../support/needs.ts';

test('calls that come while the disk is full arrive when there is room again', needsTmpfs(), async (t) => {
  const folder = makeFolder(t, '2m');
  const { pbx, crm, serve } = await install(t, 'asterisk/20-burst-20cps-20s/ami.raw.gz', '', folder);
  const running = await serve();
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };

  fill(join(folder, 'ballast'));
  pbx.play(2_500);
  const problem = JSON.parse(await running.said('takes no messages')) as { problem: string };
  assert.match(problem.problem, /disk|full|I\/O/i);
  const ready = await fetch(`${api}/health/ready`);
  assert.equal(ready.status, 503);
  assert.match(await ready.text(), /The database takes no messages/);
  assert.equal((await fetch(`${api}/health/live`)).status, 200);

  execFileSync('mount', ['-o', 'remount,size=200m', folder]);
  rmSync(join(folder, 'ballast'));
  while (pbx.play(1_000) > 0) await new Promise((resolve) => setImmediate(resolve));
  await crm.until(
    (received) => received.filter(({ message }) => message.state === 'TERMINATED').length === 400,
  );
  const messages = crm.received.map(({ message }) => message);
  assertContract(messages);
  assert.equal(messages.length, 1_200, 'every call rang, was answered and ended');
  assert.equal((await fetch(`${api}/health/ready`)).status, 200);
});

/** Writes until nothing more fits. */
function fill(path: string): void {
  for (let size = 1 << 20; size >= 512; size /= 2) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // This size does not fit any more: a smaller one may.
    }
  }
}
