/** A disk that is really full: nothing is lost, it is told, and it goes on by itself. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { assertContract } from '../support/expectation.ts';
import { makeFolder, run, start, write } from '../support/callhook-process.ts';
import { directoryYaml, ENV, install } from '../support/installation.ts';
import { needsTmpfs } from '../support/needs.ts';

const CALL = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';

test('calls that come while the disk is full arrive when there is room again', needsTmpfs(), async (t) => {
  const folder = makeFolder(t, '2m');
  const { pbx, crm, serve } = await install(t, 'asterisk/20-burst-20cps-20s/ami.raw.gz', '', folder);
  const running = await serve();
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };

  fill(join(folder, 'ballast'));
  pbx.play(2_500);
  const { problem, advice } = JSON.parse(await running.said('takes no messages')) as Record<string, string>;
  assert.match(problem!, /the disk is full: make room/);
  assert.match(advice!, /Nothing is lost meanwhile/);
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

const MAKE_ROOM = /: (the disk is full: make room|the disk fails or is full: make room)/;

test(
  'on a full disk the running connector can be looked at, and a change is refused with what to do',
  needsTmpfs(),
  async (t) => {
    const folder = makeFolder(t, '2m');
    const elsewhere = makeFolder(t);
    const { pbx, crm, serve } = await install(t, CALL, '', folder);
    await serve();
    fill(join(folder, 'ballast'));

    const status = await run(t, folder, ['status']);
    assert.equal(status.code, 0, status.err);
    assert.match(status.out, /callhook serves/);
    const dry = await run(t, folder, ['apply', 'acme.yaml', '--dry-run'], ENV);
    assert.deepEqual([dry.code, dry.out], [0, 'Nothing to change.\n'], dry.err);
    const other = directoryYaml(pbx.port, crm.url).replace('Acme Oy', 'Acme Ltd');
    const { code, err } = await run(t, folder, ['apply', write(elsewhere, 'other.yaml', other)], ENV);
    assert.equal(code, 1);
    assert.match(err, MAKE_ROOM);
  },
);

for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
  test(`on a full disk, after ${signal}, each verb works or says what to do`, needsTmpfs(), async (t) => {
    const folder = makeFolder(t, '2m');
    const { pbx, crm, serve } = await install(t, CALL, '', folder);
    const first = await serve();
    fill(join(folder, 'ballast'));
    first.process.kill(signal);
    await first.ended;
    fill(join(folder, 'ballast'));

    for (const args of [['status'], ['apply', 'acme.yaml', '--dry-run']]) {
      const { code, err } = await run(t, folder, args, ENV);
      assert.ok(code === 0 || MAKE_ROOM.test(err), err);
    }
    const again = start(t, folder, ['serve']);
    const refused = await Promise.race([again.said('callhook serves').then(() => undefined), again.ended]);
    if (refused !== undefined) assert.match(refused.err, MAKE_ROOM);
    again.process.kill('SIGKILL');
    await again.ended;

    rmSync(join(folder, 'ballast'));
    await serve();
    pbx.play(1_000);
    await crm.until((received) => received.length === 3);
  });
}

/** Writes until nothing more fits. */
function fill(path: string): void {
  for (let size = 1 << 20; size >= 1; size /= 2) {
    try {
      for (;;) writeFileSync(path, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // This size does not fit any more: a smaller one may.
    }
  }
}
