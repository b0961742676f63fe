/** A CRM that asks for all there is to ask for, from the directory file to the delivered call; secrets stay where they are. */
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import test from 'node:test';
import { Webhook } from 'standardwebhooks';
import { makeFolder, run, start, write } from '../support/callhook-process.ts';
import { makeAuthority, signClient, signServer } from '../support/certificates.ts';
import { serveHttps } from '../support/https-server.ts';
import { configToml, directoryYaml, ENV, LOGIN } from '../support/installation.ts';
import { startLivePbx } from '../support/live-pbx.ts';
import { SECRET } from '../support/receiver.ts';
import { CLIENTS, startTokenServer } from '../support/token-server.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

const authority = await makeAuthority();
const [server, client] = [await signServer(authority), await signClient(authority)];

interface Message {
  state: string;
  internal?: boolean;
  call_duration_ms?: number;
}

interface Seen {
  headers: IncomingHttpHeaders;
  body: string;
  client: string | undefined;
}

test('mutual TLS, own authority, OAuth 2.0, own headers, a filter, rotation and Ed25519, with no secret anywhere', async (t) => {
  const folder = makeFolder(t);
  const pbx = await startLivePbx(`${TRANSCRIPTS}asterisk/01-in-answered-caller-hangs-up/ami.raw`, LOGIN);
  t.after(() => pbx.close());
  const tokens = await startTokenServer(t, server);
  const seen: Seen[] = [];
  const arrived = Promise.withResolvers<void>();
  const options = { ...server, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
  const answer = async (request: IncomingMessage, response: ServerResponse, body: string) => {
    const token = await tokens.knows(request.headers.authorization);
    response.writeHead(token === undefined ? 401 : 204).end();
    const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject;
    seen.push({ headers: request.headers, body, client: String(CN) });
    if (seen.length === 2) arrived.resolve();
  };
  const origin = await serveHttps(t, options, (request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => void answer(request, response, body));
  });
  write(folder, 'ca.pem', authority.cert);
  write(folder, 'client.pem', client.cert);
  write(folder, 'client.key', client.key);
  write(folder, 'other-ca.pem', (await makeAuthority('The operator’s')).cert);
  // The operator trusts another authority; the endpoint's own counts for its token server too.
  write(folder, 'callhook.toml', configToml('other-ca.pem'));
  const endpoints = `
        filter: { directions: [INCOMING], users: [user.1001@acme.example] }
        states: [CONFIRMED, TERMINATED]
        payload: extended
        authentication:
          kind: oauth2
          token_url: ${tokens.tokenUrl}
          client_id: "${CLIENTS.basic.id}"
          client_secret: \${CLIENT_SECRET}
        headers: { X-Tenant: "\${TENANT_KEY}" }
        tls: { ca: "file:ca.pem", certificate: "file:client.pem", key: "file:client.key" }
      - id: others
        url: ${origin}/others
        secret: \${CRM_SECRET}
        filter: { directions: [OUTGOING] }
`;
  write(folder, 'acme.yaml', directoryYaml(pbx.port, `${origin}/calls`).trimEnd() + endpoints);
  const env = { ...ENV, CLIENT_SECRET: CLIENTS.basic.secret, TENANT_KEY: 'hunter2-tenant' };
  const applied = await run(t, folder, ['apply', 'acme.yaml'], env);
  assert.equal(applied.code, 0, applied.err);
  const again = await run(t, folder, ['apply', 'acme.yaml'], env);
  assert.equal(again.out, 'Nothing to change.\n');

  const listened = pbx.listened();
  const running = start(t, folder, ['serve'], { CALLHOOK_LOG_LEVEL: 'debug' });
  const [apiUrl] = /http:\/\/[\d.]+:\d+/.exec(await running.said('callhook serves')) ?? [];
  await listened;
  const rotated = await run(t, folder, ['rotate', 'acme/crm', '--ed25519', '--overlap', '1h']);
  assert.match(rotated.out, /The public key of endpoint crm in acme;.*\n {4}whpk_\S+\n/);
  pbx.play(1_000);
  await arrived.promise;

  assert.deepEqual(
    seen.map((one) => [
      one.client,
      one.headers['x-tenant'],
      (JSON.parse(one.body) as { state: string }).state,
    ]),
    [
      ['callhook', 'hunter2-tenant', 'CONFIRMED'],
      ['callhook', 'hunter2-tenant', 'TERMINATED'],
    ],
  );
  const { internal, call_duration_ms } = JSON.parse(seen[1]!.body) as Message;
  assert.ok(internal === false && Number.isInteger(call_duration_ms));
  assert.equal(tokens.requests(), 1);
  const keys = await fetch(`${apiUrl}/api/v1/organisations/acme/endpoints/crm/public-keys`);
  const {
    keys: [key],
  } = (await keys.json()) as { keys: [{ kty: string; crv: string; x: string }] };
  for (const { headers, body } of seen) {
    // The secret of before, as the official library reads it, and the new public key.
    new Webhook(SECRET).verify(body, headers as Record<string, string>);
    const [first = ''] = String(headers['webhook-signature']).split(' ');
    const text = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const signature = Buffer.from(first.slice('v1a,'.length), 'base64');
    assert.ok(verify(null, Buffer.from(text), createPublicKey({ key, format: 'jwk' }), signature));
  }

  const status = await run(t, folder, ['status', '--json']);
  running.process.kill('SIGTERM');
  const { out, err } = await running.ended;
  const token = String(seen[0]!.headers.authorization).replace('Bearer ', '');
  const secrets = [SECRET, 'hunter2', token, client.key.split('\n')[1]!, 'whsk_'];
  const files = readdirSync(folder).filter((name) => name.startsWith('callhook.db'));
  const told = [applied.out, again.out, rotated.out, status.out, out, err].join('\n');
  for (const secret of secrets) {
    assert.ok(!told.includes(secret), 'a secret was told');
    for (const name of files)
      assert.ok(!readFileSync(join(folder, name)).includes(secret), `a secret lies in ${name}`);
  }
});
