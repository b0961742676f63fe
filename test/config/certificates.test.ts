/** Files of certificates: what is in them must be something to trust. */
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { readCertificates } from '../../src/config/certificates.ts';
import { makeFolder, write } from '../support/callhook-process.ts';
import { certificateFor } from '../support/receiver.ts';

test('files with one or more certificates are read as they are', async (t) => {
  const folder = makeFolder(t);
  const [one, another] = [(await certificateFor()).cert, (await certificateFor('crm.example')).cert];
  const bundle = `# ours\n${one}\n${another}`;
  assert.deepEqual(readCertificates([write(folder, 'one.pem', one), write(folder, 'bundle.pem', bundle)]), [
    one,
    bundle,
  ]);
});

test('every file that is not there, holds no certificate or a damaged one is told', async (t) => {
  const folder = makeFolder(t);
  const { key, cert } = await certificateFor();
  const der = join(folder, 'authority.der');
  writeFileSync(der, new X509Certificate(cert).raw);
  const damaged = cert.replace(/MII.{20}/, '');
  const files = [
    join(folder, 'none.pem'),
    write(folder, 'empty.pem', ''),
    write(folder, 'key.pem', key),
    der,
    write(folder, 'damaged.pem', `${cert}\n${damaged}`),
    write(folder, 'good.pem', cert),
  ];
  assert.throws(
    () => readCertificates(files),
    (error: Error & { code?: string }) => {
      assert.equal(error.code, 'CONFIG_INVALID');
      const lines = error.message.split('\n');
      assert.equal(lines.length, 5);
      for (const [index, told] of [
        /^trusted_certificate_files: \S+none\.pem cannot be read \(ENOENT\)\.$/,
        /empty\.pem holds no certificate\. It has to be PEM/,
        /key\.pem holds no certificate/,
        /authority\.der holds no certificate\..*-inform der/,
        /damaged\.pem is damaged: certificate 2 in it is none\.$/,
      ].entries()) {
        assert.match(lines[index]!, told);
      }
      return true;
    },
  );
});
