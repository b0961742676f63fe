/** How the portal's files are served. That they work in a browser is in test/browser. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { request } from 'node:http';
import { startApi } from '../support/api.ts';
import { makeFolder, write } from '../support/callhook-process.ts';

async function withPortal(t: TestContext) {
  const portal = makeFolder(t);
  write(portal, 'index.html', '<meta name="csp-nonce" content="__CSP_NONCE__"><script src="/assets/a-1.js">');
  write(portal, 'icon.svg', '<svg/>');
  write(portal, 'color-scheme.js', '1;');
  mkdirSync(join(portal, 'assets'));
  write(portal, 'assets/a-1.js', 'alert(1);');
  writeFileSync(join(portal, 'assets/a-1.js.br'), brotliCompressSync('alert(1);'));
  return startApi(t, { portal });
}

test('each page is the same document, with a nonce of its own that its policy names', async (t) => {
  const { url } = await withPortal(t);
  const nonces = new Set<string>();
  for (const path of ['/', '/login', '/o/acme/calls?state=EARLY', '/set-up']) {
    const answer = await fetch(url + path);
    const html = await answer.text();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const nonce = /content="([^"]+)"/.exec(html)![1]!;
    nonces.add(nonce);
    const policy = answer.headers.get('content-security-policy')!;
    assert.ok(policy.includes(`style-src 'self' 'nonce-${nonce}'`), policy);
    assert.ok(policy.includes("script-src 'self';"), policy);
    assert.ok(!policy.includes('unsafe'), policy);
  }
  assert.equal(nonces.size, 4);
});

test('assets are kept for ever, and sent as they were compressed', async (t) => {
  const { url } = await withPortal(t);
  const { headers, body } = await raw(`${url}/assets/a-1.js`, { 'accept-encoding': 'br' });
  assert.equal(headers['content-encoding'], 'br');
  assert.match(String(headers['cache-control']), /immutable/);
  assert.equal(brotliDecompressSync(body).toString(), 'alert(1);');
  const plain = await raw(`${url}/assets/a-1.js`, {});
  assert.equal(plain.body.toString(), 'alert(1);');
});

test('what is no page and no asset is not there, also beyond the folder', async (t) => {
  const { url } = await withPortal(t);
  for (const path of [
    '/api/v1/nothing',
    '/api',
    '/assets/none.js',
    '/assets/',
    '/none.php',
    '/health/nothing',
    '/assets/..%2findex.html',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
  ]) {
    const { status, headers } = await raw(url + path, {});
    assert.equal(status, 404, path);
    assert.match(String(headers['content-type']), /^application\/problem\+json/, path);
  }
  assert.equal((await fetch(`${url}/login`, { method: 'POST' })).status, 404);
});

/** Nothing is followed, normalised or decompressed. */
function raw(url: string, headers: Record<string, string>) {
  const { hostname, port } = new URL(url);
  const path = url.slice(url.indexOf('/', 8));
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>(
    (resolve, reject) => {
      request({ hostname, port, path, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
        );
      })
        .on('error', reject)
        .end();
    },
  );
}
