/** The API's certificate and key: what cannot be used is told with its setting, its file and what to do. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readApiCertificate } from '../../src/config/api-certificate.ts';
import { makeAuthority, signServer } from '../support/certificates.ts';
import { makeFolder, write } from '../support/callhook-process.ts';
import { needsOpenssl } from '../support/needs.ts';

const files = (certificate: string, key: string) => ({
  api_tls_certificate_file: certificate,
  api_tls_key_file: key,
});

test('a chain with its key is read as it is, also from one file that holds both', async (t) => {
  const folder = makeFolder(t);
  const authority = await makeAuthority();
  const { cert, key } = await signServer(authority);
  const chain = `${cert}\n${authority.cert}`;
  const read = await readApiCertificate(files(write(folder, 'c.pem', chain), write(folder, 'k.pem', key)));
  assert.deepEqual([read.cert, read.key], [chain, key]);
  assert.equal(read.validUntilMs, Date.parse('2100-01-01T00:00:00Z'));
  const both = write(folder, 'both.pem', `${chain}\n${key}`);
  assert.equal((await readApiCertificate(files(both, both))).validFromMs, Date.parse('2020-01-01T00:00:00Z'));
});

test('what cannot be used is told, and which setting it is', async (t) => {
  const folder = makeFolder(t);
  const authority = await makeAuthority();
  const { cert, key } = await signServer(authority);
  const other = await signServer(authority);
  const good = { cert: write(folder, 'cert.pem', cert), key: write(folder, 'key.pem', key) };
  const half = cert.slice(0, cert.length / 2);
  for (const [certificate, keyFile, told] of [
    [
      join(folder, 'none.pem'),
      good.key,
      /^api_tls_certificate_file: \S+none\.pem cannot be read \(ENOENT\)\. Is the name/,
    ],
    [good.cert, folder, /^api_tls_key_file: \S+ cannot be read \(EISDIR\)\./],
    [
      write(folder, 'half.pem', half),
      good.key,
      /^api_tls_certificate_file: \S+half\.pem holds no certificate\. It has to be PEM/,
    ],
    [
      write(folder, 'chain-half.pem', `${cert}\n${authority.cert.replace(/MII.{20}/, '')}`),
      good.key,
      /chain-half\.pem is damaged: certificate 2 in it is none\.$/,
    ],
    [
      good.cert,
      write(folder, 'no-key.pem', ''),
      /^api_tls_key_file: \S+no-key\.pem holds no private key\. It has to be PEM/,
    ],
    [
      good.cert,
      write(folder, 'other.pem', other.key),
      /^api_tls_key_file: \S+other\.pem is not the key of \S+cert\.pem\.$/,
    ],
    [
      write(folder, 'order.pem', `${authority.cert}\n${cert}`),
      good.key,
      /^api_tls_certificate_file: \S+order\.pem has to begin with the certificate of `api_tls_key_file`\.$/,
    ],
  ] as const) {
    await assert.rejects(
      readApiCertificate(files(certificate, keyFile)),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'CONFIG_INVALID');
        assert.match(error.message, told);
        assert.ok(!error.message.includes('PRIVATE KEY-----\n'));
        return true;
      },
    );
  }
});

test('a key with a passphrase, and one that is too short for TLS', needsOpenssl(), async (t) => {
  const folder = makeFolder(t);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const make = [
    'req',
    '-x509',
    '-subj',
    '/CN=localhost',
    '-days',
    '9',
    '-keyout',
    'key.pem',
    '-out',
    'cert.pem',
  ];
  const here = files(join(folder, 'cert.pem'), join(folder, 'key.pem'));
  openssl(...make, '-newkey', 'rsa:2048', '-passout', 'pass:swordfish');
  await assert.rejects(
    readApiCertificate(here),
    /^CallhookError: api_tls_key_file: \S+ has a passphrase\. `openssl pkey -in KEY -out PLAIN` takes it away\.$/,
  );
  openssl(...make, '-newkey', 'rsa:512', '-noenc');
  await assert.rejects(
    readApiCertificate(here),
    /api_tls_certificate_file: \S+ cannot be used for TLS \(\w+\)\.$/,
  );
  openssl(...make, '-newkey', 'rsa:2048', '-noenc');
  assert.ok((await readApiCertificate(here)).validUntilMs > Date.now());
});

/** As `nobody` where the tests run as root, who may read everything. */
async function asOrdinaryUser(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

test('a key that this user may not read', async (t) => {
  const folder = makeFolder(t);
  chmodSync(folder, 0o755);
  const { cert, key } = await signServer(await makeAuthority());
  const here = files(write(folder, 'cert.pem', cert), write(folder, 'key.pem', key));
  chmodSync(here.api_tls_key_file, 0);
  await asOrdinaryUser(() =>
    assert.rejects(
      readApiCertificate(here),
      /api_tls_key_file: \S+ cannot be read \(EACCES\)\. Let the user that runs Callhook read it\.$/,
    ),
  );
});
