/** Connections that are opened to be in the way, and proxies that are none: limits hold, and the others are served meanwhile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { startApi } from '../support/api.ts';
import { fillPath, operationsOf } from '../support/operations.ts';

interface Raw {
  socket: Socket;
  /** All that was answered, once the connection is closed. */
  closed: Promise<string>;
}

async function open(t: TestContext, url: string, text = ''): Promise<Raw> {
  const { promise: opened, resolve } = Promise.withResolvers<void>();
  const socket = connect(Number(new URL(url).port), '127.0.0.1', resolve);
  t.after(() => socket.destroy());
  let answer = '';
  socket.setEncoding('utf8').on('data', (more: string) => (answer += more));
  const closed = new Promise<string>((close) => {
    // A reset is one way to be hung up on.
    socket.on('error', () => {}).on('close', () => close(answer));
  });
  await opened;
  if (text !== '') socket.write(text);
  return { socket, closed };
}

/** A request whose head was read, and whose body does not come. */
async function openBusy(t: TestContext, url: string): Promise<Raw> {
  const raw = await open(t, url, `${POST}Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n`);
  await once(raw.socket, 'data');
  return raw;
}

/** One byte after the other, until it is hung up on. */
async function drip({ socket }: Raw, text: string): Promise<void> {
  const ended = new AbortController();
  socket.once('close', () => ended.abort());
  const bytes = text[Symbol.iterator]();
  try {
    for await (const _ of setInterval(20, undefined, { signal: ended.signal })) {
      const next = bytes.next();
      socket.write(next.done === true ? 'x' : next.value);
    }
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  }
}

const POST = 'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nX-Callhook: 1\r\nContent-Type: application/json\r\n';

test('headers and bodies that come by drops are ended in time; others are served meanwhile', async (t) => {
  const { url, nobody } = await startApi(t, { requestWithinMs: 400 });
  const slow = await Promise.all([
    ...Array.from({ length: 20 }, () => open(t, url)),
    ...Array.from({ length: 20 }, () => open(t, url, `${POST}Content-Length: 5000\r\n\r\n{`)),
    ...Array.from({ length: 20 }, () => open(t, url, `${POST}Transfer-Encoding: chunked\r\n\r\n1000\r\n{`)),
  ]);
  const dripping = slow.map((raw, nth) => drip(raw, nth < 20 ? 'GET /health/live HTTP/1.1\r\nX-Slow: ' : ''));
  const watched = { isOver: false };
  const all = Promise.all(slow.map(({ closed }) => closed)).finally(() => (watched.isOver = true));
  let served = 0;
  do {
    assert.equal((await nobody('GET', '/health/live')).status, 200);
    served += 1;
  } while (!watched.isOver && served < 100_000);
  for (const answer of await all) {
    assert.match(answer, /^(HTTP\/1.1 408 [^]*"REQUEST_TOO_SLOW"[^]*)?$/);
    if (answer !== '') assert.match(answer, /^x-content-type-options: nosniff\r$/m);
  }
  await Promise.all(dripping);
  assert.ok(served > 5);
});

test('of too many connections those that ask for nothing are closed, the oldest first', async (t) => {
  const { url, account, nobody } = await startApi(t, { mostConnections: 10 });
  await account('operator');
  const busy = await openBusy(t, url);
  const first = await open(t, url);
  const idle: Raw[] = [];
  for (let nth = 0; nth < 8; nth += 1) idle.push(await open(t, url));
  assert.ok(!first.socket.destroyed);
  for (let nth = 0; nth < 30; nth += 1) idle.push(await open(t, url));
  assert.equal(await first.closed, '');
  await idle[10]!.closed;
  assert.equal((await nobody('GET', '/health/live')).status, 200);
  const last = idle.at(-1)!;
  last.socket.write('GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  assert.match(await last.closed, /^HTTP\/1.1 200 /, 'the newest are there');
  busy.socket.end(`{${' '.repeat(4_998)}}`);
  assert.match(
    await busy.closed,
    /^HTTP\/1.1 100 Continue\r\n\r\nHTTP\/1.1 422 /,
    'what is being answered is never closed for others',
  );
});

test('when all that may be are busy, the next one is closed', async (t) => {
  const { url } = await startApi(t, { mostConnections: 3 });
  const busy = [];
  for (let nth = 0; nth < 3; nth += 1) busy.push(await openBusy(t, url));
  const next = await open(t, url);
  await next.closed;
  assert.ok(busy.every(({ socket }) => !socket.destroyed));
});

test('what a client says of where it comes from counts for nothing, unless a trusted proxy says it', async (t) => {
  const lies = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'evil.example',
    forwarded: 'for=203.0.113.9;proto=https;host=evil.example',
    'x-real-ip': '203.0.113.9',
  };
  for (const [trustedProxies, address] of [
    [[], '127.0.0.1'],
    [['10.0.0.0/8'], '127.0.0.1'],
    [['127.0.0.1'], '203.0.113.9'],
  ] as const) {
    const { account, as, url } = await startApi(t, { trustedProxies });
    const { client, cookie } = await account('operator');
    const body = { name: 'Gamma', default_country: 'FI' };
    const evil = as({ cookie, 'x-callhook': '1', origin: 'https://evil.example', ...lies });
    assert.equal((await evil('PUT', 'organisations/gamma', body)).body.code, 'CROSS_SITE');
    const ours = await client('PUT', 'organisations/gamma', body, { ...lies, origin: url });
    assert.equal(ours.status, 201);
    assert.equal(ours.headers.get('strict-transport-security'), null, 'nobody else says that it is TLS');
    assert.equal((await client('GET', 'audit?thing=organisation')).body.items[0].address, address);
    const link = await client('POST', 'invitations', { email: 'a@b.example', role: 'operator' }, lies);
    assert.ok(link.body.link.startsWith(`${url}/`), 'a link leads to where we are');
  }
});

