/** What an attempt tells of where its time went, against real HTTPS servers that are slow in one place. */
import assert from 'node:assert/strict';
import { createServer, type ServerOptions } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import test, { type TestContext } from 'node:test';
import { generate } from 'selfsigned';
import { NOTHING_MORE, parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter, type Attempted } from '../../src/delivery/attempt.ts';
import { requestHeaders, stageWords } from '../../src/policy/attempt-details.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { certificateFor, SECRET } from '../support/receiver.ts';

const certificate = await certificateFor();
const SLOW_MS = 120;
/** Timers may be a little early. */
const LEAST_MS = SLOW_MS - 5;

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(t: TestContext, answer: Answer, options: ServerOptions = {}): Promise<number> {
  const server = createServer({ ...certificate, ...options }, (request, response) => {
    request.resume().on('end', () => answer(request, response));
  });
  t.after(() => server.closeAllConnections());
  return listen(t, server);
}

function attempter(t: TestContext, trusted = certificate.cert, totalMs = 2_000) {
  const made = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8', 'localhost']).allowed,
    trustedCertificates: [trusted],
    timeouts: { connectMs: 1_000, totalMs },
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(() => made.close());
  return (port: number, host = '127.0.0.1'): Promise<Attempted> =>
    made.attempt({ url: `https://${host}:${port}/`, secrets: [SECRET] }, { id: 'msg_1', body: '{}' });
}

test('a new connection tells its stages, whom it reached and how long the certificate is valid', async (t) => {
  const port = await serve(t, (_request, response) => response.writeHead(204).end());
  const { details } = await attempter(t)(port, 'localhost');
  const { dns, connect: connected, tls, wait, read } = details;
  for (const ms of [dns, connected, tls, wait, read]) assert.ok(ms !== undefined && ms >= 0);
  assert.deepEqual(
    [details.address, details.tlsVersion, details.reused],
    ['127.0.0.1', 'TLSv1.3', undefined],
  );
  assert.ok(details.certificateEndsAtMs! > Date.now());
});

test('an address is not resolved, and a connection that is used again has no stages of its own', async (t) => {
  const port = await serve(t, (_request, response) => response.writeHead(204).end());
  const send = attempter(t);
  const first = await send(port);
  assert.deepEqual([first.details.dns, first.details.reused], [undefined, undefined]);
  // Undici frees the connection after the answer's end was told.
  await new Promise((resolve) => setImmediate(resolve));
  const { details } = await send(port);
  const { wait, read, ...others } = details;
  assert.ok(wait !== undefined && read !== undefined);
  assert.deepEqual(others, { reused: true, address: '127.0.0.1' });
  assert.match(stageWords(details) ?? '', /^reused, wait [\d.]+ ms, read [\d.]+$/);
});

test('a receiver that thinks for long is seen as waiting, one that speaks slowly as reading', async (t) => {
  const port = await serve(t, (_request, response) => {
    setTimeout(() => {
      response.writeHead(200).write('a');
      setTimeout(() => response.end('b'), 2 * SLOW_MS);
    }, SLOW_MS);
  });
  const { wait, read } = (await attempter(t)(port)).details;
  assert.ok(wait! >= LEAST_MS && wait! < 2 * SLOW_MS, `waited ${wait}`);
  assert.ok(read! >= 2 * SLOW_MS - 5, `read ${read}`);
});

test('a slow TLS handshake is seen as such', async (t) => {
  const inner = await serve(t, (_request, response) => response.writeHead(204).end());
  const port = await listen(
    t,
    createTcpServer((socket) => {
      socket.on('error', () => {});
      setTimeout(() => {
        const through = connect(inner, '127.0.0.1').on('error', () => {});
        socket.pipe(through).pipe(socket);
      }, SLOW_MS);
    }),
  );
  const { connect: connected, tls } = (await attempter(t)(port)).details;
  assert.ok(tls! >= LEAST_MS, `TLS took ${tls}`);
  assert.ok(connected! < tls!);
});

test('what is given up tells where it got stuck', async (t) => {
  const silent = await listen(
    t,
    createTcpServer(() => {}),
  );
  const thinks = await serve(t, () => {});
  const send = attempter(t, certificate.cert, 2 * SLOW_MS);
  const inTls = (await send(silent)).details;
  assert.ok(inTls.tls! >= SLOW_MS);
  assert.deepEqual([inTls.wait, inTls.address], [undefined, '127.0.0.1']);
  const waiting = (await send(thinks)).details;
  assert.ok(waiting.wait! >= SLOW_MS);
  assert.equal(waiting.read, undefined);
});

