/** What an endpoint may ask for in the directory file, and every way in which that can be wrong. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import fc from 'fast-check';
import { readDirectoryFile } from '../../src/config/directory-file.ts';
import type { WantedEndpoint } from '../../src/policy/wanted-directory.ts';
import { CallhookError } from '../../src/runtime/errors.ts';
import { makeAuthority, signClient } from '../support/certificates.ts';

const folder = mkdtempSync(join(tmpdir(), 'callhook-endpoints-'));
after(() => rmSync(folder, { recursive: true }));

const ENV = { SECRET: 'hunter2-from-env' };
const NOW_MS = Date.parse('2026-11-23T12:00:00Z');

function keep(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return `file:${name}`;
}

const authority = await makeAuthority();
const client = await signClient(authority);
const expired = await signClient(authority, new Date('2026-11-01'));
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const FILES = {
  ca: keep('ca.pem', authority.cert),
  certificate: keep('client.pem', client.cert),
  key: keep('client.key', client.key),
  expired: keep('expired.pem', expired.cert),
  expiredKey: keep('expired.key', expired.key),
  otherKey: keep('other.key', rsa.export({ type: 'pkcs8', format: 'pem' })),
  lockedKey: keep(
    'locked.key',
    rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }),
  ),
  damaged: keep('damaged.pem', '-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n'),
};

const USERS = `    users:
      - { user_id: anna, numbers: ["+358942721001"], extensions: ["1001"] }
      - { user_id: bert, extensions: ["1002"] }
`;

/** Line 11 is the first of `settings`. */
function yaml(settings: string): string {
  const indented = settings.split('\n').map((line) => `        ${line}`);
  return `organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
${USERS}    endpoints:
      - id: crm
        url: https://crm.example/
${indented.join('\n')}
`;
}

function read(settings: string, secrets: 'resolve' | 'ignore' = 'resolve'): WantedEndpoint {
  const file = join(folder, 'acme.yaml');
  const wanted = readDirectoryFile({ file, text: yaml(settings), env: ENV, nowMs: NOW_MS, secrets });
  return wanted.organisations![0]!.endpoints[0]!;
}

/** What is told of it, from the line on. */
function refusal(settings: string): string {
  try {
    read(settings);
  } catch (error) {
    assert.ok(error instanceof CallhookError && error.code === 'DIRECTORY_FILE_INVALID');
    assert.doesNotMatch(error.message, /hunter2/);
    return error.message
      .replaceAll(`${join(folder, 'acme.yaml')}:`, '')
      .replaceAll('organisations[0].endpoints[0].', '');
  }
  return assert.fail('it was taken');
}

test('what is left out is as it always was', () => {
  const { id, url, states, delivery, ...more } = read('');
  assert.deepEqual([id, url, states.length, delivery, more], ['crm', 'https://crm.example/', 3, {}, {}]);
  const plain = read('filter: {}\npayload: standard\nheaders: {}');
  assert.deepEqual(Object.keys(plain).toSorted(), ['delivery', 'id', 'states', 'url']);
});

test('a filter is read, in one order whatever the file’s', () => {
  const { filter, payload } = read(`payload: extended
filter:
  directions: [OUTGOING, INCOMING]
  device_types: [WEB, SOFT]
  users: [bert, anna, bert]
  numbers: [09 42721001, "1002"]`);
  assert.deepEqual(filter, {
    directions: ['INCOMING', 'OUTGOING'],
    deviceTypes: ['SOFT', 'WEB'],
    users: ['anna', 'bert'],
    numbers: ['+358942721001', '1002'],
  });
  assert.equal(payload, 'extended');
});

