/** The installation's key: made once, for a new database only. */
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { loadKeys } from '../../src/config/installation-key.ts';
import { identityFrom } from '../../src/runtime/keys.ts';
import { makeFolder, write } from '../support/callhook-process.ts';

function place(t: TestContext) {
  const folder = makeFolder(t);
  return { folder, key_file: join(folder, 'callhook.key'), database: join(folder, 'callhook.db') };
}

const idOf = (keys: ReturnType<typeof loadKeys>) =>
  identityFrom(keys.founding).ids.callId('acme', 'pbx', '1');

test('the key is made once, for its owner’s eyes only, and is the same ever after', (t) => {
  const { folder, ...where } = place(t);
  const first = loadKeys(where, {});
  assert.equal(statSync(where.key_file).mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(folder), ['callhook.key'], 'no draft stays behind');
  assert.equal(idOf(loadKeys(where, {})), idOf(first));
});

test('the variable wins over the file and leaves no file', (t) => {
  const { folder, ...where } = place(t);
  loadKeys(where, { CALLHOOK_KEY: Buffer.alloc(32, 7).toString('base64') });
  assert.deepEqual(readdirSync(folder), []);
});

test('beside a database that is there, a missing key is not made anew', (t) => {
  const where = place(t);
  write(where.folder, 'callhook.db', 'something');
  assert.throws(() => loadKeys(where, {}), {
    code: 'KEY_INVALID',
    message: /is not there, but the database .* Bring back/,
  });
  assert.deepEqual(readdirSync(where.folder), ['callhook.db']);
});

test('a key that is none is refused, and its text is not told', (t) => {
  const where = place(t);
  write(where.folder, 'callhook.key', 'too-short-a-secret');
  assert.throws(
    () => loadKeys(where, {}),
    (error: Error) => {
      assert.match(error.message, /is not 32 bytes in base64/);
      assert.ok(!error.message.includes('too-short'));
      return true;
    },
  );
  assert.equal(readFileSync(where.key_file, 'utf8'), 'too-short-a-secret');
});
