/** OAuth 2.0 client credentials, against a real authorization server over TLS. */
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import test, { type TestContext } from 'node:test';
import { parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter, type AttempterOptions } from '../../src/delivery/attempt.ts';
import type { Failure, Outcome } from '../../src/delivery/outcome.ts';
import { nextStep, signalOf } from '../../src/delivery/retry-schedule.ts';
import { targetOf } from '../../src/delivery/target.ts';
import type { OAuthSettings } from '../../src/policy/endpoint-settings.ts';
import type { EndpointWithSecret } from '../../src/policy/organisation.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { makeAuthority, signServer } from '../support/certificates.ts';
import { serveHttps } from '../support/https-server.ts';
import { SECRET } from '../support/receiver.ts';
import { CLIENTS, startTokenServer, type TokenServer } from '../support/token-server.ts';

const authority = await makeAuthority();
const certificate = await signServer(authority);
const WORDS = /hunter2|Bearer/;

type Options = Partial<AttempterOptions>;

/** A receiver that lets in whoever has a token of the token server. */
async function install(t: TestContext, options: Options = {}) {
  const tokens = await startTokenServer(t, certificate);
  const seen: string[] = [];
  const refused = new Set<string>();
  const knows = async (authorization = '') =>
    !refused.has(authorization) && (await tokens.knows(authorization)) !== undefined;
  const origin = await serveHttps(t, certificate, (request, response) => {
    const { authorization } = request.headers;
    seen.push(authorization ?? '');
    request.resume().on('end', () => {
      void knows(authorization).then((isKnown) => response.writeHead(isKnown ? 204 : 401).end());
    });
  });
  const made = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8']).allowed,
    trustedCertificates: [authority.cert],
    timeouts: { connectMs: 2_000, totalMs: 2_000 },
    userAgent: 'Callhook/test',
    clock: systemClock,
    ...options,
  });
  t.after(() => made.close());
  const deliver = async (more: Partial<OAuthSettings> = {}, secret = CLIENTS.basic.secret, id = 'crm') => {
    const target = targetOf('acme', endpoint(id, origin, tokens, more, secret), 0);
    return (await made.attempt(target, { id: 'msg_1', body: '{}' })).outcome;
  };
  return { tokens, seen, refused, deliver, attempter: made };
}

function endpoint(
  id: string,
  url: string,
  { tokenUrl }: TokenServer,
  more: Partial<OAuthSettings>,
  secret: string,
): EndpointWithSecret {
  const client = { clientId: CLIENTS.basic.id, clientAuthentication: 'basic' as const };
  return {
    id,
    url,
    states: [],
    delivery: {},
    secret: SECRET,
    authentication: { kind: 'oauth2', tokenUrl, ...client, ...more },
    credentials: { authentication: secret },
  };
}

function failure(outcome: Outcome): Failure {
  assert.ok(!outcome.ok);
  return outcome;
}

test('a token is fetched with Basic, and used again until it ends', async (t) => {
  const { tokens, seen, deliver } = await install(t);
  for (let i = 0; i < 3; i += 1) assert.ok((await deliver()).ok);
  assert.deepEqual([tokens.requests(), new Set(seen).size, seen.length], [1, 1, 3]);
});

test('the client may prove itself in the body, and ask for scope and resource', async (t) => {
  const { tokens, seen, deliver } = await install(t);
  const { id: clientId, secret } = CLIENTS.post;
  const wants = { scope: 'calls', resource: 'https://crm.example/calls', audience: 'ignored here' };
  assert.ok((await deliver({ clientId, clientAuthentication: 'post', ...wants }, secret)).ok);
  assert.deepEqual(await tokens.knows(seen[0]), { audience: wants.resource, scope: 'calls' });
});

test('however many messages wait for a token, it is asked for once; each endpoint has its own', async (t) => {
  const { tokens, deliver } = await install(t);
  const all = await Promise.all(Array.from({ length: 30 }, () => deliver()));
  assert.ok(all.every(({ ok }) => ok));
  assert.equal(tokens.requests(), 1);
  await deliver({}, CLIENTS.basic.secret, 'erp');
  assert.equal(tokens.requests(), 2);
});

test('a token that the receiver does not take any more is fetched anew, once', async (t) => {
  const { tokens, seen, refused, deliver } = await install(t);
  await deliver();
  refused.add(seen[0]!);
  assert.ok((await deliver()).ok);
  assert.deepEqual([tokens.requests(), seen.length], [2, 3]);
  refused.add(seen[2]!);
  tokens.answers = (_request, response) =>
    json(response, 200, { access_token: 'unknown', token_type: 'Bearer', expires_in: 600 });
  const failed = failure(await deliver());
  assert.deepEqual([failed.code, failed.statusCode], ['refused', 401]);
  // With the token that was there and the new one; nothing refused is kept.
  assert.deepEqual([tokens.requests(), seen.length], [3, 5]);
  await deliver();
  assert.equal(tokens.requests(), 4);
});

test('a token is not used to its very end', async (t) => {
  let nowMs = 1_000_000;
  const { tokens, deliver } = await install(t, { clock: { ...systemClock, nowMs: () => nowMs } });
  await deliver();
  // oidc-provider gives them 600 s.
  nowMs += 569_000;
  await deliver();
  assert.equal(tokens.requests(), 1);
  nowMs += 2_000;
  await deliver();
  assert.equal(tokens.requests(), 2);
});

