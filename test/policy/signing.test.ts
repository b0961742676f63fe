import assert from 'node:assert/strict';
import test from 'node:test';
import type { EndpointWithSecret } from '../../src/policy/organisation.ts';
import { replaceSecret, secretsInForce, withoutEndedSecrets } from '../../src/policy/signing.ts';
import { completeDirectory, type WantedEndpoint } from '../../src/policy/wanted-directory.ts';

const CRM: EndpointWithSecret = {
  id: 'crm',
  url: 'https://crm.example/',
  states: [],
  delivery: {},
  secret: 'whsec_1',
};

test('a replaced secret signs beside the new one until its time is over', () => {
  const rotated = replaceSecret(CRM, 'whsec_2', { nowMs: 0, untilMs: 100 });
  assert.deepEqual(secretsInForce(rotated, 99), ['whsec_2', 'whsec_1']);
  assert.deepEqual(secretsInForce(rotated, 100), ['whsec_2']);
  assert.deepEqual(withoutEndedSecrets(rotated, 99), rotated);
  assert.deepEqual(withoutEndedSecrets(rotated, 100), { ...CRM, secret: 'whsec_2' });
});

test('without overlap the one before is gone at once, and the same secret again changes nothing', () => {
  assert.deepEqual(replaceSecret(CRM, 'whsec_2', { nowMs: 5, untilMs: 5 }), { ...CRM, secret: 'whsec_2' });
  assert.equal(replaceSecret(CRM, 'whsec_1', { nowMs: 5, untilMs: 50 }), CRM);
});

test('one that comes back is current only; however often it is replaced, five sign at most', () => {
  let endpoint = replaceSecret(CRM, 'whsec_2', { nowMs: 0, untilMs: 100 });
  endpoint = replaceSecret(endpoint, 'whsec_1', { nowMs: 1, untilMs: 101 });
  assert.deepEqual(secretsInForce(endpoint, 50), ['whsec_1', 'whsec_2']);
  for (let i = 3; i < 10; i += 1)
    endpoint = replaceSecret(endpoint, `whsec_${i}`, { nowMs: 2, untilMs: 102 });
  assert.deepEqual(secretsInForce(endpoint, 50), ['whsec_9', 'whsec_8', 'whsec_7', 'whsec_6', 'whsec_5']);
});

test('the kind of a secret goes with it', () => {
  const signed = replaceSecret(CRM, 'whsk_2', { nowMs: 0, untilMs: 100 });
  assert.equal(signed.signing, 'ed25519');
  const back = replaceSecret(signed, 'whsec_3', { nowMs: 0, untilMs: 100 });
  assert.ok(!('signing' in back));
  assert.deepEqual(secretsInForce(back, 0), ['whsec_3', 'whsk_2', 'whsec_1']);
});

/** What a file makes of an endpoint that is there. */
function applied(before: EndpointWithSecret, more: Partial<WantedEndpoint>, nowMs: number) {
  const organisation = { id: 'acme', name: 'Acme', defaultCountry: 'FI', users: [], functionNumbers: [] };
  const { secret: _, formerSecrets: __, signing: ___, ...settings } = before;
  const wanted = { organisations: [{ ...organisation, endpoints: [{ ...settings, ...more }] }] };
  const own = { privacy: {} as never, allowedDevices: [] };
  const current = { sources: [], organisations: [{ ...organisation, ...own, endpoints: [before] }] };
  const { directory, generated } = completeDirectory(wanted, current, {
    signingSecret: (signing) => (signing === 'ed25519' ? 'whsk_made' : 'whsec_made'),
    sourceToken: () => '',
    nowMs,
  });
  return {
    endpoint: directory.organisations[0]!.endpoints[0]!,
    generated: generated.map(({ secret }) => secret),
  };
}

test('a file with another secret replaces it with a day of overlap; one without keeps all of them', () => {
  const { endpoint } = applied(CRM, { secret: 'whsec_2' }, 1_000);
  assert.deepEqual(endpoint, {
    ...CRM,
    secret: 'whsec_2',
    formerSecrets: [{ secret: 'whsec_1', untilMs: 86_401_000 }],
  });
  assert.deepEqual(applied(endpoint, {}, 2_000).endpoint, endpoint);
  assert.deepEqual(applied(endpoint, { secret: 'whsec_2' }, 2_000).endpoint, endpoint);
});

test('a file may change the kind of signing; one that does not speak of it leaves it', () => {
  const { endpoint, generated } = applied(CRM, { signing: 'ed25519' }, 0);
  assert.deepEqual([endpoint.secret, endpoint.signing, generated], ['whsk_made', 'ed25519', ['whsk_made']]);
  assert.deepEqual(secretsInForce(endpoint, 0), ['whsk_made', 'whsec_1']);
  assert.deepEqual(applied(endpoint, {}, 1), { endpoint, generated: [] });
  assert.deepEqual(applied(endpoint, { signing: 'ed25519' }, 1), { endpoint, generated: [] });
  const back = applied(endpoint, { signing: 'hmac-sha256' }, 1).endpoint;
  assert.deepEqual([back.secret, 'signing' in back], ['whsec_made', false]);
});
