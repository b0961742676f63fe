/** What is exported can be applied. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { writeDirectoryFile } from '../../src/config/directory-file-writer.ts';
import { readDirectoryFile } from '../../src/config/directory-file.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Directory } from '../../src/policy/directory.ts';
import { OPEN_PRIVACY, type EndpointWithSecret } from '../../src/policy/organisation.ts';
import { completeDirectory } from '../../src/policy/wanted-directory.ts';

const FULL: Directory = {
  sources: [
    {
      id: 'a',
      kind: 'ami',
      host: 'a.example',
      port: 5039,
      tls: true,
      caFile: 'ca.pem',
      username: 'u',
      secret: 'ami secret',
      defaultDeviceType: 'SOFT',
    },
    {
      id: 'd',
      kind: 'dialog-info',
      host: 'd.example',
      port: 5060,
      transport: 'udp',
      username: 'u',
      secret: 'sip secret',
      listenPort: 7000,
      expiresSeconds: 120,
      defaultDeviceType: 'DESKTOP',
    },
    {
      id: 'd2',
      kind: 'dialog-info',
      host: 'd.example',
      port: 5061,
      transport: 'tls',
      secret: '',
      expiresSeconds: 300,
      defaultDeviceType: 'DESKTOP',
    },
    {
      id: 'e',
      kind: 'esl',
      host: 'e.example',
      port: 8021,
      secret: 'esl secret',
      defaultDeviceType: 'DESKTOP',
    },
    { id: 'h', kind: 'http', secret: 'chsrc_0123456789-abcdefghij', defaultDeviceType: 'WEB' },
  ],
  organisations: [
    {
      id: 'acme',
      name: 'null: "Åcme" # 1',
      defaultCountry: 'NO',
      privacy: {
        ...OPEN_PRIVACY,
        modifyLocalNumber: { mask: 4 },
        modifyRemoteNumber: 'remove',
        removeDeviceType: true,
      },
      allowedDevices: [
        { source: 'a', devices: ['*', 'PJSIP/1001'] },
        { source: 'e', devices: ['*@e.example', '1001'] },
      ],
      users: [
        {
          userId: 'true',
          email: 'a@acme.example',
          numbers: ['+4722334455'],
          extensions: ['0401', '*8', '1e3'],
          devices: [
            { source: 'a', address: 'PJSIP/1001', type: 'SOFT' },
            { source: 'e', address: '1001@e.example' },
          ],
        },
      ],
      functionNumbers: [{ number: '0700', kind: 'IVR' }],
      endpoints: [
        {
          id: 'crm',
          url: 'https://crm.example/?a=b&c=d',
          states: ['EARLY'],
          delivery: {},
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        },
        {
          id: 'erp',
          url: 'https://erp.example/',
          states: ['CONFIRMED', 'TERMINATED'],
          delivery: {
            retry: [500, 60_000, 7_200_000],
            expireAfterMs: { EARLY: 1_500, TERMINATED: 86_400_000 },
            maxAtOnce: 3,
            maxPerSecond: 0.5,
          },
          secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        },
      ],
    },
  ],
};

test('an export that is applied where it came from changes nothing, and holds no secret', () => {
  const text = writeDirectoryFile(FULL);
  assert.doesNotMatch(text, /ami secret|esl secret|sip secret|whsec_|chsrc_/);
  const wanted = readDirectoryFile({ file: 'export.yaml', text, env: {}, knownSources: FULL.sources });
  const make = {
    signingSecret: () => assert.fail('no secret is made'),
    sourceToken: () => assert.fail('no token is made'),
    nowMs: 1,
  };
  const { directory } = completeDirectory(wanted, FULL, make);
  assert.deepEqual(planChanges(FULL, directory, { prune: true }).changes, []);
  assert.deepEqual(directory, FULL);
});

test('where a source is new, its secret is asked for', () => {
  const text = writeDirectoryFile(FULL);
  assert.throws(
    () => readDirectoryFile({ file: 'export.yaml', text, env: {} }),
    /sources\[0\]\.secret: is missing/,
  );
});

test('what a file would read as a variable is not written: nobody’s environment gets into an address', () => {
  const [acme] = FULL.organisations;
  const [crm] = acme!.endpoints;
  const endpoints = [{ ...crm!, url: 'https://evil.example/?${CALLHOOK_KEY}' }];
  assert.throws(
    () => writeDirectoryFile({ sources: [], organisations: [{ ...acme!, endpoints }] }),
    /organisation acme .*\$\{/,
  );
});

test('what an endpoint proves itself by is asked for as variables', () => {
  const [acme] = FULL.organisations;
  const [crm] = acme!.endpoints;
  const endpoint: EndpointWithSecret = {
    ...crm!,
    filter: { directions: ['INCOMING'], numbers: ['+4722334455'] },
    payload: 'extended',
    authentication: { kind: 'basic', username: 'u' },
    headers: ['x-key'],
    credentials: { authentication: 'planted password', headers: { 'x-key': 'planted value' } },
  };
  const organisations = [{ ...acme!, endpoints: [endpoint] }];
  const text = writeDirectoryFile({ sources: [], organisations });
  assert.doesNotMatch(text, /planted/);
  const env = { SECRET_ACME_CRM_PASSWORD: 'planted password', SECRET_ACME_CRM_X_KEY: 'planted value' };
  const wanted = readDirectoryFile({ file: 'export.yaml', text, env, knownSources: FULL.sources });
  const { signing: _signing, secret: _secret, ...rest } = { signing: undefined, ...endpoint };
  assert.deepEqual(wanted.organisations?.[0]?.endpoints, [rest]);
});