test('a name that cannot be resolved, or only to what is not dialled, got stuck in DNS', async (t) => {
  const port = await serve(t, (_request, response) => response.writeHead(204).end());
  const made = createAttempter({
    allowed: NOTHING_MORE,
    trustedCertificates: [],
    timeouts: { connectMs: 1_000, totalMs: 2_000 },
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(() => made.close());
  for (const host of ['no-such-host.invalid', 'localhost']) {
    const target = { url: `https://${host}:${port}/`, secrets: [SECRET] };
    const { details } = await made.attempt(target, { id: 'msg_1', body: '{}' });
    assert.deepEqual(Object.keys(details), ['dns'], host);
  }
});

test('a port where nothing listens got stuck in connecting', async (t) => {
  const server = createTcpServer();
  const port = await listen(t, server);
  await new Promise((resolve) => server.close(resolve));
  const { details } = await attempter(t)(port);
  assert.deepEqual(Object.keys(details), ['connect', 'address']);
});

test('an expired certificate is told with its day, also the second time', async (t) => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate: new Date('2020-02-01'),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const port = await serve(t, (_request, response) => response.writeHead(204).end(), {
      key: made.private,
      cert: made.cert,
      maxVersion,
    });
    const send = attempter(t, made.cert);
    for (let turn = 0; turn < 2; turn += 1) {
      const { outcome, details } = await send(port);
      assert.ok(!outcome.ok);
      assert.deepEqual(
        [outcome.code, outcome.detail],
        ['tls_certificate', "The receiver's certificate expired on 2020-02-01. It must be renewed."],
      );
      assert.deepEqual(
        [details.certificateEndsAtMs, details.tlsVersion],
        [Date.parse('2020-02-01'), maxVersion],
      );
      assert.equal(details.wait, undefined);
    }
  }
});

test('a certificate that begins later is told with its day', async (t) => {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    notBeforeDate: new Date('2090-01-01'),
    notAfterDate: new Date('2091-01-01'),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const port = await serve(t, (_request, response) => response.writeHead(204).end(), {
    key: made.private,
    cert: made.cert,
  });
  const { outcome } = await attempter(t, made.cert)(port);
  assert.match(outcome.ok ? '' : outcome.detail, /valid from 2090-01-01/);
});

test('of a failed answer the harmless headers are kept, bounded, without secrets and people', async (t) => {
  const port = await serve(t, (_request, response) =>
    response
      .writeHead(503, {
        server: `nginx ${'x'.repeat(400)}`,
        'retry-after': '30',
        'set-cookie': 'session=secret',
        'x-secret': 'secret',
        location: 'https://user:pass@other.example/secret-path?token=1',
        'www-authenticate': 'Bearer realm="matti@acme.example +358 40 940 1234"',
        'x-request-id': '0f58e2a1-77120098123-ab',
        'request-id': '+358409401234',
        date: 'Tue, 24 Nov 2026 01:11:29 GMT',
      })
      .end(),
  );
  const { headers = {} } = (await attempter(t)(port)).details;
  assert.equal(headers['server']?.length, 200);
  const { server: _, 'content-length': __, ...others } = headers;
  assert.deepEqual(others, {
    'x-request-id': '0f58e2a1-77120098123-ab',
    'request-id': '…',
    'retry-after': '30',
    date: 'Tue, 24 Nov 2026 01:11:29 GMT',
    location: 'https://other.example/…',
    'www-authenticate': 'Bearer realm="…@… …"',
  });
});

test('of an answer that took the message only what finds it again is kept', async (t) => {
  const port = await serve(t, (_request, response) =>
    response.writeHead(200, { server: 'nginx', 'x-request-id': 'req_8K2' }).end('{"contact":"Matti"}'),
  );
  const { details } = await attempter(t)(port);
  assert.deepEqual(details.headers, { 'x-request-id': 'req_8K2' });
  assert.ok(!JSON.stringify(details).includes('Matti'));
});

test('what was sent can be told afterwards, the signature masked', async (t) => {
  let seen: IncomingMessage['headers'] = {};
  const port = await serve(t, (request, response) => {
    seen = request.headers;
    response.writeHead(204).end();
  });
  const { startedAtMs, details } = await attempter(t)(port);
  const { 'webhook-signature': signature, ...told } = requestHeaders('msg_1', startedAtMs, {
    ...details,
    sent: { 'callhook-skipped': '1,2' },
  });
  assert.equal(signature, '…');
  assert.equal(told['callhook-skipped'], '1,2');
  for (const name of ['content-type', 'webhook-id', 'webhook-timestamp'])
    assert.equal(told[name], seen[name]);
});
