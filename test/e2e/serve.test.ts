/** The whole connector as a process: a real AMI socket in, real HTTPS out, SQLite on disk between. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { assertContract, assertExpected } from '../support/expectation.ts';
import { run, write } from '../support/callhook-process.ts';
import { directoryYaml, ENV, install } from '../support/installation.ts';
import { SECRET, startCrm } from '../support/receiver.ts';
import { transcriptsOf } from '../support/transcripts.ts';

test('a recorded call arrives as three signed messages in order, and a stop is clean', async (t) => {
  const { pbx, crm, serve, folder } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const running = await serve();
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  const messages = crm.received.map(({ message }) => message);
  assertExpected(messages, transcriptsOf('asterisk')[0]!.expected);

  const status = await run(t, folder, ['status', '--json']);
  const overview = JSON.parse(status.out) as { serving: boolean; sources: { status: string }[] };
  assert.equal(overview.serving, true);
  assert.equal(overview.sources[0]?.status, 'connected');

  running.process.kill('SIGTERM');
  const { code, err } = await running.ended;
  assert.equal(code, 0);
  assert.ok(
    !/\+?358\d{6}|@acme\.example|correct horse|whsec_/.test(err),
    'no personal data and no secret in the log',
  );
  const bytes = readdirSync(folder)
    .filter((name) => name.startsWith('callhook.db'))
    .map((name) => readFileSync(join(folder, name)));
  for (const file of bytes) assert.ok(!file.includes('correct horse'), 'no secret in the database file');
});

test('the health pages tell that it is ready, and how its sources are', async (t) => {
  const { serve } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const running = await serve();
  const line = JSON.parse(await running.said('callhook serves')) as { api: string };
  const live = await fetch(`${line.api}/health/live`);
  assert.deepEqual([live.status, await live.json()], [200, { status: 'live' }]);
  const ready = await fetch(`${line.api}/health/ready`);
  assert.equal(ready.status, 200);
  assert.match(await ready.text(), /"id":"pbx"/);
});

test('a receiver that fails gets the messages again, in order, under the same ids', async (t) => {
  const { pbx, crm, serve } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  await serve();
  crm.answers.push(503);
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  assert.deepEqual(
    crm.received.map(({ message }) => message.seq_num),
    [1, 2, 3],
  );
});

test('an attempt under way at SIGTERM is finished, and the process ends within seconds', async (t) => {
  const { pbx, crm, serve, folder } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const running = await serve();
  crm.delayMs = 400;
  pbx.play(8);
  const arrived = crm.until((received) => received.length === 1);
  await new Promise<void>((resolve) => {
    const look = () => (crm.requests() > 0 ? resolve() : setImmediate(look));
    look();
  });
  running.process.kill('SIGTERM');
  await arrived;
  assert.equal((await running.ended).code, 0);
  const { out } = await run(t, folder, ['status', '--json']);
  const { endpoints } = JSON.parse(out) as { endpoints: { delivered: number; pending: number }[] };
  assert.deepEqual(
    endpoints.map(({ delivered, pending }) => [delivered, pending]),
    [[1, 0]],
  );
});

test('a second `serve` on the same database is refused', async (t) => {
  const { serve, folder } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  await serve();
  const second = await run(t, folder, ['serve']);
  assert.equal(second.code, 1);
  assert.match(second.err, /Another `callhook serve` already works on callhook\.db/);
});

test('`apply` while it serves: a new endpoint gets the next message without a restart', async (t) => {
  const { pbx, crm, serve, folder } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  await serve();
  const erp = await startCrm();
  t.after(() => erp.close());
  const yaml = `${directoryYaml(pbx.port, crm.url)}      - { id: erp, url: "${erp.url}", secret: ${SECRET} }\n`;
  write(folder, 'acme.yaml', yaml);
  const applied = await run(t, folder, ['apply', 'acme.yaml'], ENV);
  assert.equal(applied.code, 0, applied.err);
  assert.match(applied.out, /\+ endpoint erp in acme/);
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  const { out } = await run(t, folder, ['status', '--json']);
  const { endpoints } = JSON.parse(out) as {
    endpoints: { id: string; pending: number; last?: { outcome: string } }[];
  };
  // Its certificate is unknown here, so what it would have got waits and the reason is told.
  const waiting = endpoints.find(({ id }) => id === 'erp');
  assert.ok(waiting !== undefined && waiting.pending === 3);
});

test('kill -9 in a burst: after the restart every message arrives, in order, none missing', async (t) => {
  const { pbx, crm, serve, folder } = await install(t, 'asterisk/20-burst-20cps-20s/ami.raw.gz');
  crm.delayMs = 20;
  const first = await serve();
  pbx.play(6_000);
  await crm.until((received) => received.length >= 300);
  first.process.kill('SIGKILL');
  await first.ended;
  const before = crm.received.length;

  await serve();
  while (pbx.play(2_000) > 0) await new Promise((resolve) => setImmediate(resolve));
  const ended = (): number => {
    const branches = Map.groupBy(crm.received, ({ message }) => message.branch_id);
    return [...branches.values()].filter((of) => of.some(({ message }) => message.state === 'TERMINATED'))
      .length;
  };
  await crm.until((received) => {
    const branches = new Set(received.map(({ message }) => message.branch_id));
    return branches.size >= 350 && ended() === branches.size;
  });

  const seen = new Set<string>();
  const once = crm.received.filter(({ messageId }) => !seen.has(messageId) && seen.add(messageId));
  // In order per call without a gap, states forward, each branch ended: on what arrived first under each id.
  assertContract(once.map(({ message }) => message));
  const again = crm.received.length - once.length;
  assert.ok(before >= 300 && again <= 32, `${again} came twice; at most the attempts under way may`);
  const bodies = Map.groupBy(crm.received, ({ messageId }) => messageId);
  for (const of of bodies.values())
    assert.equal(new Set(of.map(({ body }) => body)).size, 1, 'the same bytes again');

  const { out } = await run(t, folder, ['status', '--json']);
  const overview = JSON.parse(out) as {
    endpoints: { pending: number; dead: number }[];
    sources: { openLegs: number }[];
  };
  assert.deepEqual([overview.endpoints[0]?.dead, overview.sources[0]?.openLegs], [0, 0]);
});
