/** What a directory file says of a source of SIP dialog events, and of the devices on one. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { readDirectoryFile } from '../../src/config/directory-file.ts';
import { sourceDifferences } from '../../src/policy/directory-differences.ts';
import type { DialogInfoSettings } from '../../src/policy/directory.ts';
import { CallhookError } from '../../src/runtime/errors.ts';

const read = (text: string) => readDirectoryFile({ file: 'acme.yaml', text, env: {} });
const source = (more: string) => `sources: [{ id: pbx, kind: dialog-info, host: pbx.example.com${more} }]\n`;

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (error instanceof CallhookError) return error.message;
  }
  return assert.fail('it was accepted');
}

test('without a login, over UDP, subscriptions of five minutes: that is the least that is said', () => {
  assert.deepEqual(read(source('')).sources, [
    {
      id: 'pbx',
      kind: 'dialog-info',
      host: 'pbx.example.com',
      port: 5060,
      transport: 'udp',
      secret: '',
      expiresSeconds: 300,
      defaultDeviceType: 'DESKTOP',
    },
  ]);
});

test('everything that can be said is read', () => {
  const [udp] = read(source(', listen_host: 192.0.2.9, listen_port: 5070, expires: 3600')).sources ?? [];
  assert.ok(udp?.kind === 'dialog-info');
  assert.deepEqual([udp.listenHost, udp.listenPort, udp.expiresSeconds], ['192.0.2.9', 5070, 3600]);
  const [tls] =
    read(source(', transport: tls, ca_file: ca.pem, username: callhook, secret: s')).sources ?? [];
  assert.ok(tls?.kind === 'dialog-info');
  assert.deepEqual([tls.port, tls.caFile, tls.username, tls.secret], [5061, 'ca.pem', 'callhook', 's']);
});

for (const [more, told] of [
  [', transport: sctp', /transport: must be one of udp, tcp, tls/],
  [', tls: true', /tls: is not for kind dialog-info; write transport: tls/],
  [', ca_file: ca.pem', /ca_file: is for transport tls only/],
  [', transport: tcp, listen_port: 5070', /listen_port: is for transport udp only/],
  [', username: callhook', /secret: is missing; the username needs one/],
  [', secret: s', /username: is missing; the secret is of nobody/],
  [
    ', username: callhook@pbx.example.com, secret: s',
    /username: must be the name of a SIP account, without a host/,
  ],
  [', expires: 10', /expires: must be a whole number from 60 to 86400/],
] as const) {
  test(`a source of dialog events with ${more.slice(2)} is told what is wrong`, () => {
    assert.match(refusal(source(more)), told);
  });
}

test('a device on a SIP PBX is the address that it knows the user by', () => {
  const device = (address: string) =>
    `${source('')}organisations:
  - { id: acme, name: Acme, default_country: FI, users: [{ user_id: u, devices: [{ source: pbx, address: "${address}" }] }] }`;
  for (const address of [
    'sip:1001@pbx.example.com',
    'sips:anna.b+c@192.0.2.1:5071',
    'sip:1001@[2001:db8::1]',
  ])
    read(device(address));
  for (const address of ['1001', '1001@pbx.example.com', 'sip:1001', 'sip:1001@pbx;x=y', 'PJSIP/1001'])
    assert.match(refusal(device(address)), /is no SIP address; .* such as sip:1001@pbx\.example\.com/);
  assert.match(refusal(device('sip:1001@PBX.example.com')), /must have its host in small letters/);
});

test('each setting that changes is seen', () => {
  const before: DialogInfoSettings = {
    id: 'pbx',
    kind: 'dialog-info',
    host: 'a',
    port: 5060,
    transport: 'udp',
    secret: '',
    expiresSeconds: 300,
    defaultDeviceType: 'DESKTOP',
  };
  for (const [change, name] of [
    [{ transport: 'tcp' }, 'transport'],
    [{ caFile: 'x' }, 'ca_file'],
    [{ listenHost: 'x' }, 'listen_host'],
    [{ listenPort: 1 }, 'listen_port'],
    [{ expiresSeconds: 60 }, 'expires'],
    [{ username: 'x' }, 'username'],
    [{ host: 'x' }, 'host'],
  ] as const) {
    assert.deepEqual(sourceDifferences(before, { ...before, ...change }), [name]);
  }
});
