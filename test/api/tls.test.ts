/** The API's own TLS, with real clients: what it speaks, and how a renewed certificate gets in while it is used. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { connect as connectInClear } from 'node:net';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { ShownCertificate } from '../../src/api/certificate.ts';
import { readApiCertificate } from '../../src/config/api-certificate.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Logger } from '../../src/runtime/logger.ts';
import { PASSWORD, startApi, type TestApiOptions } from '../support/api.ts';
import { makeFolder } from '../support/callhook-process.ts';
import { makeAuthority, signServer, type Pair } from '../support/certificates.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { needsCurl } from '../support/needs.ts';

interface Line {
  level: 'info' | 'warn' | 'error';
  text: string;
  problem?: string;
}

/** Keeps what is logged, and lets a test wait for it. */
function listeningLog() {
  const lines: Line[] = [];
  const waiting = new Set<() => void>();
  const keep = (level: Line['level']) => (fields: { problem?: string }, text: string) => {
    lines.push({ level, text, ...(fields.problem !== undefined && { problem: fields.problem }) });
    for (const look of waiting) look();
  };
  const until = (is: (line: Line) => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!lines.some(is)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const log = { info: keep('info'), warn: keep('warn'), error: keep('error') } as unknown as Logger;
  return { lines, log, until };
}

/** As certbot keeps them: links into a folder that holds each pair under a number. */
function renewals(t: TestContext) {
  const folder = makeFolder(t);
  const live = (name: string) => join(folder, 'live', `${name}.pem`);
  for (const name of ['live', 'archive']) mkdirSync(join(folder, name));
  let count = 0;
  const put = (name: 'cert' | 'key', text: string) => {
    count += 1;
    const kept = join(folder, 'archive', `${name}${count}.pem`);
    writeFileSync(kept, text);
    symlinkSync(kept, `${live(name)}.new`);
    renameSync(`${live(name)}.new`, live(name));
  };
  return { put, files: { api_tls_certificate_file: live('cert'), api_tls_key_file: live('key') } };
}

async function start(t: TestContext, more: TestApiOptions = {}) {
  const authority = await makeAuthority();
  const first = await signServer(authority);
  const { put, files } = renewals(t);
  put('cert', first.cert);
  put('key', first.key);
  const { lines, log, until } = listeningLog();
  const options = { read: () => readApiCertificate(files), clock: systemClock, log, lookEveryMs: 10 };
  const shown = await ShownCertificate.open(options);
  const api = await startApi(t, { ...more, certificate: shown });
  const stop = new AbortController();
  const kept = shown.keep(stop.signal);
  t.after(async () => {
    stop.abort();
    await kept;
  });
  const port = Number(new URL(api.url).port);
  const greet = (how: ConnectionOptions = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const socket = connect({ port, host: '127.0.0.1', ca: authority.cert, ...how }, () => resolve(socket));
    t.after(() => socket.destroy());
    socket.on('error', reject);
    return promise;
  };
  return { ...api, authority, first, shown, put, lines, until, port, greet };
}

interface Asked {
  status: number;
  socket: TLSSocket;
  /** Of the certificate that was shown. */
  number: string | undefined;
}

function ask(url: string, agent: Agent): Promise<Asked> {
  const { promise, resolve, reject } = Promise.withResolvers<Asked>();
  request(`${url}/health/live`, { agent }, (answer) => {
    const socket = answer.socket as TLSSocket;
    const asked = { status: answer.statusCode ?? 0, socket, number: numberOf(socket) };
    answer.resume().on('end', () => resolve(asked));
  })
    .on('error', reject)
    .end();
  return promise;
}

const numberOf = (socket: TLSSocket) => socket.getPeerCertificate().serialNumber;
const isShown = ({ text }: Line) => text === 'the API shows its new certificate';
const isRefused = ({ text }: Line) => text.endsWith('the one before goes on');

test('TLS 1.2 and 1.3 are spoken, nothing older, and nothing in clear', async (t) => {
  const { url, port, greet } = await start(t);
  assert.match(url, /^https:/);
  assert.equal((await greet({ maxVersion: 'TLSv1.2' })).getProtocol(), 'TLSv1.2');
  assert.equal((await greet()).getProtocol(), 'TLSv1.3');
  const old: ConnectionOptions = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' };
  await assert.rejects(greet(old), /protocol version/);
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connectInClear(port, '127.0.0.1', () =>
    socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n'),
  );
  let answer = '';
  socket.setEncoding('latin1').on('data', (more: string) => (answer += more));
  socket.on('error', () => {}).on('close', () => resolve(answer));
  assert.doesNotMatch(await promise, /live|HTTP/);
});

test('curl with the authority is answered, and told to come over TLS only', needsCurl(), async (t) => {
  const { url, authority } = await start(t);
  const folder = makeFolder(t);
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, authority.cert);
  const { stdout } = await promisify(execFile)('curl', ['-sSi', '--cacert', ca, `${url}/health/live`]);
  assert.match(stdout, /^HTTP\/1.1 200 /);
  assert.match(stdout, /^strict-transport-security: max-age=31536000\r$/im);
  await assert.rejects(promisify(execFile)('curl', ['-sS', `${url}/health/live`]), /SSL certificate/);
});

