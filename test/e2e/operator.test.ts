/** What an operator does on the command line while `serve` runs. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { run, write } from '../support/callhook-process.ts';
import { install } from '../support/installation.ts';
import { certificateFor, SECRET, startCrm } from '../support/receiver.ts';

const CALL = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';

interface EndpointStatus {
  delivered: number;
  pending: number;
  dead: number;
  health: { kind: string };
}

async function endpointOf(t: TestContext, folder: string): Promise<EndpointStatus> {
  const { out } = await run(t, folder, ['status', '--json']);
  return (JSON.parse(out) as { endpoints: EndpointStatus[] }).endpoints[0]!;
}

async function endpointUntil(t: TestContext, folder: string, is: (endpoint: EndpointStatus) => boolean) {
  for (;;) {
    const endpoint = await endpointOf(t, folder);
    if (is(endpoint)) return endpoint;
  }
}

test('`disable` holds the messages back, `enable` sends them, in order', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  await serve();
  const disabled = await run(t, folder, ['disable', 'acme/crm']);
  assert.deepEqual([disabled.code, disabled.out], [0, 'acme/crm is disabled.\n']);
  pbx.play(1_000);
  await endpointUntil(t, folder, ({ pending }) => pending === 3);
  assert.equal(crm.requests(), 0);
  assert.match(
    (await run(t, folder, ['status'])).out,
    /disabled .* \(by the operator\); `callhook enable acme\/crm`/,
  );

  assert.equal((await run(t, folder, ['enable', 'acme/crm'])).code, 0);
  await crm.until((received) => received.length === 3);
  assert.deepEqual(
    crm.received.map(({ message }) => message.seq_num),
    [1, 2, 3],
  );
});

test('`replay` sends a call again: the same ids and bytes, marked, in order', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  await serve();
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  const first = [...crm.received];
  await endpointUntil(t, folder, ({ delivered }) => delivered === 3);

  const { code, out } = await run(t, folder, ['replay', 'acme/crm', '--call', first[0]!.message.call_id]);
  assert.deepEqual([code, out], [0, '3 messages are on the way again, in order.\n']);
  await crm.until((received) => received.length === 6);
  const again = crm.received.slice(3);
  assert.deepEqual(
    again.map(({ messageId, body }) => [messageId, body]),
    first.map(({ messageId, body }) => [messageId, body]),
  );
  assert.deepEqual(
    crm.received.map(({ headers }) => headers['callhook-replay']),
    [undefined, undefined, undefined, 'true', 'true', 'true'],
  );
});

test('`test` sends an example message, marked, and tells what came of it', async (t) => {
  const { folder, crm } = await install(t, CALL);
  await run(t, folder, ['disable', 'acme/crm']);
  const sent = await run(t, folder, ['test', 'acme/crm', '--state', 'CONFIRMED']);
  assert.equal(sent.code, 0, sent.err);
  assert.match(sent.out, /^Sent to acme\/crm, as a test:\n {4}\{"seq_num":1,.*"state":"CONFIRMED"/);
  assert.match(
    sent.out,
    /\ndelivered, after \d+ ms\. The receiver answered 204: it has taken the message\.\n$/,
  );
  assert.equal(crm.received[0]?.headers['callhook-test'], 'true');
  crm.answers.push(500);
  const refused = await run(t, folder, ['test', 'acme/crm']);
  assert.equal(refused.code, 1);
  assert.match(refused.out, /\nreceiver_error, after \d+ ms\. The receiver answered 500: it failed\.\n$/);
  const { health, dead, pending } = await endpointOf(t, folder);
  assert.deepEqual([health.kind, dead, pending], ['disabled', 0, 0]);
});

test('the API of a serving node switches an endpoint on and sends again, and its dispatcher hears of it', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  const running = await serve();
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
  const made = await run(t, folder, ['account', 'create', 'op@example.org']);
  const [, token = ''] = /#(?:token=)?(chlnk_[\w-]+)/.exec(made.out) ?? [];
  const post = (path: string, body: unknown, cookie = '') =>
    fetch(`${api}/api/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-callhook': '1', cookie },
      body: JSON.stringify(body),
    });
  const accepted = await post('invitations/accept', { token, name: 'Op', password: 'three blind mice' });
  const login = await post('login', { email: 'op@example.org', password: 'three blind mice' });
  assert.ok(login.ok, `${made.out} ${accepted.status} ${await login.clone().text()}`);
  const cookie = login.headers.get('set-cookie')!.split(';')[0]!;
  await post('organisations/acme/endpoints/crm/disable', {}, cookie);
  pbx.play(1_000);
  await endpointUntil(t, folder, ({ pending }) => pending === 3);
  assert.equal(crm.requests(), 0);
  assert.equal((await post('organisations/acme/endpoints/crm/enable', {}, cookie)).status, 200);
  await crm.until((received) => received.length === 3);
  await endpointUntil(t, folder, ({ delivered }) => delivered === 3);
  const call = crm.received[0]!.message.call_id;
  const replayed = await post('organisations/acme/replays', { endpoint: 'crm', call }, cookie);
  assert.equal(((await replayed.json()) as { replayed: number }).replayed, 3);
  await crm.until((received) => received.length === 6);
});

test('a receiver that wants no more (410) is disabled, and its messages are kept', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  await serve();
  crm.answers.push(410);
  pbx.play(1_000);
  const endpoint = await endpointUntil(t, folder, ({ health }) => health.kind === 'disabled');
  assert.deepEqual([endpoint.pending, endpoint.dead], [3, 0]);
  assert.match((await run(t, folder, ['status'])).out, /it answered 410/);
});

for (const [what, args, told] of [
  [
    'an endpoint that is not there',
    ['enable', 'acme/erp'],
    /There is no endpoint acme\/erp\. `callhook status` shows/,
  ],
  ['a name that is none', ['disable', 'crm'], /Write ORGANISATION\/ENDPOINT/],
  ['a replay of nothing', ['replay', 'acme/crm'], /Say one of --message, --call, --failed-since and --since/],
  ['a time that is none', ['replay', 'acme/crm', '--since', 'yesterday'], /Write 2026-11-23T08:00Z, or 30m/],
  ['a rotation for nobody', ['rotate', 'acme/erp'], /There is no endpoint acme\/erp/],
  ['an overlap that is none', ['rotate', 'acme/crm', '--overlap', '1y'], /Write a time from 0s to 30d/],
  ['a test for nobody', ['test', 'acme/erp'], /There is no endpoint acme\/erp/],
  ['a replay to nobody', ['replay', 'acme/erp', '--since', '1h'], /There is no endpoint acme\/erp/],
] as const) {
  test(`${what} is told in one line`, async (t) => {
    const { folder } = await install(t, CALL);
    const { code, err } = await run(t, folder, args);
    assert.equal(code, 1);
    assert.match(err, told);
    assert.doesNotMatch(err, /\n\s+at /);
  });
}

test('/metrics tells what was read, stored and delivered', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  const running = await serve();
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  await endpointUntil(t, folder, ({ delivered }) => delivered === 3);
  const metrics = await (await fetch(`${api}/metrics`)).text();
  for (const line of [
    /^callhook_messages_committed_total\{state="EARLY"\} 1$/m,
    /^callhook_attempts_total\{outcome="delivered"\} 3$/m,
    /^callhook_delivered_total 3$/m,
    /^callhook_event_to_delivery_seconds_count 3$/m,
    /^callhook_source_up\{source="pbx"\} 1$/m,
    /^callhook_endpoints\{health="healthy"\} 1$/m,
    /^callhook_backlog_messages 0$/m,
    /^callhook_database_up 1$/m,
  ]) {
    assert.match(metrics, line);
  }
  assert.doesNotMatch(metrics, /\+?358\d{6}|@acme/, 'no personal data');
});

test('the operator is told by signed webhook when a receiver is given up for now', async (t) => {
  const operator = await startCrm(0, await certificateFor('operator.example'));
  t.after(() => operator.close());
  const settings = `pause_after_failures = 2
operator_webhook_url = "${operator.url}"
operator_webhook_secret = "${SECRET}"
`;
  const { folder, pbx, crm, serve } = await install(t, CALL, settings);
  write(folder, 'crm.pem', `${crm.certificate}\n${operator.certificate}`);
  await serve();
  crm.answers.push(...Array.from({ length: 100 }, () => 503));
  pbx.play(1_000);
  await operator.until((received) => received.length === 1);
  const notice = JSON.parse(operator.received[0]!.body) as Record<string, string>;
  assert.deepEqual([notice['type'], notice['endpoint_id']], ['endpoint.paused', 'crm']);
  assert.match(notice['reason'] ?? '', /503/);
});
