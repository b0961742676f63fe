import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { decodeSecret, generateSecret, sign, verify } from '../../src/delivery/signature.ts';

const VECTOR = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  message: { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampS: 1_614_265_330, body: '{"test": 2432232314}' },
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

test('the specification’s test vector', () => {
  assert.equal(sign([VECTOR.secret], VECTOR.message), VECTOR.signature);
  assert.ok(verify(VECTOR.secret, VECTOR.message, VECTOR.signature));
});

test('what we sign the official library verifies, and the other way round', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 24, maxLength: 64 }), fc.string(), (key, body) => {
      const secret = `whsec_${Buffer.from(key).toString('base64')}`;
      const timestampS = Math.floor(Date.now() / 1_000);
      const message = { id: 'msg_1', timestampS, body };
      const official = new Webhook(secret).sign('msg_1', new Date(timestampS * 1_000), body);
      assert.equal(sign([secret], message), official);
      assert.ok(verify(secret, message, official));
    }),
  );
});

test('a changed body, id, time or secret is not verified', () => {
  const { secret, message, signature } = VECTOR;
  for (const changed of [{ body: '{"test": 1}' }, { id: 'msg_2' }, { timestampS: message.timestampS + 1 }]) {
    assert.ok(!verify(secret, { ...message, ...changed }, signature));
  }
  assert.ok(!verify(generateSecret(), message, signature));
  assert.ok(!verify(secret, message, 'v1,'));
  assert.ok(!verify(secret, message, 'v1a,AAAA v2,BBBB'));
});

test('one right signature among several is enough', () => {
  const { secret, message, signature } = VECTOR;
  assert.ok(verify(secret, message, `v1,AAAA ${signature}`));
  const rotating = sign([generateSecret(), secret], message);
  assert.ok(verify(secret, message, rotating));
});

test('a secret is base64 of 24 to 64 bytes, with or without its prefix', () => {
  assert.equal(decodeSecret(generateSecret())?.length, 32);
  assert.ok(decodeSecret(VECTOR.secret.slice('whsec_'.length)));
  for (const wrong of [
    '',
    'whsec_',
    'topsecret',
    'whsec_AAAA',
    `whsec_${'A'.repeat(200)}`,
    'whsec_not base64 at all!!!!!!!!!!!!!!!!!!!',
  ]) {
    assert.equal(decodeSecret(wrong), undefined);
  }
});
