/** The search for what must not come out finds it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { findLeaks } from '../support/planted.ts';

const SECRET = 'hunter2 & pässword/+?';

for (const [form, encode] of [
  ['as it is', (text: string) => text],
  ['in base64', (text: string) => Buffer.from(text).toString('base64')],
  ['in base64url', (text: string) => Buffer.from(text).toString('base64url')],
  ['in hex', (text: string) => Buffer.from(text).toString('hex')],
  ['in HEX', (text: string) => Buffer.from(text).toString('hex').toUpperCase()],
  ['in an address', encodeURIComponent],
  ['in a form', (text: string) => new URLSearchParams({ text }).toString()],
  ['in JSON', (text: string) => JSON.stringify({ text })],
] as const) {
  test(`a secret is found ${form}, whatever stands around it`, () => {
    for (const before of ['', 'a', 'ab', 'abc', 'user:']) {
      for (const behind of ['', 'x', 'xy', 'xyz']) {
        const place = { name: 'log', bytes: Buffer.from(`…${encode(before + SECRET + behind)}…`) };
        assert.equal(findLeaks([{ name: 'password', text: SECRET }], [place]).length, 1, before + behind);
      }
    }
  });
}

test('what is nowhere is not found, and what may be in a place may be there alone', () => {
  const places = ['log', 'mail'].map((name) => ({ name, bytes: Buffer.from(`${name}: ${SECRET}`) }));
  assert.deepEqual(findLeaks([{ name: 'password', text: 'hunter3 & pässword/+?' }], places), []);
  assert.deepEqual(findLeaks([{ name: 'password', text: SECRET, mayBeIn: [/^mail$/] }], places), [
    'password is in log, as it is',
  ]);
});