test('a token server that refuses is quoted by its standard code, and nothing secret is said', async (t) => {
  const { seen, deliver } = await install(t);
  const failed = failure(await deliver({}, 'hunter2-wrong'));
  assert.equal(failed.code, 'oauth_refused');
  assert.match(failed.detail, /^The token server says invalid_client \(401\)\. Compare client_id/);
  assert.doesNotMatch(JSON.stringify(failed), WORDS);
  const elsewhere = failure(await deliver({ resource: 'nowhere' }));
  assert.match(elsewhere.detail, /says invalid_target \(400\)\. Compare resource/);
  assert.equal(seen.length, 0);
});

test('its failures count as failures of the endpoint, and are tried again by its schedule', async (t) => {
  const { deliver } = await install(t);
  const failed = failure(await deliver({}, 'hunter2-wrong'));
  assert.equal(signalOf(failed, 0).kind, 'failed');
  const claim = { endpoint: { delivery: {} } as EndpointWithSecret, retriesUsed: 0, probe: false };
  assert.deepEqual(
    nextStep(claim, failed, 0, () => 0.5),
    { kind: 'later', dueAtMs: 1_000, usesRetry: true },
  );
});

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

const BAD_ANSWERS: [name: string, words: RegExp, answer: (response: ServerResponse) => void][] = [
  [
    'fails',
    /answered 503: it failed/,
    (response) => response.writeHead(503, { 'retry-after': '7' }).end('x'),
  ],
  [
    'points elsewhere',
    /answered 307: redirects are not followed/,
    (response) => response.writeHead(307, { location: 'https://127.0.0.1:1/' }).end(),
  ],
  ['answers a page', /is no bearer token/, (response) => response.writeHead(200).end('<html>hunter2')],
  ['answers 404 without words', /is no bearer token/, (response) => response.writeHead(404).end()],
  ['gives no token', /is no bearer token/, (response) => json(response, 200, { token_type: 'Bearer' })],
  [
    'gives a token of another type',
    /is no bearer token/,
    (response) => json(response, 200, { access_token: 'hunter2', token_type: 'mac' }),
  ],
  [
    'gives a token that would end its header',
    /is no bearer token/,
    (response) => json(response, 200, { access_token: 'hunter2\r\nx-forged: 1', token_type: 'Bearer' }),
  ],
  [
    'never ends',
    /is no bearer token/,
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => response.write(' '.repeat(32_768)), 1);
      response.on('close', () => clearInterval(timer));
    },
  ],
];

for (const [name, words, answer] of BAD_ANSWERS) {
  test(`a token server that ${name}`, async (t) => {
    const { tokens, seen, deliver } = await install(t);
    tokens.answers = (_request, response) => answer(response);
    const failed = failure(await deliver());
    assert.equal(failed.code, 'oauth_failed');
    assert.match(failed.detail, words);
    assert.doesNotMatch(JSON.stringify(failed), WORDS);
    assert.equal(failed.retryAfterMs, name === 'fails' ? 7_000 : undefined);
    assert.deepEqual([tokens.requests(), seen.length], [1, 0]);
  });
}

test('a token server that is silent, not there, or under a certificate that nobody knows', async (t) => {
  const timeouts = { connectMs: 1_000, totalMs: 300 };
  const { tokens, deliver } = await install(t, { timeouts });
  tokens.answers = () => {};
  const silent = failure(await deliver());
  assert.deepEqual(
    [silent.code, silent.detail],
    ['oauth_unreachable', 'The token server did not answer in time.'],
  );
  const gone = failure(await deliver({ tokenUrl: 'https://127.0.0.1:1025/token' }));
  assert.deepEqual(
    [gone.code, gone.detail],
    ['oauth_unreachable', 'Nothing listens at the token server’s address.'],
  );
  const other = await serveHttps(t, await signServer(await makeAuthority('Another')), () => {});
  const unknown = failure(await deliver({ tokenUrl: `${other}/token` }));
  assert.equal(unknown.code, 'oauth_unreachable');
  assert.match(unknown.detail, /The token server's certificate/);
});

test('the token address is guarded as endpoints are: no private address, no http', async (t) => {
  const { tokens, deliver } = await install(t, { allowed: parseAllowed(['localhost']).allowed });
  const failed = failure(await deliver());
  assert.equal(failed.code, 'oauth_unreachable');
  assert.match(failed.detail, /^The token server's address is private or special and not dialled/);
  const plain = failure(await deliver({ tokenUrl: tokens.tokenUrl.replace('https', 'http') }));
  assert.equal(plain.code, 'oauth_failed');
  assert.equal(tokens.requests(), 0);
});

test('a stop does not wait for a token server', async (t) => {
  const { tokens, deliver, attempter } = await install(t, { timeouts: { connectMs: 9_000, totalMs: 9_000 } });
  const asked = Promise.withResolvers<void>();
  tokens.answers = () => asked.resolve();
  const began = performance.now();
  const under = deliver();
  await asked.promise;
  attempter.giveUp();
  assert.ok(!(await under).ok);
  assert.ok(performance.now() - began < 5_000);
});