test('authentication of each kind is read; what is secret of it stands apart', () => {
  const basic = read('authentication: { kind: basic, username: me, password: "${SECRET}" }');
  assert.deepEqual(
    [basic.authentication, basic.credentials],
    [{ kind: 'basic', username: 'me' }, { authentication: 'hunter2-from-env' }],
  );
  const bearer = read('authentication: { kind: bearer, token: "${SECRET}" }');
  assert.deepEqual(
    [bearer.authentication, bearer.credentials],
    [{ kind: 'bearer' }, { authentication: 'hunter2-from-env' }],
  );
  const oauth = read(`authentication:
  kind: oauth2
  token_url: https://login.example/token
  client_id: me
  client_secret: "\${SECRET}"
  scope: a b`);
  assert.deepEqual(oauth.authentication, {
    kind: 'oauth2',
    tokenUrl: 'https://login.example/token',
    clientId: 'me',
    clientAuthentication: 'basic',
    scope: 'a b',
  });
  assert.deepEqual(oauth.credentials, { authentication: 'hunter2-from-env' });
});

test('own headers are read in small letters; their names are told, their values are secret', () => {
  const { headers, credentials } = read(`headers: { X-Tenant: "\${SECRET}", Authorization: ApiKey abc }`);
  assert.deepEqual(headers, ['authorization', 'x-tenant']);
  assert.deepEqual(credentials, { headers: { authorization: 'ApiKey abc', 'x-tenant': 'hunter2-from-env' } });
});

test('certificates come from files', () => {
  const { tls, credentials } = read(
    `tls: { ca: "${FILES.ca}", certificate: "${FILES.certificate}", key: "${FILES.key}" }`,
  );
  assert.deepEqual(tls, { ca: authority.cert.trimEnd(), certificate: client.cert.trimEnd() });
  assert.equal(credentials?.privateKey, client.key.trimEnd());
});

test('for playback nothing is asked that needs a secret, a file or a certificate', () => {
  const settings = `filter: { users: [anna] }
secret: \${NOT_THERE}
authentication: { kind: bearer, token: "\${NOT_THERE}" }
headers: { X-Tenant: "\${NOT_THERE}" }
tls: { ca: "file:none.pem" }`;
  const { filter, authentication, headers, tls, credentials } = read(settings, 'ignore');
  assert.deepEqual(filter, { users: ['anna'] });
  assert.deepEqual([authentication, headers, tls, credentials], Array(4).fill(undefined));
});

const CERTIFICATE = `certificate: "${FILES.certificate}"`;

