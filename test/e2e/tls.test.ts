/** `serve` with a certificate of its own, and the verbs that look at it. */
import assert from 'node:assert/strict';
import { request } from 'node:https';
import test from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { makeFolder, run, start, write } from '../support/callhook-process.ts';
import { makeAuthority, signServer } from '../support/certificates.ts';
import { TOKEN } from '../support/http-ingest.ts';
import { freeTcpPort } from '../support/ports.ts';

function textOf(url: string, ca: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  request(url, { ca }, (answer) => {
    let text = '';
    answer.setEncoding('utf8').on('data', (more: string) => (text += more));
    answer.on('end', () => resolve(text));
  })
    .on('error', reject)
    .end();
  return promise;
}

test('`serve`, `status`, `doctor`, `account` and /metrics know that the API speaks TLS', async (t) => {
  const folder = makeFolder(t);
  const authority = await makeAuthority();
  const { cert, key } = await signServer(authority);
  write(folder, 'cert.pem', cert);
  write(folder, 'key.pem', key);
  const tls = 'api_tls_certificate_file = "cert.pem"\napi_tls_key_file = "key.pem"\n';
  write(folder, 'callhook.toml', `api_port = ${await freeTcpPort()}\n${tls}`);
  write(folder, 'a.yaml', `sources: [{ id: platform, kind: http, secret: ${TOKEN} }]\n`);
  assert.equal((await run(t, folder, ['apply', 'a.yaml'])).code, 0);

  const serving = start(t, folder, ['serve']);
  const { api } = JSON.parse(await serving.said('callhook serves')) as { api: string };
  assert.match(api, /^https:\/\/127\.0\.0\.1:\d+$/);
  assert.match(
    await textOf(`${api}/metrics`, authority.cert),
    /^callhook_api_certificate_expiry_timestamp_seconds 4102444800$/m,
  );
  const shown = async (...args: string[]) => stripVTControlCharacters((await run(t, folder, args)).out);
  assert.match(
    await shown('status'),
    new RegExp(`^ {2}● ${api} {2}its certificate is good for \\d+ days$`, 'm'),
  );
  const seen = await shown('doctor', 'platform');
  assert.match(seen, new RegExp(`✓ reached +a node listens on ${api}\\n`));
  assert.match(seen, /✓ token +is the source’s\n[^]*curl -i -k https:/);
  assert.match(await shown('account', 'create', 'o@example.com'), new RegExp(`    ${api}/invitation#`));

  const other = await signServer(authority);
  write(folder, 'cert.pem', other.cert);
  assert.match(await serving.said('cannot be used'), /is not the key of cert\.pem/);
  const mixed = await run(t, folder, ['doctor', 'platform']);
  assert.equal(mixed.code, 1);
  assert.match(mixed.out, /shows another certificate than the file of api_tls_certificate_file/);
  write(folder, 'cert.pem', 'half');
  assert.match(
    (await run(t, folder, ['doctor', 'platform'])).out,
    /certificate +api_tls_certificate_file: cert\.pem holds no/,
  );
  assert.match(
    await shown('status'),
    /○ https:\S+ {2}api_tls_certificate_file: cert\.pem holds no certificate/,
  );
  write(folder, 'cert.pem', other.cert);
  write(folder, 'key.pem', other.key);
  await serving.said('shows its new certificate');
  assert.match(await shown('doctor', 'platform'), /✓ token/);
  serving.process.kill('SIGTERM');
  assert.equal((await serving.ended).code, 0);

  write(folder, 'key.pem', key);
  const refused = await run(t, folder, ['serve']);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /api_tls_key_file: key\.pem is not the key of cert\.pem\./);
});
