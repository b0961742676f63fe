/** Where receivers find the keys to verify Ed25519 signatures with. */
import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import test from 'node:test';
import { sign } from '../../src/delivery/signature.ts';
import { generatePrivateKey, publicKeyOf } from '../../src/runtime/ed25519.ts';
import { startIngestApi } from '../support/http-ingest.ts';
import { NOTE } from '../support/note.ts';
import { openTestStore } from '../support/store.ts';
import { fill } from '../support/http-ingest.ts';

interface KeySet {
  keys: { kty: string; crv: string; x: string; whpk: string; until?: string }[];
}

test('anybody may read the keys of an endpoint, the one before too while it signs; of others there is nothing', async (t) => {
  const store = openTestStore();
  t.after(() => store.close());
  await fill(store);
  const { url } = await startIngestApi(t, store);
  const [organisation] = (await store.directory.read()).organisations;
  const endpointId = organisation!.endpoints[0]!.id;
  const organisationId = organisation!.id;
  const ask = (endpoint: string) =>
    fetch(`${url}/api/v1/organisations/${organisationId}/endpoints/${endpoint}/public-keys`);
  // It signs with a secret: that is nobody's to read.
  assert.equal((await ask(endpointId)).status, 404);
  assert.equal((await ask('none')).status, 404);

  const nowMs = Date.now();
  const [first, second] = [generatePrivateKey(), generatePrivateKey()];
  const untilMs = nowMs + 60_000;
  for (const key of [first, second])
    await store.directory.replaceSecret(organisationId, endpointId, key, { nowMs, untilMs }, () => NOTE);
  const answer = await ask(endpointId);
  assert.match(answer.headers.get('content-type') ?? '', /^application\/jwk-set\+json/);
  const text = await answer.text();
  const { keys } = JSON.parse(text) as KeySet;
  assert.deepEqual(
    keys.map(({ whpk, until }) => [whpk, until]),
    [
      [publicKeyOf(second), undefined],
      [publicKeyOf(first), new Date(untilMs).toISOString()],
    ],
  );
  assert.doesNotMatch(text, /whsk|whsec|"d"/);

  const message = { id: 'msg_1', timestampS: 1, body: '{}' };
  const [one = ''] = sign([second], message).split(' ');
  const { kty, crv, x } = keys[0]!;
  const key = createPublicKey({ key: { kty, crv, x }, format: 'jwk' });
  assert.ok(verify(null, Buffer.from('msg_1.1.{}'), key, Buffer.from(one.slice('v1a,'.length), 'base64')));
});