const REFUSALS: [settings: string, told: RegExp][] = [
  ['filter: { directions: [] }', /^11: filter\.directions: is an empty list, which nothing matches/],
  ['filter: { direction: [INCOMING] }', /^11: filter\.direction: unknown key, did you mean directions\?/],
  ['filter: { device_types: [SOFTPHONE] }', /^11: filter\.device_types\[0\]: must be one of MOBILE, SOFT/],
  [
    'filter: { users: [ana] }',
    /^11: filter\.users\[0\]: is no user_id of this organisation, did you mean anna\?$/,
  ],
  ['filter: { numbers: ["1003"] }', /^11: filter\.numbers\[0\]: is no number or extension of a user/],
  ['payload: rich', /^11: payload: must be one of standard, extended/],
  [
    'signing: ed25519\nsecret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    /^12: secret: is for hmac-sha256; a key/,
  ],
  [
    'authentication: { kind: basic }',
    /^11: authentication\.username: is missing\n11: authentication\.password: is missing$/,
  ],
  ['authentication: { kind: digest }', /^11: authentication\.kind: must be one of basic, bearer, oauth2$/],
  ['authentication: { token: hunter2 }', /^11: authentication\.kind: is missing$/],
  [
    'authentication: { kind: basic, username: "a:b", password: x }',
    /^11: authentication\.username: must not have a `:`/,
  ],
  [
    'authentication: { kind: bearer, token: "Bearer hunter2" }',
    /^11: authentication\.token: must be visible ASCII without/,
  ],
  [
    'authentication: { kind: bearer, token: "hunter2\\r\\nX: y" }',
    /^11: authentication\.token: must be one line/,
  ],
  [
    'authentication: { kind: oauth2, token_url: "http://a.example", client_id: a, client_secret: hunter2 }',
    /^11: authentication\.token_url: begins with http:\/\//,
  ],
  [
    'headers: { Webhook-Id: hunter2 }',
    /^11: headers\.Webhook-Id: is a header field that Callhook or HTTP itself sets/,
  ],
  ['headers: { "X Y": hunter2 }', /^11: headers\[…\]: is no name of a header field/],
  ['headers: { X-A: "hunter2\\r\\nX-B: 1" }', /^11: headers\.X-A: must be one line of visible ASCII/],
  ['headers: { X-A: "1", x-a: "2" }', /^11: headers\.x-a: is there twice$/],
  [`headers: { X-A: ${'a'.repeat(4_096)} }`, /^11: headers: is longer than 4096 bytes in all$/],
  [
    'authentication: { kind: bearer, token: hunter2 }\nheaders: { authorization: hunter2 }',
    /^12: headers\.authorization: is set by `authentication`; keep one of them$/,
  ],
  ['tls: { ca: hunter2 }', /^11: tls\.ca: holds no certificate\. It has to be PEM/],
  [`tls: { ca: "${FILES.damaged}" }`, /^11: tls\.ca: is damaged: certificate 1 in it is none$/],
  ['tls: { ca: "file:none.pem" }', /^11: tls\.ca: the file none\.pem cannot be read \(ENOENT\)$/],
  [`tls: { ${CERTIFICATE} }`, /^11: tls\.certificate: needs its private key: give `key` too$/],
  [`tls: { key: "${FILES.key}" }`, /^11: tls\.key: needs its `certificate`$/],
  [`tls: { ${CERTIFICATE}, key: "${FILES.otherKey}" }`, /^11: tls\.key: is not the key of `certificate`/],
  [`tls: { ${CERTIFICATE}, key: "${FILES.lockedKey}" }`, /^11: tls\.key: has a passphrase; `openssl pkey/],
  [`tls: { ${CERTIFICATE}, key: hunter2 }`, /^11: tls\.key: is no private key\. It has to be PEM/],
  [
    `tls: { certificate: "${FILES.expired}", key: "${FILES.expiredKey}" }`,
    /^11: tls\.certificate: expired on 2026-11-01; have it renewed$/,
  ],
];

for (const [settings, told] of REFUSALS) {
  test(`refused, with its line: ${settings.slice(0, 90)}`, () => assert.match(refusal(settings), told));
}

test('no header field that is ours or HTTP’s can be set, however it is written', () => {
  const names =
    'host content-type content-length transfer-encoding connection keep-alive te trailer upgrade expect user-agent ' +
    'proxy-authorization webhook-signature webhook-timestamp callhook-replay';
  const anyCase = fc.tuple(fc.constantFrom(...names.split(' ')), fc.infiniteStream(fc.boolean()));
  fc.assert(
    fc.property(anyCase, ([name, upper]) => {
      const written = name
        .split('')
        .map((letter) => (upper.next().value ? letter.toUpperCase() : letter))
        .join('');
      assert.match(refusal(`headers: { "${written}": x }`), /itself sets/);
    }),
    { numRuns: 60 },
  );
});

test('privacy may be for one direction, both unless it says so', () => {
  const privacyOf = (privacy: string) =>
    readDirectoryFile({
      file: 'acme.yaml',
      text: `organisations: [{ id: acme, name: A, default_country: FI, privacy: { ${privacy} } }]`,
      env: {},
    }).organisations![0]!.privacy!;
  assert.equal(privacyOf('applies_to: OUTGOING').onlyDirection, 'OUTGOING');
  for (const both of ['', 'applies_to: both']) assert.ok(!('onlyDirection' in privacyOf(both)));
  assert.throws(
    () => privacyOf('applies_to: outgoing'),
    /applies_to: must be one of both, INCOMING, OUTGOING/,
  );
});
