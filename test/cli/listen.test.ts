/** The listener as an integrator uses it: a process, asked by real clients. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';
import { CallView } from '../../src/cli/listen/call-view.ts';
import { obtainCertificate } from '../../src/cli/listen/certificate.ts';
import { harmlessJson } from '../../src/cli/listen/harmless.ts';
import { readMessage } from '../../src/cli/listen/message.ts';
import { OrderCheck } from '../../src/cli/listen/order-check.ts';
import { startReceiver, type Delivery } from '../../src/cli/listen/receiver.ts';
import { makeFolder, start, write } from '../support/callhook-process.ts';
import { needsCurl } from '../support/needs.ts';
import { SECRET } from '../support/receiver.ts';

const MESSAGE = {
  seq_num: 1,
  call_id: 'tvNAazZlEwDZTCO74Pk95Q',
  branch_id: 'L1FIItkNwW0.',
  timestamp: '2021-09-30T10:36:19.315+00:00',
  state: 'EARLY',
  direction: 'INCOMING',
  local_user_id: 'setera.test@seteratesting.fi',
  local_number: '+35894272XXXX',
  device_type: 'SOFT',
  remote_number: '+35840940XXXX',
} as const;

function signed(message: object, id = 'msg_1'): { headers: Record<string, string>; body: string } {
  const body = JSON.stringify(message);
  const now = new Date();
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': new Webhook(SECRET).sign(id, now, body),
  };
  return { headers, body };
}

test('`listen` shows signed messages, answers with the failures asked for, and ends after a count', async (t) => {
  const folder = makeFolder(t);
  const args = ['listen', '--port', '0', '--secret', SECRET, '--fail', '503:1', '--json', '--count', '3'];
  const listener = start(t, folder, args);
  const url = (await listener.said('Listening on')).split(' ').at(-1)!;
  const ca = readFileSync(join(folder, '.callhook', 'listen-certificate.pem'));
  const dispatcher = new Agent({ connect: { ca } });
  t.after(() => dispatcher.close());
  const send = async (message: object, id: string, more: Record<string, string> = {}) => {
    const { headers, body } = signed(message, id);
    const answer = await request(url, { dispatcher, method: 'POST', headers: { ...headers, ...more }, body });
    await answer.body.dump();
    return answer.statusCode;
  };
  assert.equal(await send(MESSAGE, 'msg_1'), 503);
  assert.equal(await send(MESSAGE, 'msg_1'), 204);
  assert.equal(await send(MESSAGE, 'msg_2', { 'webhook-signature': 'v1,AAAA' }), 401);
  const { code, out, err } = await listener.ended;
  assert.equal(code, 0);
  const lines = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Delivery);
  assert.deepEqual(
    lines.map(({ signature, answered, order }) => [signature, answered, order]),
    [
      ['valid', 503, 'next'],
      ['valid', 204, 'next'],
      ['invalid', 401, 'next'],
    ],
  );
  assert.match(err, /3 messages of 1 call; 2 with something to look at/);
});

test('SIGTERM ends it with a summary', async (t) => {
  const listener = start(t, makeFolder(t), ['listen', '--port', '0']);
  await listener.said('Signatures are not checked');
  listener.process.kill('SIGTERM');
  const { code, err } = await listener.ended;
  assert.equal(code, 0);
  assert.match(err, /0 messages of 0 calls; all in order\./);
});

test('a port that is taken is told with what to do', async (t) => {
  const folder = makeFolder(t);
  const first = start(t, folder, ['listen', '--port', '0']);
  const port = /:(\d+)\/$/.exec(await first.said('Listening on'))![1]!;
  const second = await start(t, folder, ['listen', '--port', port]).ended;
  assert.equal(second.code, 1);
  assert.match(second.err, /EADDRINUSE.*choose another --port/);
});

for (const [args, words] of [
  [['--secret', 'topsecret'], /whsec_/],
  [['--fail', 'always'], /503:2/],
  [['--port', 'https'], /whole number from 0 to 65535/],
  [['--port', '99999'], /whole number from 0 to 65535/],
  [['--count', '0'], /whole number from 1/],
  [
    ['--certificate-folder', '/dev/null/x'],
    /cannot be kept in \/dev\/null\/x \(ENOTDIR\).*--certificate-folder/,
  ],
] as const) {
  test(`a wrong ${args[0]} is told`, async (t) => {
    const { code, err } = await start(t, makeFolder(t), ['listen', ...args]).ended;
    assert.equal(code, 1);
    assert.match(err, words);
    assert.ok(!err.includes('    at '), 'no stack trace');
  });
}

test('a home that cannot be written to is told with what to do', async (t) => {
  const folder = makeFolder(t);
  const { code, err } = await start(t, folder, ['listen'], { HOME: '/dev/null' }).ended;
  assert.equal(code, 1);
  assert.match(
    err,
    /cannot be kept in \/dev\/null\/\.callhook \(ENOTDIR\)\. Name a folder where this user may write/,
  );
});

test('curl gets plain words for what is no message', needsCurl(), async (t) => {
  const certificate = await obtainCertificate(makeFolder(t));
  const receiver = await startReceiver({ host: '127.0.0.1', port: 0, certificate, secrets: [] }, () => {});
  t.after(() => receiver.close());
  const curl = (...args: string[]) =>
    promisify(execFile)('curl', [
      '-sS',
      '--cacert',
      certificate.certPath,
      '-w',
      '\n%{http_code}',
      ...args,
      receiver.url,
    ]);
  assert.match((await curl()).stdout, /as POST requests\.\n+405/);
  assert.match((await curl('-d', 'hello')).stdout, /not a message of Callhook.*\n+400/);
  assert.match((await curl('-d', JSON.stringify(MESSAGE))).stdout, /^\n204$/);
});

for (const [what, wrong, reason] of [
  ['without a branch', { branch_id: undefined }, /`branch_id` must be a text/],
  ['with an unknown state', { state: 'RINGING' }, /`state` must be one of TRYING, PROCEEDING, EARLY/],
  ['with a number as text', { seq_num: '1' }, /`seq_num` must be a whole number from 1/],
  ['with a time that is none', { timestamp: 'now' }, /`timestamp` must be a time such as/],
  ['without a direction', { direction: undefined }, /`direction` must be one of INCOMING, OUTGOING/],
  ['that ends without a reason', { state: 'TERMINATED' }, /`termination-reason` must be one of CANCELLED/],
  ['with a list for a number', { remote_number: ['+358'] }, /`remote_number` must be a text, or absent/],
] as const) {
  test(`a message ${what} is none, and it is said why`, () => {
    const read = readMessage(JSON.stringify({ ...MESSAGE, ...wrong }));
    assert.match('reason' in read ? read.reason : 'it was read', reason);
  });
}

test('keys that may join the contract later are no fault', () => {
  assert.ok(!('reason' in readMessage(JSON.stringify({ ...MESSAGE, queue_name: 'support' }))));
});

test('what is no message is answered 400 and shown as such, and the summary counts it apart', async (t) => {
  const listener = start(t, makeFolder(t), ['listen', '--port', '0', '--count', '1']);
  const url = (await listener.said('Listening on')).split(' ').at(-1)!;
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  t.after(() => dispatcher.close());
  const send = async (message: object) => {
    const { headers, body } = signed(message);
    const answer = await request(url, { dispatcher, method: 'POST', headers, body });
    return [answer.statusCode, await answer.body.text()];
  };
  assert.deepEqual(await send({ ...MESSAGE, state: '\u001b[2J' }), [
    400,
    'This is not a message of Callhook: `state` must be one of TRYING, PROCEEDING, EARLY, CONFIRMED, TERMINATED.\n',
  ]);
  assert.deepEqual(await send(MESSAGE), [204, '']);
  const { code, out, err } = await listener.ended;
  assert.equal(code, 0);
  assert.match(out, /^\d\d:\d\d:\d\d no message: `state` must be one of .*, answered 400\n.*◌ rings/);
  assert.match(err, /1 message of 1 call; 1 POST was no message\./);
});

test('no control character of a stranger reaches the terminal', () => {
  const evil = '\u001b]0;owned\u0007\u009b2J\u202e\r\n';
  const message = {
    ...MESSAGE,
    call_id: `${evil}c`,
    branch_id: `${evil}b`,
    local_user_id: evil,
    device_type: evil,
  };
  const delivery = {
    receivedAtMs: 0,
    messageId: 'msg_1',
    message: { ...message, remote_number: evil } as unknown as Delivery['message'],
    signature: 'valid',
    order: 'next',
    answered: 204,
  } as const;
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const control = /[\u0000-\u001f\u007f-\u009f\u202e]/;
  assert.doesNotMatch(new CallView(false).line(delivery), control);
  assert.doesNotMatch(harmlessJson(delivery), control);
  assert.deepEqual(JSON.parse(harmlessJson(delivery)), delivery);
});

test('Ctrl-C ends it at once, also while connections are open that say nothing', async (t) => {
  const listener = start(t, makeFolder(t), ['listen', '--port', '0']);
  const { port } = new URL((await listener.said('Listening on')).split(' ').at(-1)!);
  const silent = connect(Number(port), '127.0.0.1');
  const halfway = connect(Number(port), '127.0.0.1');
  t.after(() => [silent, halfway].forEach((socket) => socket.destroy()));
  await Promise.all([once(silent, 'connect'), once(halfway, 'connect')]);
  // The beginning of a ClientHello: a record of 512 bytes of which six come.
  halfway.write(Buffer.from('160301020001000001fc', 'hex'));
  const closed = [silent, halfway].map(
    (socket) =>
      new Promise<void>((resolve) => {
        socket
          .on('error', () => {})
          .on('close', () => resolve())
          .resume();
      }),
  );
  listener.process.kill('SIGINT');
  assert.equal((await listener.ended).code, 0);
  await Promise.all(closed);
});

for (const [what, spoil, told] of [
  ['a damaged key', 'listen-key.pem', /listen-key\.pem is damaged: it holds no key\. Delete it/],
  ['a damaged certificate', 'listen-certificate.pem', /listen-certificate\.pem is damaged: .*Delete it/],
] as const) {
  test(`${what} is told with the file to delete`, async (t) => {
    const folder = makeFolder(t);
    await obtainCertificate(folder);
    const path = write(folder, spoil, 'nothing');
    await assert.rejects(obtainCertificate(folder), { code: 'LISTEN_FAILED', message: told });
    rmSync(path);
    await obtainCertificate(folder);
  });
}

test('a key of another certificate is told with the files to delete', async (t) => {
  const [folder, other] = [makeFolder(t), makeFolder(t)];
  await obtainCertificate(folder);
  await obtainCertificate(other);
  copyFileSync(join(other, 'listen-key.pem'), join(folder, 'listen-key.pem'));
  await assert.rejects(obtainCertificate(folder), /do not belong together\. Delete both/);
});

test('the certificate is kept, readable by its owner only, and renewed before it expires', async (t) => {
  const folder = makeFolder(t);
  const first = await obtainCertificate(folder);
  assert.deepEqual(await obtainCertificate(folder), first);
  assert.equal(statSync(join(folder, 'listen-key.pem')).mode & 0o777, 0o600);
  const later = await obtainCertificate(folder, Date.now() + 360 * 86_400_000);
  assert.notEqual(later.cert, first.cert);
});

test('the order of each call is watched on its own', () => {
  const order = new OrderCheck();
  const see = (call: string, seq: number, id = `${call}${seq}`) => order.see(call, seq, id);
  assert.deepEqual(
    [see('a', 1), see('b', 1), see('a', 2), see('a', 2), see('a', 4), see('a', 3), see('b', 2)],
    ['next', 'next', 'next', 'repeat', 'gap', 'late', 'next'],
  );
});

test('what is watched of calls stays bounded', () => {
  const order = new OrderCheck();
  for (let call = 0; call < 20_000; call += 1) order.see(`call-${call}`, 1, `msg-${call}`);
  assert.equal(order.size, 5_000);
});

test('the view tells who, which way, what happened and how long they talked', () => {
  const view = new CallView(false);
  const deliver = (message: object): string =>
    view.line({
      receivedAtMs: 0,
      messageId: 'msg_1',
      message: { ...MESSAGE, ...message },
      signature: 'valid',
      order: 'next',
      answered: 204,
    });
  assert.match(deliver({}), /▌tvNA \S{3} setera\.test +← \+35840940XXXX +soft +◌ rings +#1 ✓ signed$/);
  deliver({ seq_num: 2, state: 'CONFIRMED', timestamp: '2021-09-30T10:36:21.970+00:00' });
  const end = deliver({
    seq_num: 3,
    state: 'TERMINATED',
    'termination-reason': 'HANGUP',
    timestamp: '2021-09-30T10:36:26.018+00:00',
  });
  assert.match(end, /○ ended HANGUP, talked 4\.0 s +#3/);
  assert.equal(view.summary(), '3 messages of 1 call; all in order.');
});

test('the view does without everything that privacy may take out, and makes problems stand out', () => {
  const { seq_num, call_id, branch_id, timestamp, state, direction } = MESSAGE;
  const view = new CallView(false);
  const line = view.line({
    receivedAtMs: 0,
    messageId: 'msg_1',
    message: { seq_num, call_id, branch_id, timestamp, state, direction },
    signature: 'invalid',
    order: 'gap',
    answered: 401,
  });
  assert.match(line, /a user +← unknown .* signature is wrong, answered 401 messages are missing before it$/);
  assert.match(view.summary(), /1 with something to look at/);
});
