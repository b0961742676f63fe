/** What is sealed under one of several keys, for one place, and what was sealed before there were stamps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { createKeyRing, deriveKeys, keyIdOf, type KeySet } from '../../src/runtime/keys.ts';
import { keyIdIn, STAMP_BYTES } from '../../src/runtime/secret-box.ts';
import { IDENTITY_BEFORE, SEALED_BEFORE } from '../support/sealed-before.ts';

const key = (fill: number) => new Uint8Array(32).fill(fill);
const [ZERO, OLD, NEW] = [key(0), key(1), key(2)];
const PLACE = 'endpoint of acme';

/** A ring whose keys the test changes, as a key file does. */
function follow(keys: KeySet) {
  const place = { keys };
  return { place, box: createKeyRing(() => place.keys).secrets };
}

test('a sealed secret names its key, opens in its place, and nowhere else', () => {
  const { box } = follow({ current: OLD, former: [] });
  const sealed = box.seal('secret', PLACE);
  assert.equal(keyIdIn(sealed), keyIdOf(OLD));
  assert.deepEqual(sealed.subarray(0, STAMP_BYTES), box.stamp());
  assert.equal(box.open(sealed, PLACE), 'secret');
  assert.throws(() => box.open(sealed, 'endpoint of beta'), {
    code: 'KEY_INVALID',
    message: /damaged, or was copied there/,
  });
  const damaged = Buffer.from(sealed);
  damaged[damaged.length - 1]! ^= 1;
  assert.throws(() => box.open(damaged, PLACE), { code: 'KEY_INVALID' });
  assert.throws(() => box.open(sealed.subarray(0, 12), PLACE), { code: 'KEY_INVALID' });
});

test('what the version before had sealed opens in any place, under the current key or a former one', () => {
  const sealed = Buffer.from(SEALED_BEFORE.sourceSecret, 'hex');
  for (const keys of [
    { current: ZERO, former: [] },
    { current: NEW, former: [OLD, ZERO] },
    { current: OLD, next: NEW, former: [ZERO] },
  ]) {
    assert.equal(follow(keys).box.open(sealed, PLACE), 'correct horse battery');
  }
  assert.equal(keyIdIn(sealed), undefined);
  assert.throws(() => follow({ current: NEW, former: [] }).box.open(sealed, PLACE), {
    code: 'KEY_INVALID',
    message: /stored under another key\. Put the key file/,
  });
});

test('a former key opens and does not seal', () => {
  const sealed = follow({ current: OLD, former: [] }).box.seal('secret', PLACE);
  const { box } = follow({ current: NEW, former: [OLD] });
  assert.equal(box.open(sealed, PLACE), 'secret');
  assert.equal(keyIdIn(box.seal('secret', PLACE)), keyIdOf(NEW));
});

test('a key that is not known is looked for among those that there are now', () => {
  const sealed = follow({ current: NEW, former: [] }).box.seal('secret', PLACE);
  const { place, box } = follow({ current: OLD, former: [] });
  assert.throws(() => box.open(sealed, PLACE), {
    message: new RegExp(`another key, ${keyIdOf(NEW)}`),
  });
  place.keys = { current: NEW, former: [OLD] };
  assert.equal(box.open(sealed, PLACE), 'secret');
});

test('the next key seals from when something is met that is sealed under it', () => {
  const { box } = follow({ current: OLD, next: NEW, former: [] });
  assert.equal(keyIdIn(box.seal('secret', PLACE)), keyIdOf(OLD));
  box.open(follow({ current: NEW, former: [OLD] }).box.seal('of another machine', PLACE), PLACE);
  assert.equal(keyIdIn(box.seal('secret', PLACE)), keyIdOf(NEW));
});

test('call ids and fingerprints are those of the version before, and come from the oldest key', () => {
  const { ids, fingerprint } = deriveKeys(ZERO);
  assert.equal(ids.callId('acme', 'pbx', '1'), IDENTITY_BEFORE.callId);
  assert.equal(fingerprint('x'), IDENTITY_BEFORE.fingerprint);
  const founding = (keys: KeySet) => createKeyRing(() => keys).founding;
  assert.equal(
    founding({ current: NEW, next: key(3), former: [OLD, ZERO] }),
    founding({ current: ZERO, former: [] }),
  );
});
