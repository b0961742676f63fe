/** The log on the command line and over the API, of a call that went through the real connector. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { run } from '../support/callhook-process.ts';
import { install } from '../support/installation.ts';

const CALL = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';

test('`calls` and `messages` tell what became of a call, and `calls` which devices nobody knows', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  const running = await serve();
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  const callId = crm.received[0]!.message.call_id;
  const shown = async (...args: string[]) => {
    const { code, out, err } = await run(t, folder, args);
    assert.deepEqual([code, err], [0, '']);
    return out;
  };
  // The last outcome is settled a moment after the receiver has it.
  let list = await shown('calls');
  while (!list.includes('delivered (3 messages)')) list = await shown('calls');
  assert.match(
    list,
    new RegExp(
      `${callId}  delivered \\(3 messages\\)\\n    user\\.1001@acme\\.example  TERMINATED \\(HANGUP\\)\\n`,
    ),
  );

  const call = await shown('calls', 'acme', '--call', callId);
  assert.match(
    call,
    /^The phone of user\.1001@acme\.example rang at [\d:.]+; the call was answered at [\d:.]+; it ended/,
  );
  assert.match(call, / took EARLY, CONFIRMED and TERMINATED, the first /);
  assert.match(call, /\n {6}crm #1 delivered  msg_\S+\n {8}[\d:.]+  delivered \(204\), \d+ ms\n/);
  const { findings, steps } = JSON.parse(await shown('calls', 'acme', '--call', callId, '--json')) as {
    findings: { code: string }[];
    steps: unknown[];
  };
  assert.deepEqual(
    findings.map(({ code }) => code),
    // The recording's times are of the past.
    ['leg', 'learnt-late', 'delivered'],
  );
  // TRYING is told as well, which nobody asked for.
  assert.equal(steps.length, 4);

  const messages = JSON.parse(await shown('messages', '--state', 'EARLY', '--json')) as {
    messageId: string;
  }[];
  assert.equal(messages.length, 1);
  const { messageId } = messages[0]!;
  assert.match(await shown('messages', '--call', callId), /#3 TERMINATED  delivered 204, \d+ ms\n/);
  assert.ok((await shown('messages', '--message', messageId)).includes(crm.received[0]!.body));
  assert.equal(await shown('messages', '--text', 'no such'), 'No such messages in the log.\n');

  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
  const made = await shown('account', 'create', 'you@example.org');
  const ask = await loggedIn(api, /#(\S+)/.exec(made)![1]!);
  const told = (await ask(`organisations/acme/calls/${callId}`)) as {
    findings: { code: string; text: string }[];
  };
  assert.deepEqual(
    told.findings.map(({ code }) => code),
    findings.map(({ code }) => code),
  );
  assert.match(told.findings[0]!.text, /^The phone of user\.1001@acme\.example rang at [\d:-]+/);
  const overview = (await ask('overview')) as { nodes: unknown[]; database: object };
  assert.deepEqual([overview.nodes.length, overview.database], [1, { kind: 'sqlite', name: 'callhook.db' }]);
  const { items } = (await ask('settings')) as { items: { name: string; from: string }[] };
  assert.equal(items.find(({ name }) => name === 'allowed_addresses')?.from, 'file');

  const no = await run(t, folder, ['calls', 'nobody']);
  assert.deepEqual([no.code, no.err], [1, 'callhook: There is no organisation nobody. There are acme.\n']);
  const odd = await run(t, folder, ['calls', '--result', 'odd']);
  assert.match(odd.err, /--result is one of delivered, waiting, failed, not reported/);
  let devices = await shown('calls', '--unknown-devices');
  while (devices.startsWith('No devices')) devices = await shown('calls', '--unknown-devices');
  assert.match(devices, /pbx  \S*trunk\S*  \d+ events?\n/);
});

/** The first account, by its link. @returns reads with its session */
async function loggedIn(api: string, token: string): Promise<(path: string) => Promise<unknown>> {
  const response = await fetch(`${api}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'x-callhook': '1', 'content-type': 'application/json' },
    body: JSON.stringify({ token, name: 'You', password: 'three blind mice' }),
  });
  assert.ok(response.ok, await response.text());
  const [cookie = ''] = response.headers.getSetCookie().map((set) => set.split(';')[0]!);
  return async (path) => {
    const answer = await fetch(`${api}/api/v1/${path}`, { headers: { cookie } });
    assert.equal(answer.status, 200, path);
    return answer.json();
  };
}