test('a session over our own TLS is a cookie that travels over TLS only', async (t) => {
  const { url, authority, account } = await start(t);
  const { email } = await account('viewer', 'acme');
  const { promise, resolve, reject } = Promise.withResolvers<readonly string[] | undefined>();
  const headers = { 'content-type': 'application/json', 'x-callhook': '1', origin: url };
  const options = { method: 'POST', headers, ca: authority.cert, agent: false as const };
  request(`${url}/api/v1/login`, options, (answer) => resolve(answer.resume().headers['set-cookie']))
    .on('error', reject)
    .end(JSON.stringify({ email, password: PASSWORD }));
  assert.match(
    (await promise)?.[0] ?? '',
    /^__Host-callhook_session=\S+; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  );
});

test('a renewed pair is shown under load without a failed request; connections that are there go on', async (t) => {
  const { url, authority, first, put, lines, until, greet } = await start(t);
  const keepAlive = new Agent({ keepAlive: true, maxSockets: 1, ca: authority.cert });
  t.after(() => keepAlive.destroy());
  const before = await ask(url, keepAlive);
  const old = before.number;
  const tickets: Buffer[] = [];
  const resumable = await greet({ maxVersion: 'TLSv1.2' });
  resumable.on('session', (session) => tickets.push(session));
  const load = { isOver: false };
  const statuses: number[] = [];
  const numbers = new Set<string>();
  const client = async () => {
    const each = new Agent({ ca: authority.cert, maxCachedSessions: 0 });
    while (!load.isOver) {
      const { status, number } = await ask(url, each);
      statuses.push(status);
      numbers.add(number ?? '');
    }
  };
  const clients = [client(), client(), client(), client()];
  let last: Pair = first;
  for (let renewal = 1; renewal <= 3; renewal += 1) {
    last = await signServer(authority);
    put('cert', last.cert);
    await until(() => lines.filter(isRefused).length === renewal);
    put('key', last.key);
    await until(() => lines.filter(isShown).length === renewal);
  }
  const now = await ask(url, new Agent({ ca: authority.cert, maxCachedSessions: 0 }));
  load.isOver = true;
  await Promise.all(clients);
  assert.ok(statuses.length > 10 && statuses.every((status) => status === 200));
  assert.ok(numbers.has(old ?? '') && !numbers.has(''));
  assert.notEqual(now.number, old);
  const after = await ask(url, keepAlive);
  assert.equal(after.socket, before.socket, 'the connection from before was not hung up');
  assert.equal(after.number, old);
  const session = tickets[0] ?? resumable.getSession();
  const again = await greet({ maxVersion: 'TLSv1.2', ...(session && { session }) });
  assert.equal(again.authorized, true, 'who remembers a session of the old certificate is let in');
});

test('what cannot be used is warned of once, and the one before goes on', async (t) => {
  const { first, authority, shown, put, lines, until, greet } = await start(t);
  const old = numberOf(await greet());
  const next = await signServer(authority);
  const refused: string[] = [];
  for (const [name, text] of [
    ['cert', next.cert.slice(0, 300)],
    ['cert', next.cert],
    ['key', 'nothing'],
  ] as const) {
    put(name, text);
    await until(({ problem }) => problem !== undefined && !refused.includes(problem));
    refused.push(lines.at(-1)!.problem!);
    assert.equal(numberOf(await greet()), old);
  }
  assert.equal(lines.length, 3, 'each once, however often it was looked at');
  assert.match(refused.join('\n'), /holds no certificate.*\n.*is not the key of.*\n.*holds no private key/);
  assert.ok(!refused.join('').includes(first.key.slice(40, 60)));
  put('key', next.key);
  await until(isShown);
  assert.notEqual(numberOf(await greet()), old);
  assert.equal(shown.validUntilMs, Date.parse('2100-01-01T00:00:00Z'));
});

test('the end of a certificate is warned of in time, once a day, and told when it has come', async () => {
  const DAY_MS = 86_400_000;
  for (const [days, warned] of [
    [365, 14],
    [30, 6],
  ] as const) {
    const { lines, log } = listeningLog();
    const clock = createFakeClock(0);
    const certificate = { cert: '', key: '', validFromMs: 0, validUntilMs: days * DAY_MS };
    const shown = await ShownCertificate.open({
      read: async () => certificate,
      clock,
      log,
      lookEveryMs: DAY_MS / 4,
    });
    const stop = new AbortController();
    const kept = shown.keep(stop.signal);
    await clock.runUntil(() => lines.some(({ level }) => level === 'error'));
    stop.abort();
    await kept;
    assert.equal(clock.nowMs(), days * DAY_MS);
    assert.deepEqual(
      lines.map(({ level }) => level),
      [...Array<string>(warned).fill('warn'), 'error'],
    );
  }
});

test('who does not greet holds up neither the others nor the stop', async (t) => {
  const { port, greet } = await start(t);
  const silent = connectInClear(port, '127.0.0.1');
  const closed = new Promise((resolve) => silent.on('close', resolve));
  t.after(() => closed);
  assert.equal((await greet()).authorized, true);
});
