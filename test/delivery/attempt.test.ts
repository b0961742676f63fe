/** Attempts against real HTTPS servers that do what receivers do. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import test, { type TestContext } from 'node:test';
import { generate } from 'selfsigned';
import { Webhook } from 'standardwebhooks';
import { NOTHING_MORE, parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter, type Attempted, type AttempterOptions } from '../../src/delivery/attempt.ts';
import type { Failure } from '../../src/delivery/outcome.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { certificateFor, SECRET } from '../support/receiver.ts';

const certificate = await certificateFor();
const BODY = '{"seq_num":1,"call_id":"tvNAazZlEwDZTCO74Pk95Q","local_number":"+35894272XXXX"}';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function serve(t: TestContext, answer: Answer, given = certificate): Promise<string> {
  const server = createServer({ key: given.key, cert: given.cert }, (request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => answer(request, response, body));
  });
  t.after(() => server.closeAllConnections());
  return `https://127.0.0.1:${await listen(t, server)}/hooks?tenant=acme`;
}

function attempter(t: TestContext, options: Partial<AttempterOptions> = {}) {
  const made = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8', '::1/128']).allowed,
    trustedCertificates: [certificate.cert],
    timeouts: { connectMs: 2_000, totalMs: 2_000 },
    userAgent: 'Callhook/test',
    clock: systemClock,
    ...options,
  });
  t.after(() => made.close());
  return {
    ...made,
    to: (url: string) => made.attempt({ url, secrets: [SECRET] }, { id: 'msg_1', body: BODY }),
  };
}

function failure({ outcome }: Attempted): Failure {
  assert.ok(!outcome.ok);
  return outcome;
}

test('a receiver gets the exact body, signed as the official library verifies it', async (t) => {
  let seen: { headers: IncomingMessage['headers']; body: string; url: string | undefined } | undefined;
  const url = await serve(t, (request, response, body) => {
    seen = { headers: request.headers, body, url: request.url };
    response.writeHead(200).end('thanks');
  });
  const { outcome } = await attempter(t).to(url);
  assert.deepEqual(outcome, { ok: true, statusCode: 200, excerpt: 'thanks' });
  assert.equal(seen?.body, BODY);
  assert.equal(seen?.url, '/hooks?tenant=acme');
  assert.equal(seen?.headers['content-type'], 'application/json');
  assert.equal(seen?.headers['webhook-id'], 'msg_1');
  new Webhook(SECRET).verify(BODY, seen?.headers as Record<string, string>);
});

test('during a rotation every secret in force has signed', async (t) => {
  const other = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  let headers: IncomingMessage['headers'] = {};
  const url = await serve(t, (request, response) => {
    headers = request.headers;
    response.writeHead(204).end();
  });
  await attempter(t).attempt({ url, secrets: [SECRET, other] }, { id: 'msg_1', body: BODY });
  for (const secret of [SECRET, other]) new Webhook(secret).verify(BODY, headers as Record<string, string>);
});

test('connections are kept alive', async (t) => {
  const ports = new Set<number | undefined>();
  const url = await serve(t, (request, response) => {
    ports.add(request.socket.remotePort);
    response.writeHead(204).end();
  });
  const { to } = attempter(t);
  for (let i = 0; i < 20; i += 1) await to(url);
  // A second one is opened where the next attempt begins in the very moment in which the last one ends.
  assert.ok(ports.size <= 2, `${ports.size} connections for 20 attempts one after the other`);
});

for (const [status, code, words] of [
  [400, 'refused_message', /does not accept this message/],
  [401, 'refused', /compare the secret/],
  [404, 'refused', /compare the path/],
  [410, 'gone', /no more messages/],
  [429, 'rate_limited', /fewer messages/],
  [500, 'receiver_error', /answered 500: it failed\. It says: out of order/],
  [503, 'receiver_error', /answered 503/],
] as const) {
  test(`${status} is ${code}`, async (t) => {
    const url = await serve(t, (_request, response) => response.writeHead(status).end('out of\r\n order'));
    const failed = failure(await attempter(t).to(url));
    assert.deepEqual([failed.code, failed.statusCode], [code, status]);
    assert.match(failed.detail, words);
  });
}

test('a redirect is a failure that says where it pointed, and is not followed', async (t) => {
  let requests = 0;
  const url = await serve(t, (_request, response) => {
    requests += 1;
    response.writeHead(307, { location: 'https://other.example/secret-path' }).end();
  });
  const failed = failure(await attempter(t).to(url));
  assert.equal(failed.code, 'redirected');
  assert.match(failed.detail, /other\.example/);
  assert.ok(!failed.detail.includes('secret-path'));
  assert.equal(requests, 1);
});

test('Retry-After is read, as seconds and as a date, and clamped to a day', async (t) => {
  const answers = ['7', new Date(Date.now() + 90_000).toUTCString(), '999999999', '-5', 'soon'];
  const url = await serve(t, (_request, response) =>
    response.writeHead(429, { 'retry-after': answers.shift() ?? '' }).end(),
  );
  const { to } = attempter(t);
  const read = [];
  for (let i = 0; i < 5; i += 1) read.push(failure(await to(url)).retryAfterMs);
  assert.equal(read[0], 7_000);
  assert.ok(read[1]! > 80_000 && read[1]! <= 90_000);
  assert.equal(read[2], 86_400_000);
  assert.ok(read[3] === undefined || read[3] === 0);
  assert.equal(read[4], undefined);
});

test('a receiver that never answers is given up in time', async (t) => {
  const url = await serve(t, () => {});
  const failed = failure(await attempter(t, { timeouts: { connectMs: 2_000, totalMs: 150 } }).to(url));
  assert.equal(failed.code, 'timeout_response');
});

test('a receiver that accepts a connection and never speaks TLS is given up in time', async (t) => {
  const port = await listen(
    t,
    createTcpServer(() => {}),
  );
  const failed = failure(
    await attempter(t, { timeouts: { connectMs: 150, totalMs: 5_000 } }).to(`https://127.0.0.1:${port}/`),
  );
  assert.equal(failed.code, 'timeout_connect');
});

test('a receiver that streams for ever is hung up on, and its status counts', async (t) => {
  const closed = Promise.withResolvers<void>();
  const url = await serve(t, (_request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'.repeat(8_192)), 1);
    response.on('close', () => {
      clearInterval(timer);
      closed.resolve();
    });
  });
  const { outcome } = await attempter(t).to(url);
  assert.deepEqual(outcome, { ok: true, statusCode: 200, excerpt: 'x'.repeat(200) });
  await closed.promise;
});

test('a receiver that hangs up before it answers has lost the connection', async (t) => {
  const url = await serve(t, (request) => request.socket.destroy());
  assert.equal(failure(await attempter(t).to(url)).code, 'connection_lost');
});

test('a port where nothing listens refuses', async (t) => {
  const server = createTcpServer();
  const port = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  assert.equal(failure(await attempter(t).to(`https://127.0.0.1:${port}/`)).code, 'connection_refused');
});

test('a host name that does not exist is told', async (t) => {
  assert.equal(failure(await attempter(t).to('https://no-such-host.invalid/')).code, 'dns_failed');
});

test('http:// is never asked', async (t) => {
  assert.equal(failure(await attempter(t).to('http://127.0.0.1:1/')).code, 'not_https');
});

test('a port that speaks plain HTTP is told apart from a bad certificate', async (t) => {
  const port = await listen(
    t,
    createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    }),
  );
  assert.equal(failure(await attempter(t).to(`https://127.0.0.1:${port}/`)).code, 'tls_failed');
});

test('a certificate that nobody vouches for is told, with what to do', async (t) => {
  const url = await serve(t, (_request, response) => response.writeHead(204).end(), await certificateFor());
  const failed = failure(await attempter(t).to(url));
  assert.equal(failed.code, 'tls_certificate');
  assert.match(failed.detail, /trusted_certificate_files/);
});

test('a certificate for another host is told', async (t) => {
  const made = await generate([{ name: 'commonName', value: 'other.example' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'other.example' }] },
    ],
  });
  const url = await serve(t, (_request, response) => response.writeHead(204).end(), {
    key: made.private,
    cert: made.cert,
  });
  const failed = failure(await attempter(t, { trustedCertificates: [made.cert] }).to(url));
  assert.equal(failed.code, 'tls_certificate');
  assert.match(failed.detail, /another host name/);
});

test('an expired certificate is told', async (t) => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate: new Date('2020-02-01'),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const url = await serve(t, (_request, response) => response.writeHead(204).end(), {
    key: made.private,
    cert: made.cert,
  });
  const failed = failure(await attempter(t, { trustedCertificates: [made.cert] }).to(url));
  assert.equal(failed.code, 'tls_certificate');
  assert.match(failed.detail, /expired/);
});

for (const host of [
  '127.0.0.1',
  'localhost',
  '[::1]',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '[::ffff:127.0.0.1]',
]) {
  test(`https://${host} is not dialled unless the operator allows it`, async (t) => {
    let connections = 0;
    const port = await listen(
      t,
      createTcpServer((socket) => {
        connections += 1;
        socket.destroy();
      }),
    );
    const failed = failure(await attempter(t, { allowed: NOTHING_MORE }).to(`https://${host}:${port}/`));
    assert.equal(failed.code, 'address_not_allowed');
    assert.match(failed.detail, /allowed_addresses/);
    assert.equal(connections, 0);
  });
}

test('what is given up at a stop ends at once, and so does whatever comes later', async (t) => {
  const arrived = Promise.withResolvers<void>();
  const url = await serve(t, () => arrived.resolve());
  const made = attempter(t);
  const under = made.to(url);
  await arrived.promise;
  made.giveUp();
  assert.ok(!(await under).outcome.ok);
  assert.ok(!(await made.to(url)).outcome.ok);
});

test('an address of a receiver that hangs holds up no other address of the same host', async (t) => {
  const hung: ServerResponse[] = [];
  const url = await serve(t, (request, response) => {
    if (request.url === '/hang') hung.push(response);
    else response.writeHead(204).end();
  });
  const { to } = attempter(t);
  const hanging = Array.from({ length: 50 }, () => to(new URL('/hang', url).href));
  const all = await Promise.all(Array.from({ length: 20 }, () => to(url)));
  assert.ok(all.every(({ outcome, durationMs }) => outcome.ok && durationMs < 1_900));
  for (const response of hung) response.writeHead(503).end();
  await Promise.all(hanging);
});

test('a receiver that cannot be connected to is told as such, however many messages wait for it', async (t) => {
  const silent = createTcpServer(() => {});
  const port = await listen(t, silent);
  const { to } = attempter(t, { timeouts: { connectMs: 200, totalMs: 2_000 } });
  const all = await Promise.all(Array.from({ length: 20 }, () => to(`https://127.0.0.1:${port}/`)));
  assert.deepEqual([...new Set(all.map((attempted) => failure(attempted).code))], ['timeout_connect']);
});

test('a receiver that said 2xx has the message, also if the rest of its answer breaks or never ends', async (t) => {
  const breaks = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('ok', () => response.destroy());
  });
  const drips = await serve(t, (_request, response) => {
    response.writeHead(200);
    response.write('ok');
  });
  const { to } = attempter(t, { timeouts: { connectMs: 1_000, totalMs: 400 } });
  for (const url of [breaks, drips]) {
    assert.deepEqual((await to(url)).outcome, { ok: true, statusCode: 200, excerpt: 'ok' });
  }
});

test('what a receiver says of people is not kept', async (t) => {
  const url = await serve(t, (_request, response) => {
    response.writeHead(422).end('{"error":"no contact for +358 40 940 1234 / matti@acme.example, field 12"}');
  });
  const { detail } = failure(await attempter(t).to(url));
  assert.match(detail, /no contact for … \/ …@…, field 12/);
});

test('an end of the attempter ends at once, also while connections are being made', async (t) => {
  const silent = createTcpServer(() => {});
  const port = await listen(t, silent);
  const made = attempter(t, { timeouts: { connectMs: 30_000, totalMs: 30_000 } });
  const under = made.to(`https://127.0.0.1:${port}/`);
  made.giveUp();
  await under;
  const began = performance.now();
  await made.close();
  assert.ok(performance.now() - began < 2_000);
});

test('a message whose claim has lapsed is not sent', async (t) => {
  let requests = 0;
  const url = await serve(t, (_request, response) => {
    requests += 1;
    response.writeHead(204).end();
  });
  const made = attempter(t);
  const message = { id: 'msg_1', body: BODY, notAfterMs: Date.now() - 1 };
  const { outcome } = await made.attempt({ url, secrets: [SECRET] }, message);
  assert.deepEqual([outcome.ok, !outcome.ok && outcome.code, requests], [false, 'claim_lapsed', 0]);
});
