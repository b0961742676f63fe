import assert from 'node:assert/strict';
import { createPublicKey, verify as verifyBytes } from 'node:crypto';
import test from 'node:test';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { publicKeyOf } from '../../src/runtime/ed25519.ts';
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

/** The reference server's own test of `v1a` (svix-webhooks, test_asymmetric_key_signing). */
const ED25519 = {
  privateKey: 'whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==',
  publicKey: 'whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=',
  signature: 'v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==',
};

test('the reference’s test vector of Ed25519', () => {
  assert.equal(sign([ED25519.privateKey], VECTOR.message), ED25519.signature);
  assert.equal(publicKeyOf(ED25519.privateKey), ED25519.publicKey);
  assert.ok(verify(ED25519.publicKey, VECTOR.message, `v1,AAAA ${ED25519.signature}`));
  assert.ok(!verify(ED25519.publicKey, { ...VECTOR.message, id: 'msg_2' }, ED25519.signature));
  for (const wrong of ['', 'v1a,', 'v1a,AAAA', VECTOR.signature])
    assert.ok(!verify(ED25519.publicKey, VECTOR.message, wrong));
});

test('what a key that was made here signs, anybody with the public key can verify, and with no other', () => {
  const { id, timestampS, body } = VECTOR.message;
  const text = `${id}.${timestampS}.${body}`;
  const privateKey = generateSecret('ed25519');
  const signature = Buffer.from(sign([privateKey], VECTOR.message).slice('v1a,'.length), 'base64');
  const half = publicKeyOf(privateKey).slice('whpk_'.length);
  const x = Buffer.from(half, 'base64').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  assert.ok(verifyBytes(null, Buffer.from(text), key, signature));
  assert.ok(!verifyBytes(null, Buffer.from(`${text} `), key, signature));
  assert.notEqual(generateSecret('ed25519'), privateKey);
  assert.throws(() => publicKeyOf(`whsk_${Buffer.alloc(32).toString('base64')}`), /not a Standard Webhooks/);
});

test('from one kind of secret to the other: both sign, and the official library takes its own', () => {
  const timestampS = Math.floor(Date.now() / 1_000);
  const message = { ...VECTOR.message, timestampS };
  const signature = sign([ED25519.privateKey, VECTOR.secret], message);
  assert.match(signature, /^v1a,\S+ v1,\S+$/);
  const headers = {
    'webhook-id': message.id,
    'webhook-timestamp': String(timestampS),
    'webhook-signature': signature,
  };
  assert.ok(new Webhook(VECTOR.secret).verify(message.body, headers));
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