test('tries to log in are counted by the address that is believed', async (t) => {
  const passwords = { hash: async () => 'hash', verify: async () => false };
  const { nobody } = await startApi(t, { passwords });
  const statuses = [];
  for (let nth = 0; nth < 51; nth += 1) {
    const from = { 'x-forwarded-for': `203.0.113.${nth}` };
    statuses.push(
      (await nobody('POST', 'login', { email: `a${nth}@b.example`, password: 'x' }, from)).status,
    );
  }
  assert.deepEqual(statuses, [...Array<number>(50).fill(401), 429]);
});

const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
};

test('every answer has the security headers: of each route and page, errors, and what is no HTTP', async (t) => {
  const rates = { somebody: { burst: 1e9, everyMs: 1 }, nobody: { burst: 1e9, everyMs: 1 } };
  const { url, nobody, account } = await startApi(t, { publicUrl: 'https://callhook.example.org', rates });
  const { cookie: clear } = await account('operator');
  const cookie = clear.replace('callhook_session', '__Host-callhook_session');
  const headersOf = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init });
    // A stream has no end.
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) await response.body!.cancel();
    else await response.arrayBuffer();
    return response;
  };
  const seen = new Set<number>();
  const check = ({ status, headers }: Pick<Response, 'status' | 'headers'>, name: string) => {
    seen.add(status);
    for (const [header, value] of Object.entries(ALWAYS))
      assert.equal(headers.get(header), value, `${name}: ${header}`);
    assert.match(
      headers.get('content-security-policy') ?? '',
      /^default-src 'none'; [^*]*frame-ancestors 'none'/,
      name,
    );
    assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe|\*/, name);
    assert.equal(headers.get('strict-transport-security'), 'max-age=31536000', name);
    assert.equal(headers.get('server'), null);
    assert.equal(headers.get('x-powered-by'), null);
  };
  for (const { method, path } of await operationsOf(nobody)) {
    const to = fillPath(path, { organisation: 'acme' });
    check(await headersOf(to, { method }), `${method} ${path} as nobody`);
    if (method === 'GET') check(await headersOf(to, { headers: { cookie } }), `GET ${path}`);
    check(await headersOf(to, { method: 'PATCH' }), `PATCH ${path}`);
  }
  const pages = [
    '/health/live',
    '/health/ready',
    '/metrics',
    '/set-up',
    '/invitation',
    '/api/v1/docs',
    '/nothing',
    '/',
  ];
  const odd = [
    '/%zz',
    `/api/v1/organisations/${'x'.repeat(900)}`,
    '/api/v1/sources/platform/events',
    '/../../etc/passwd',
  ];
  for (const path of [...pages, ...odd]) check(await headersOf(path), path);
  const json = { 'content-type': 'application/json', 'x-callhook': '1' };
  check(await headersOf('/api/v1/login', { method: 'POST', headers: json, body: '{' }), 'no JSON');
  check(
    await headersOf('/api/v1/login', { method: 'POST', headers: json, body: `"${'x'.repeat(3e5)}"` }),
    'too large',
  );
  for (const text of [
    'nonsense\r\n\r\n',
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
    'GET / HTTP/1.1\r\nConnection: close\r\n\r\n',
    'GET / HTTP/1.1\r\nHost: a\r\nExpect: a cake\r\nConnection: close\r\n\r\n',
  ]) {
    const { closed } = await open(t, url, text);
    const [head = ''] = (await closed).split('\r\n\r\n');
    const [first = '', ...lines] = head.split('\r\n');
    const headers = new Headers(lines.map((line) => line.split(': ', 2) as [string, string]));
    check({ status: Number(first.split(' ')[1]), headers }, JSON.stringify(text.slice(0, 60)));
  }
  for (const status of [200, 400, 401, 404, 405, 413, 431]) assert.ok(seen.has(status), String(status));
});
