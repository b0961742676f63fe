/** The key file: what may stand in it, and that another one takes its place whole. */
import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { loadKeys } from '../../src/config/installation-key.ts';
import { readKeys, replaceKeyFile, wordKeys } from '../../src/config/key-file.ts';
import { keyIdOf } from '../../src/runtime/keys.ts';
import { keyIdIn } from '../../src/runtime/secret-box.ts';
import { makeFolder, write } from '../support/callhook-process.ts';

const key = (fill: number) => new Uint8Array(32).fill(fill);
const base64 = (fill: number) => Buffer.from(key(fill)).toString('base64');
const plain = (keys: ReturnType<typeof readKeys>) => ({
  current: keys.current[0],
  next: keys.next?.[0],
  former: keys.former.map(([first]) => first),
});

test('one key is a key file, and what is written is read', () => {
  assert.deepEqual(plain(readKeys(`${base64(1)}\n`, 'it')), { current: 1, next: undefined, former: [] });
  const all = { current: key(1), next: key(2), former: [key(3), key(4)] };
  assert.deepEqual(plain(readKeys(wordKeys(all), 'it')), { current: 1, next: 2, former: [3, 4] });
});

test('remarks are left out, and in a variable there are commas', () => {
  const text = `# ours\r\n\n ${base64(1)} \r\n# the one before\n${base64(2)}`;
  assert.deepEqual(plain(readKeys(text, 'it')), { current: 1, next: undefined, former: [2] });
  assert.deepEqual(plain(readKeys(`${base64(1)}, next ${base64(2)}`, 'it')), {
    current: 1,
    next: 2,
    former: [],
  });
});

for (const [what, text, message] of [
  ['no key', '', /is not 32 bytes in base64/],
  ['a next key alone', `next ${base64(1)}`, /is not 32 bytes/],
  ['half a key', `${base64(1)}\nc2VjcmV0`, /is not 32 bytes/],
  ['two next keys', [base64(1), `next ${base64(2)}`, `next ${base64(3)}`].join('\n'), /two keys as `next`/],
] as const) {
  test(`${what} is refused, and nothing of it is told`, () => {
    assert.throws(
      () => readKeys(text, 'callhook.key'),
      (error: Error & { code: string }) =>
        error.code === 'KEY_INVALID' &&
        message.test(error.message) &&
        error.message.startsWith('The key callhook.key') &&
        !/[A-Za-z0-9+/]{10,}=?/.test(error.message.replace('callhook.key', '')),
    );
  });
}

test('a replaced file keeps its mode, through a link, and leaves no draft', (t) => {
  const folder = makeFolder(t);
  const path = write(folder, 'real.key', wordKeys({ current: key(1), former: [] }));
  chmodSync(path, 0o640);
  const link = join(folder, 'callhook.key');
  symlinkSync('real.key', link);
  const text = wordKeys({ current: key(2), former: [key(1)] });
  replaceKeyFile(link, text);
  assert.equal(readFileSync(path, 'utf8'), text);
  assert.equal(statSync(path).mode & 0o777, 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(folder).toSorted(), ['callhook.key', 'real.key']);
  assert.throws(() => replaceKeyFile(join(folder, 'none.key'), text), {
    code: 'KEY_INVALID',
    message: /cannot be replaced \(ENOENT\)/,
  });
});

test('whoever has read the file goes on with it through a moment without one, and sees the one that comes', (t) => {
  const folder = makeFolder(t);
  const path = write(folder, 'callhook.key', wordKeys({ current: key(1), former: [] }));
  const { secrets } = loadKeys({ key_file: path, database: join(folder, 'callhook.db') }, {});
  const sealsUnder = () => keyIdIn(secrets.seal('x', 'place'));
  assert.equal(sealsUnder(), keyIdOf(key(1)));
  write(folder, 'callhook.key', 'half');
  assert.equal(sealsUnder(), keyIdOf(key(1)));
  replaceKeyFile(path, wordKeys({ current: key(2), former: [key(1)] }));
  assert.equal(sealsUnder(), keyIdOf(key(2)));
});
