/** Several nodes on one PostgreSQL: one reads the phone system, both deliver, and when one is gone the other goes on. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { makeFolder, run, start, write, type Running } from '../support/callhook-process.ts';
import { assertContract } from '../support/expectation.ts';
import { configToml, directoryYaml, ENV, LOGIN } from '../support/installation.ts';
import { startLivePbx } from '../support/live-pbx.ts';
import { needsPostgres } from '../support/needs.ts';
import { startCrm } from '../support/receiver.ts';
import { freshDatabase } from '../support/shared-postgres.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

async function twoNodes(t: TestContext, recording: string) {
  const pbx = await startLivePbx(`${TRANSCRIPTS}${recording}`, LOGIN);
  t.after(() => pbx.close());
  const crm = await startCrm();
  t.after(() => crm.close());
  const folder = makeFolder(t);
  write(folder, 'crm.pem', crm.certificate);
  write(
    folder,
    'callhook.toml',
    configToml('crm.pem', 'source_lease_seconds = 3\nattempt_timeout_seconds = 2\n'),
  );
  write(folder, 'acme.yaml', directoryYaml(pbx.port, crm.url));
  const env = { CALLHOOK_DATABASE: await freshDatabase(t) };
  const applied = await run(t, folder, ['apply', 'acme.yaml'], { ...ENV, ...env });
  assert.equal(applied.code, 0, applied.err);
  const serve = async (): Promise<Running> => {
    const node = start(t, folder, ['serve'], env);
    await node.said('callhook serves');
    return node;
  };
  return { pbx, crm, folder, env, serve };
}

test(
  'the node that reads the phone system is killed in mid-call: the other takes over and nothing is lost',
  needsPostgres(),
  async (t) => {
    const { pbx, crm, folder, env, serve } = await twoNodes(t, 'asterisk/20-burst-20cps-20s/ami.raw.gz');
    const reader = await serve();
    await pbx.listened();
    await serve();
    const status = JSON.parse((await run(t, folder, ['status', '--json'], env)).out) as { nodes: string[] };
    assert.equal(status.nodes.length, 2);

    pbx.play(3_000);
    await crm.until((received) => received.length >= 200);
    reader.process.kill('SIGKILL');
    await reader.ended;
    await pbx.listened();
    while (pbx.play(2_000) > 0) await new Promise((resolve) => setImmediate(resolve));
    const ended = () =>
      new Set(
        crm.received
          .filter(({ message }) => message.state === 'TERMINATED')
          .map(({ message }) => message.branch_id),
      );
    await crm.until((received) => {
      const branches = new Set(received.map(({ message }) => message.branch_id));
      return branches.size >= 350 && ended().size === branches.size;
    });
    const seen = new Set<string>();
    const once = crm.received.filter(({ messageId }) => !seen.has(messageId) && seen.add(messageId));
    assertContract(once.map(({ message }) => message));
  },
);

test(
  'a node that is stopped hands its phone system over, and the call comes to its end',
  needsPostgres(),
  async (t) => {
    const { pbx, crm, serve } = await twoNodes(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
    const first = await serve();
    await pbx.listened();
    await serve();
    pbx.play(10);
    first.process.kill('SIGTERM');
    assert.equal((await first.ended).code, 0);
    await pbx.listened();
    pbx.play(1_000);
    await crm.until((received) => received.some(({ message }) => message.state === 'TERMINATED'));
    assertContract(crm.received.map(({ message }) => message));
  },
);
