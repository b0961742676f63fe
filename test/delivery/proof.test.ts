/** How we prove who we are, against real servers that ask for it: Basic, bearer, own headers, client certificates, own CA. */
import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import type { ServerOptions } from 'node:https';
import type { TLSSocket } from 'node:tls';
import test, { type TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { parseAllowed } from '../../src/delivery/address-guard.ts';
import { Agents } from '../../src/delivery/agents.ts';
import { createAttempter } from '../../src/delivery/attempt.ts';
import { readError, type Outcome } from '../../src/delivery/outcome.ts';
import { targetOf } from '../../src/delivery/target.ts';
import type { EndpointWithSecret } from '../../src/policy/organisation.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { makeAuthority, signClient, signServer } from '../support/certificates.ts';
import { serveHttps } from '../support/https-server.ts';
import { SECRET } from '../support/receiver.ts';

const authority = await makeAuthority();
const server = await signServer(authority);
const client = await signClient(authority);
const stranger = await signClient(await makeAuthority('Another authority'));

const BODY = '{"seq_num":1}';
const LOCAL = parseAllowed(['127.0.0.0/8']).allowed;
const TIMEOUTS = { connectMs: 2_000, totalMs: 2_000 };
const OWN_CA = { tls: { ca: authority.cert } };
const ASKING: ServerOptions = { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true };

/** An attempter that knows nobody but the well-known authorities. */
function deliver(t: TestContext): (endpoint: Partial<EndpointWithSecret>) => Promise<Outcome> {
  const attempter = createAttempter({
    allowed: LOCAL,
    trustedCertificates: [],
    timeouts: TIMEOUTS,
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(() => attempter.close());
  return async (more) => {
    const endpoint = { id: 'crm', url: '', states: [], delivery: {}, secret: SECRET, ...more };
    const target = targetOf('acme', endpoint, systemClock.nowMs());
    return (await attempter.attempt(target, { id: 'msg_1', body: BODY })).outcome;
  };
}

/** Answers 204 and remembers what it was told. */
async function receive(t: TestContext, options: ServerOptions = server) {
  const seen: { headers: IncomingHttpHeaders; client: string | undefined }[] = [];
  const origin = await serveHttps(t, options, (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    const name = subject?.CN;
    seen.push({ headers: request.headers, client: Array.isArray(name) ? name[0] : name });
    request.resume().on('end', () => response.writeHead(204).end());
  });
  return { url: `${origin}/calls`, seen };
}

test('Basic: name and password as RFC 7617 writes them, in UTF-8, beside the signature', async (t) => {
  const { url, seen } = await receive(t);
  const outcome = await deliver(t)({
    ...OWN_CA,
    url,
    authentication: { kind: 'basic', username: 'Aladdin' },
    credentials: { authentication: 'open sesame' },
  });
  assert.ok(outcome.ok);
  assert.equal(seen[0]?.headers.authorization, 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==');
  new Webhook(SECRET).verify(BODY, seen[0]?.headers as Record<string, string>);
  await deliver(t)({
    ...OWN_CA,
    url,
    authentication: { kind: 'basic', username: 'test' },
    credentials: { authentication: '123£' },
  });
  assert.equal(seen[1]?.headers.authorization, 'Basic dGVzdDoxMjPCow==');
});

test('a bearer token, and own header fields, never in place of ours', async (t) => {
  const { url, seen } = await receive(t);
  const outcome = await deliver(t)({
    ...OWN_CA,
    url,
    authentication: { kind: 'bearer' },
    headers: ['x-tenant', 'webhook-id', 'content-type'],
    credentials: {
      authentication: 'a.b.c',
      headers: { 'x-tenant': 'acme 1', 'webhook-id': 'forged', 'content-type': 'text/plain' },
    },
  });
  assert.ok(outcome.ok);
  const { authorization, ...headers } = seen[0]!.headers;
  assert.equal(authorization, 'Bearer a.b.c');
  assert.deepEqual(
    [headers['x-tenant'], headers['webhook-id'], headers['content-type']],
    ['acme 1', 'msg_1', 'application/json'],
  );
});

test('an own authority counts for its endpoint alone', async (t) => {
  const { url } = await receive(t);
  const to = deliver(t);
  assert.ok((await to({ url, ...OWN_CA })).ok);
  const without = await to({ url });
  assert.equal(!without.ok && without.code, 'tls_certificate');
});

test('a receiver that asks for a client certificate gets the endpoint’s, and nobody else’s connection', async (t) => {
  const { url, seen } = await receive(t, ASKING);
  const to = deliver(t);
  const own = {
    tls: { ca: authority.cert, certificate: client.cert },
    credentials: { privateKey: client.key },
  };
  assert.ok((await to({ url, ...own })).ok);
  assert.equal(seen[0]?.client, 'callhook');
  for (const [version, more] of [
    ['none', OWN_CA],
    [
      'a stranger’s',
      {
        tls: { ca: authority.cert, certificate: stranger.cert },
        credentials: { privateKey: stranger.key },
      },
    ],
  ] as const) {
    const outcome = await to({ url, ...more });
    // A server on Node hangs up without a word; others send the alert of the next test.
    assert.equal(!outcome.ok && outcome.code, 'connection_lost', version);
  }
  assert.equal(seen.length, 1);
});

test('an alert about our certificate is told apart from a receiver’s certificate that we do not accept', () => {
  const codeOf = (code: string) => readError(Object.assign(new Error('alert'), { code })).code;
  for (const alert of [
    'TLSV13_ALERT_CERTIFICATE_REQUIRED',
    'SSLV3_ALERT_BAD_CERTIFICATE',
    'TLSV1_ALERT_UNKNOWN_CA',
  ])
    assert.equal(codeOf(`ERR_SSL_${alert}`), 'client_certificate_refused');
  assert.equal(codeOf('CERT_HAS_EXPIRED'), 'tls_certificate');
  assert.equal(codeOf('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'tls_certificate');
  assert.equal(codeOf('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'), 'tls_failed');
});

test('below TLS 1.2 nothing is sent, with own certificates neither', async (t) => {
  const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  const { url, seen } = await receive(t, { ...server, ...old });
  const outcome = await deliver(t)({ url, ...OWN_CA });
  assert.equal(!outcome.ok && outcome.code, 'tls_failed');
  assert.equal(seen.length, 0);
});

test('the address guard stands before own certificates too', async (t) => {
  const { url, seen } = await receive(t);
  const attempter = createAttempter({
    allowed: parseAllowed([]).allowed,
    trustedCertificates: [],
    timeouts: TIMEOUTS,
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(() => attempter.close());
  const { outcome } = await attempter.attempt({ url, secrets: [SECRET], ...OWN_CA }, { id: 'm', body: BODY });
  assert.equal(!outcome.ok && outcome.code, 'address_not_allowed');
  assert.equal(seen.length, 0);
});

test('certificates that cannot be used are told, and nothing is sent', async (t) => {
  const { url, seen } = await receive(t);
  const outcome = await deliver(t)({
    url,
    tls: { certificate: client.cert },
    credentials: { privateKey: 'x' },
  });
  assert.deepEqual([outcome.ok, !outcome.ok && outcome.code, seen.length], [false, 'tls_failed', 0]);
});

test('agents of own certificates are shared, bounded, and let go of when nobody uses them', async () => {
  const agents = new Agents({ allowed: LOCAL, trustedCertificates: [], timeouts: TIMEOUTS });
  const one = agents.of(OWN_CA.tls, 0);
  assert.equal(agents.of({ ...OWN_CA.tls }, 1), one);
  assert.notEqual(agents.of(undefined, 1), one);
  for (let i = 0; i < 70; i += 1) agents.of({ ca: `${authority.cert}\n# ${i}` }, 2);
  assert.equal(agents.kept, 64);
  assert.notEqual(agents.of(OWN_CA.tls, 50_000), one);
  agents.sweep(61_000);
  assert.equal(agents.kept, 1);
  await agents.destroy();
  assert.equal(agents.kept, 0);
});

for (const [what, authentication, secret, said] of [
  [
    'a Basic password',
    { kind: 'basic', username: 'callhook' },
    'open sesame',
    'no user has the password open sesame',
  ],
  ['what stands for it in the header', { kind: 'basic', username: 'callhook' }, 'open sesame', undefined],
  ['a token', { kind: 'bearer' }, 'hunter2-token-12345678', undefined],
  ['the middle of a token', { kind: 'bearer' }, 'hunter2-token-12345678', 'not good: …r2-token…'],
  ['the signing secret', undefined, undefined, `is it ${SECRET}?`],
] as const) {
  test(`${what} in the words of a receiver that fails is not kept, nor are the words around it`, async (t) => {
    const url = await serveHttps(t, server, (request, response) => {
      request.resume().on('end', () => response.writeHead(401).end(said ?? request.headers.authorization));
    });
    const outcome = await deliver(t)({
      ...OWN_CA,
      url,
      ...(authentication && { authentication, credentials: { authentication: secret } }),
    });
    assert.match(
      outcome.ok ? '' : outcome.detail,
      /^The receiver answered 401: .*\. Its words are not kept: they repeat a secret\.$/,
    );
  });
}

test('a header field of the answer that repeats a secret is not kept, also where the message was taken', async (t) => {
  const attempter = createAttempter({
    allowed: LOCAL,
    trustedCertificates: [],
    timeouts: TIMEOUTS,
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(() => attempter.close());
  for (const status of [204, 401]) {
    const url = await serveHttps(t, server, (request, response) => {
      const [, token = ''] = (request.headers.authorization ?? '').split(' ');
      const told = { 'x-request-id': token, 'cf-ray': 'harmless-1' };
      request.resume().on('end', () => response.writeHead(status, told).end());
    });
    const credentials = { authentication: 'hunter2-token-12345678' };
    const endpoint = { id: 'crm', url, states: [], delivery: {}, secret: SECRET, ...OWN_CA };
    const target = targetOf('acme', { ...endpoint, authentication: { kind: 'bearer' }, credentials }, 0);
    const { details } = await attempter.attempt(target, { id: 'msg_1', body: BODY });
    assert.equal(details.headers?.['cf-ray'], 'harmless-1');
    assert.equal(details.headers?.['x-request-id'], undefined);
  }
});

test('the words of a receiver that repeat no secret are kept', async (t) => {
  const url = await serveHttps(t, server, (request, response) => {
    request.resume().on('end', () => response.writeHead(401).end('Bearer token missing or wrong'));
  });
  const credentials = { authentication: 'hunter2-12345678', headers: { 'X-Tenant': '7' } };
  const outcome = await deliver(t)({ ...OWN_CA, url, authentication: { kind: 'bearer' }, credentials });
  assert.match(outcome.ok ? '' : outcome.detail, / It says: Bearer token missing or wrong$/);
});
