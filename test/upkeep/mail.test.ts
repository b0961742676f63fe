/** Notices by mail, against real SMTP servers that do what mail servers do. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import test, { type TestContext } from 'node:test';
import { generate } from 'selfsigned';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createMail, type MailOptions } from '../../src/upkeep/notices/mail.ts';
import type { Sent } from '../../src/upkeep/notices/notifier.ts';
import { certificateFor } from '../support/receiver.ts';
import { aNotice } from './a-notice.ts';

const { key, cert } = await certificateFor();
const FROM = 'Callhook <callhook@acme.example>';

interface PostOffice {
  port: number;
  mails: { from: string; to: string[]; text: string; secure: boolean }[];
  logins: string[];
}

/** Takes mail for everybody but `nobody@…`, and the password `right`. */
async function startPostOffice(t: TestContext, options: SMTPServerOptions = {}): Promise<PostOffice> {
  const office: PostOffice = { port: 0, mails: [], logins: [] };
  const server = new SMTPServer({
    key,
    cert,
    authOptional: true,
    onAuth: ({ username = '', password = '' }, _session, done) => {
      office.logins.push(`${username}:${password}`);
      done(null, password === 'right' ? { user: username } : {});
    },
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith('nobody') ? new Error('+3584012') : null),
    onData: (stream, { envelope, secure }, done) => {
      let text = '';
      stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      stream.on('end', () => {
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        office.mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), text, secure });
        done();
      });
    },
    ...options,
  });
  // What a client breaks off is told to the server's own listeners.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.server.once('listening', resolve));
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())));
  office.port = (server.server.address() as AddressInfo).port;
  return office;
}

function send(url: string, options: Partial<MailOptions> = {}): Promise<Sent> {
  const timeouts = { connectMs: 1_000, silenceMs: 1_000 };
  const to = ['ops@acme.example'];
  return createMail({ url, from: FROM, to, trustedCertificates: [cert], timeouts, ...options })(aNotice());
}

function problem(sent: Sent): string {
  assert.ok(!sent.ok);
  return sent.problem;
}

test('a notice arrives at everybody, over TLS, with its name and the words', async (t) => {
  const { port, mails, logins } = await startPostOffice(t, { secure: true });
  const to = ['ops@acme.example', 'night@acme.example'];
  assert.deepEqual(await send(`smtps://callhook%40acme:right@localhost:${port}`, { to }), { ok: true });
  const [mail] = mails;
  assert.deepEqual([mail?.from, mail?.to, mail?.secure], ['callhook@acme.example', to, true]);
  assert.deepEqual(logins, ['callhook@acme:right']);
  assert.match(mail?.text ?? '', /^Subject: Callhook: acme\/crm does not take messages, they wait\r$/m);
  assert.match(mail?.text ?? '', /^Message-ID: <notice_[\w-]{22}@callhook>\r$/m);
  assert.match(mail?.text ?? '', /^Auto-Submitted: auto-generated\r$/m);
  assert.match(mail?.text ?? '', /503: it failed/);
});

test('on this machine mail goes to a server whose certificate is for no name', async (t) => {
  const { port, mails } = await startPostOffice(t);
  assert.deepEqual(await send(`smtp://127.0.0.1:${port}`), { ok: true });
  assert.equal(mails[0]?.secure, false);
});

// 0.0.0.0 reaches this machine as well and does not count as it.
test('smtp:// turns TLS on before the password is sent', async (t) => {
  const made = await generate([{ name: 'commonName', value: 'mail' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '0.0.0.0' }] },
    ],
  });
  const { port, mails, logins } = await startPostOffice(t, { key: made.private, cert: made.cert });
  const url = `smtp://callhook:right@0.0.0.0:${port}`;
  assert.match(problem(await send(url)), /certificate is not accepted.*trusted_certificate_files/);
  assert.deepEqual([mails, logins], [[], []]);
  assert.deepEqual(await send(url, { trustedCertificates: [made.cert] }), { ok: true });
  assert.deepEqual([mails[0]?.secure, logins], [true, ['callhook:right']]);
});

test('a password is not sent without TLS', async (t) => {
  const { port, logins } = await startPostOffice(t, { disabledCommands: ['STARTTLS'] });
  assert.match(problem(await send(`smtp://callhook:right@0.0.0.0:${port}`)), /no STARTTLS/);
  assert.deepEqual(logins, []);
});

test('a certificate that nobody vouches for is refused', async (t) => {
  const other = await certificateFor();
  const { port, mails } = await startPostOffice(t, { secure: true, key: other.key, cert: other.cert });
  assert.match(problem(await send(`smtps://localhost:${port}`)), /certificate is not accepted/);
  assert.equal(mails.length, 0);
});

test('a wrong password is told, and not repeated', async (t) => {
  const { port } = await startPostOffice(t, { secure: true });
  const told = problem(await send(`smtps://callhook:hunter2@localhost:${port}`));
  assert.equal(told, 'The mail server refused user or password (it answered 535).');
});

test('a recipient that is not there is told without what the server says', async (t) => {
  const { port } = await startPostOffice(t);
  const told = problem(await send(`smtp://127.0.0.1:${port}`, { to: ['nobody@acme.example'] }));
  assert.equal(told, 'The mail server refused the sender or the recipients (it answered 550).');
});

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a server that never greets is given up in time', async (t) => {
  const port = await listen(t, createServer());
  assert.match(problem(await send(`smtp://127.0.0.1:${port}`)), /did not answer in time.*smtps:/);
});

test('a stop ends a mail under way', async (t) => {
  const stop = new AbortController();
  const silent = createServer(() => stop.abort());
  const port = await listen(t, silent);
  const timeouts = { connectMs: 60_000, silenceMs: 60_000 };
  const told = problem(await send(`smtp://127.0.0.1:${port}`, { signal: stop.signal, timeouts }));
  assert.match(told, /connector stopped/);
});

test('a server that hangs up is told', async (t) => {
  const port = await listen(
    t,
    createServer((socket) => socket.end()),
  );
  assert.match(problem(await send(`smtp://127.0.0.1:${port}`)), /hung up/);
});

test('what is no mail server is told', async (t) => {
  const port = await listen(
    t,
    createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')),
  );
  assert.match(problem(await send(`smtp://127.0.0.1:${port}`)), /no mail server/);
});

test('smtps:// to a port that begins without TLS is told', async (t) => {
  const { port } = await startPostOffice(t);
  assert.match(problem(await send(`smtps://localhost:${port}`)), /begins with smtp:/);
});

test('a host name that does not exist is told', async () => {
  assert.match(problem(await send('smtps://no-such-host.invalid')), /could not be resolved/);
});
