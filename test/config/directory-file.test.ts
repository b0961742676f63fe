import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { readDirectoryFile, type DirectoryFileOptions } from '../../src/config/directory-file.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import type { AmiSettings } from '../../src/policy/directory.ts';
import { CallhookError } from '../../src/runtime/errors.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const ENV = { ASTERISK_AMI_SECRET: 'amisecret', CRM_SECRET: SECRET };

const ACME = `
sources:
  - id: office-pbx
    kind: ami
    host: 127.0.0.1
    port: 5040
    username: callhook
    secret: \${ASTERISK_AMI_SECRET}
    default_device_type: SOFT
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    privacy:
      remove_local_user_id: false
      modify_local_number: { mask: 4 }    # keep | remove | { mask: 1..15 }
      modify_remote_number: remove
      remove_device_type: true
    users:
      - user_id: matti.virtanen@acme.example
        email: matti.virtanen@acme.example
        numbers: ["+358942721001", "040 940 1234"]
        extensions: ["1001"]
        devices:
          - { source: office-pbx, address: PJSIP/1001, type: SOFT }
          - { source: office-pbx, address: PJSIP/1002 }
    function_numbers:
      - { number: "09 4272 2000", kind: HUNT_GROUP }
    endpoints:
      - id: crm
        url: https://crm.acme.example/hooks/calls
        secret: \${CRM_SECRET}
        states: [TERMINATED, EARLY]
`;

const read = (text: string, more: Partial<DirectoryFileOptions> = {}) =>
  readDirectoryFile({ file: 'acme.yaml', text, env: ENV, ...more });

/** The lines of the refusal. */
function refusal(text: string, more: Partial<DirectoryFileOptions> = {}): string[] {
  try {
    read(text, more);
  } catch (error) {
    assert.ok(error instanceof CallhookError);
    assert.equal(error.code, 'DIRECTORY_FILE_INVALID');
    return error.message.split('\n');
  }
  return assert.fail('it was accepted');
}

/** An organisation whose further keys are given as YAML at four columns. */
const organisation = (rest: string) => `organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
${rest}`;

const endpoint = (rest: string) => organisation(`    endpoints:\n      - { id: crm, ${rest} }\n`);

const users = (rest: string) => organisation(`    users:\n${rest}`);
const crm = (rest: string) =>
  organisation(`    endpoints:\n      - id: crm\n        url: https://crm.example/\n${rest}`);

test('what a source of one kind does not know or needs is told', () => {
  const text = `sources:
  - { id: a, kind: esl, host: h, secret: s, tls: true, ca_file: ca.pem }
  - { id: b, kind: ami, host: h, secret: s }
`;
  assert.deepEqual(refusal(text), [
    'acme.yaml:2: sources[0].tls: is not for kind esl: FreeSWITCH knows no TLS there; run Callhook beside it or use a tunnel',
    'acme.yaml:2: sources[0].ca_file: is not for kind esl: FreeSWITCH knows no TLS there; run Callhook beside it or use a tunnel',
    'acme.yaml:3: sources[1].username: is missing',
  ]);
});

test('a device on a FreeSWITCH is a presence id', () => {
  const device = (address: string) =>
    `sources: [{ id: pbx, kind: esl, host: h, secret: s }]\n${users(
      `      - { user_id: u, devices: [{ source: pbx, address: "${address}" }] }\n`,
    )}`;
  read(device('1001@pbx.example.com'));
  for (const [address, told] of [
    ['sip:1001@pbx.example.com', /is never met; leave out what stands before 1001@pbx\.example\.com$/],
    ['1001@PBX.example.com', /is never met; write the domain in small letters: 1001@pbx\.example\.com$/],
    ['PJSIP/1001', /is no device of FreeSWITCH; .* such as 1001@pbx\.example\.com$/],
    ['1001', /is no device of FreeSWITCH; /],
  ] as const) {
    assert.match(refusal(device(address))[0]!, told);
  }
});

const amiSources = ({ sources = [] }: ReturnType<typeof read>) =>
  sources.filter((source): source is AmiSettings => source.kind === 'ami');

test('a whole file is read', () => {
  assert.deepEqual(read(ACME), {
    sources: [
      {
        id: 'office-pbx',
        kind: 'ami',
        host: '127.0.0.1',
        port: 5040,
        tls: false,
        username: 'callhook',
        secret: 'amisecret',
        defaultDeviceType: 'SOFT',
      },
    ],
    organisations: [
      {
        id: 'acme',
        name: 'Acme Oy',
        defaultCountry: 'FI',
        privacy: {
          removeLocalUserId: false,
          modifyLocalNumber: { mask: 4 },
          removeLocalEmail: false,
          removeRemoteUserId: false,
          modifyRemoteNumber: 'remove',
          removeRemoteEmail: false,
          removeDeviceType: true,
        },
        users: [
          {
            userId: 'matti.virtanen@acme.example',
            email: 'matti.virtanen@acme.example',
            numbers: ['+358942721001', '+358409401234'],
            extensions: ['1001'],
            devices: [
              { source: 'office-pbx', address: 'PJSIP/1001', type: 'SOFT' },
              { source: 'office-pbx', address: 'PJSIP/1002' },
            ],
          },
        ],
        functionNumbers: [{ number: '+358942722000', kind: 'HUNT_GROUP' }],
        endpoints: [
          {
            id: 'crm',
            url: 'https://crm.acme.example/hooks/calls',
            states: ['EARLY', 'TERMINATED'],
            secret: SECRET,
            delivery: {},
          },
        ],
      },
    ],
  });
});

test('what is left out has its default', () => {
  const wanted = read(`
sources:
  - { id: a, kind: ami, host: pbx.example, username: u, secret: s }
  - { id: b, kind: ami, host: "::1", tls: true, ca_file: ca.pem, username: u, secret: s }
  - { id: c, kind: esl, host: pbx.example, secret: s }
  - { id: d, kind: esl, host: h, username: callhook@pbx.example.com, secret: s, default_device_type: SOFT }
organisations:
  - id: acme
    name: Acme
    default_country: FI
    users:
    endpoints:
      - { id: crm, url: "https://crm.example/" }
      - { id: all, url: "https://crm.example/all", states: all }
`);
  assert.deepEqual(
    wanted.sources?.map((source) => {
      if (source.kind === 'http') return source.defaultDeviceType;
      const { port, username, defaultDeviceType } = source;
      return source.kind === 'ami'
        ? [port, source.tls, source.caFile, defaultDeviceType]
        : [port, username, defaultDeviceType];
    }),
    [
      [5038, false, undefined, 'DESKTOP'],
      [5039, true, 'ca.pem', 'DESKTOP'],
      [8021, undefined, 'DESKTOP'],
      [8021, 'callhook@pbx.example.com', 'SOFT'],
    ],
  );
  const [acme] = wanted.organisations ?? [];
  assert.deepEqual([acme?.users, acme?.functionNumbers], [[], []]);
  assert.deepEqual(acme?.endpoints, [
    { id: 'crm', url: 'https://crm.example/', states: ['EARLY', 'CONFIRMED', 'TERMINATED'], delivery: {} },
    {
      id: 'all',
      url: 'https://crm.example/all',
      states: ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'],
      delivery: {},
    },
  ]);
});

test('privacy that is left out says nothing; a setting that is left out of it shares', () => {
  const privacyOf = (rest: string) => {
    const [acme] = read(organisation(rest)).organisations ?? [];
    assert.ok(acme);
    return 'privacy' in acme ? acme.privacy : 'says nothing';
  };
  for (const rest of ['', '    privacy:\n', '    privacy: ~\n'])
    assert.equal(privacyOf(rest), 'says nothing');
  assert.deepEqual(privacyOf('    privacy: {}\n'), OPEN_PRIVACY);
  assert.deepEqual(privacyOf('    privacy: { remove_device_type: true }\n'), {
    ...OPEN_PRIVACY,
    removeDeviceType: true,
  });
});

test('numbers without quotes keep every digit', () => {
  const text = users(`      - user_id: 007
        numbers: [+358942721001, 0409401234, 040 940 1235]
        extensions: [1001, 0401, 1e3, 0x10, 1_000]
`);
  const [user] = read(text).organisations?.[0]?.users ?? [];
  assert.deepEqual(user, {
    userId: '007',
    numbers: ['+358942721001', '+358409401234', '+358409401235'],
    extensions: ['1001', '0401', '1e3', '0x10', '1_000'],
    devices: [],
  });
});

test('a list that is not in the file is not an empty list', () => {
  assert.deepEqual(read('sources: []'), { sources: [] });
  assert.deepEqual(read('organisations: []\nsources:\n'), { organisations: [] });
});

test('a file that says nothing is refused', () => {
  for (const text of ['', '\n# nothing\n', '{}', 'sources:\norganisations:\n']) {
    assert.deepEqual(refusal(text), [
      'acme.yaml:1: the file says nothing; it has to hold `sources`, `organisations` or both',
    ]);
  }
  assert.deepEqual(refusal('hello'), ['acme.yaml:1: must hold `key: value`']);
});

test('what is not YAML is told with its line, without quoting the file', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['sources: []\nsources: []\n', /^acme\.yaml:2: this key is there twice/],
    ['sources:\n\t- id: a\n', /^acme\.yaml:2: a tab is used to indent/],
    ['sources: [\n', /^acme\.yaml:\d: the indentation does not fit, or a bracket is not closed/],
    ['a: 1\nsources: hidden: 1\n', /^acme\.yaml:2: this line cannot be read as `key: value`/],
    ['sources: @hidden\n', /^acme\.yaml:1: a value cannot begin with this character/],
    ['sources: []\n---\nsources: []\n', /^acme\.yaml:2: a second document/],
    ['sources: !hidden []\n', /^acme\.yaml:1: a tag/],
    ['sources: *hidden\n', /^acme\.yaml:1: sources: this alias/],
    ['? [hidden]\n: 1\n', /^acme\.yaml:1: has a key that is no plain word/],
  ];
  for (const [text, expected] of cases) {
    const [first = ''] = refusal(text);
    assert.match(first, expected);
    assert.doesNotMatch(first, /hidden/);
  }
});

test('an alias repeats a part, but cannot make a small file endless', () => {
  const shared = read(`
organisations:
  - { id: a, name: A, default_country: FI, privacy: &strict { remove_local_email: true } }
  - { id: b, name: B, default_country: FI, privacy: *strict }
`);
  assert.equal(shared.organisations?.[1]?.privacy?.removeLocalEmail, true);
  assert.match(refusal('sources: &a [*a]').join(), /nested too deeply/);
  const levels = Array.from(
    { length: 9 },
    (_, level) => `k${level}: &k${level} [${`*k${level - 1}, `.repeat(9)}]`,
  );
  assert.match(refusal(['k-1: &k-1 [x]', ...levels].join('\n')).join(), /too much is repeated/);
});

test('every problem is told at once, in the file’s order, each with its line, its place and what is allowed', () => {
  const lines = refusal(`sources:
  - id: Office
    kind: ami
    host: pbx:5038
    prot: 5038
    tls: yes
    username: callhook
    secret: \${NOT_THERE}
    default_device_type: DESKTP
organisations:
  - id: acme
    nam: Acme Oy
    default_country: Finland
    privacy:
      modify_local_number: { mask: 16 }
      modify_remote_number: mask
    function_numbers:
      - { number: "2000", kind: QUEU }
    endpoints:
      - id: crm
        url: crm.example
        states: [EARLY, confirmd]
        secret: abc
`);
  const expected = [
    /^acme\.yaml:2: sources\[0\]\.id: must be 1 to 63 of a-z/,
    /^acme\.yaml:4: sources\[0\]\.host: must be a host name or an IP address, without a port/,
    /^acme\.yaml:5: sources\[0\]\.prot: unknown key, did you mean port\?; known are id, kind, host, port,/,
    /^acme\.yaml:6: sources\[0\]\.tls: must be one of true, false/,
    /^acme\.yaml:8: sources\[0\]\.secret: the environment variable NOT_THERE is not set$/,
    /^acme\.yaml:9: sources\[0\]\.default_device_type: must be one of MOBILE, .*; did you mean DESKTOP\?$/,
    /^acme\.yaml:11: organisations\[0\]\.name: is missing$/,
    /^acme\.yaml:12: organisations\[0\]\.nam: unknown key, did you mean name\?/,
    /^acme\.yaml:13: organisations\[0\]\.default_country: must be a country by its two capital letters/,
    /^acme\.yaml:15: organisations\[0\]\.privacy\.modify_local_number\.mask: must be a whole number from 1 to 15$/,
    /^acme\.yaml:16: organisations\[0\]\.privacy\.modify_remote_number: must be keep, remove or \{ mask: N \}/,
    /^acme\.yaml:18: organisations\[0\]\.function_numbers\[0\]\.kind: must be one of IVR, .*; did you mean QUEUE\?$/,
    /^acme\.yaml:21: organisations\[0\]\.endpoints\[0\]\.url: is no URL; give one such as https:/,
    /^acme\.yaml:22: organisations\[0\]\.endpoints\[0\]\.states\[1\]: must be one of .*; did you mean CONFIRMED\?$/,
    /^acme\.yaml:23: organisations\[0\]\.endpoints\[0\]\.secret: must be `whsec_` and base64 .*leave it out and one is made and shown once$/,
  ];
  assert.equal(lines.length, expected.length, lines.join('\n'));
  for (const [index, pattern] of expected.entries()) assert.match(lines[index] ?? '', pattern);
});

test('after twenty problems the rest is counted', () => {
  const many = Array.from({ length: 1_500 }, (_, index) => `      - { user_id: u${index}, emial: x }`).join(
    '\n',
  );
  const lines = refusal(users(`${many}\n`));
  assert.equal(lines.length, 21);
  assert.equal(lines.at(-1), '… and 1,480 more problems');
});

test('a number belongs to one user of an organisation, however it is written', () => {
  const lines = refusal(
    users(`      - user_id: a
        numbers: ["+358409401234"]
        extensions: [1001, 1002]
      - user_id: b
        numbers: [040 940 1234]
        extensions: [1002, 1003, 1003]
    function_numbers:
      - { number: "0409401234", kind: IVR }
      - { number: "*8", kind: FEATURE_CODE }
      - { number: "*8", kind: PARK }
`),
  );
  assert.deepEqual(lines, [
    "acme.yaml:10: organisations[0].users[1].numbers[0]: belongs to another user already, in line 7; a number is one user's only",
    "acme.yaml:11: organisations[0].users[1].extensions[0]: belongs to another user already, in line 8; a number is one user's only",
    'acme.yaml:11: organisations[0].users[1].extensions[2]: this user has it twice, also in line 11',
    "acme.yaml:13: organisations[0].function_numbers[0].number: this function number is also a user's, in line 7; legs of a function number are never reported",
    'acme.yaml:15: organisations[0].function_numbers[2].number: this function number is there twice, also in line 14',
  ]);
});

test('two organisations may have the same extension', () => {
  const text = ['a', 'b'].map(
    (id) => `  - { id: ${id}, name: x, default_country: FI, users: [{ user_id: u, extensions: [1001] }] }\n`,
  );
  assert.equal(read(`organisations:\n${text.join('')}`).organisations?.length, 2);
});

test('a public number must be one, an extension must not', () => {
  const lines = refusal(
    users(`      - user_id: a
        numbers: [1001, 112]
        extensions: ["0409401234", "+1001", "1 2"]
    function_numbers:
      - { number: "a b", kind: IVR }
`),
  );
  assert.deepEqual(
    lines.map((line) => line.replace(/^\S+ organisations\[0\]\./, '')),
    [
      'users[0].numbers[0]: cannot be read as a public telephone number of FI; write it with + and the country code, or list it under `extensions`',
      'users[0].numbers[1]: cannot be read as a public telephone number of FI; write it with + and the country code, or list it under `extensions`',
      'users[0].extensions[0]: is a public telephone number; list it under `numbers`',
      'users[0].extensions[1]: is a public telephone number; list it under `numbers`',
      'users[0].extensions[2]: is no extension; allowed are up to 64 letters, digits and * # + . _ ~ -',
      'function_numbers[0].number: is no number; allowed are a telephone number, or up to 64 letters, digits and * # + . _ ~ -',
    ],
  );
});

test('a device is there once in the whole file, and both lines are named', () => {
  const text = `organisations:
  - { id: a, name: A, default_country: FI, users: [{ user_id: u, devices: [{ source: pbx, address: PJSIP/1 }] }] }
  - { id: b, name: B, default_country: FI, users: [{ user_id: u, devices: [{ source: pbx, address: PJSIP/1 }] }] }
`;
  assert.deepEqual(refusal(text, { knownSources: [{ id: 'pbx', kind: 'ami' }] }), [
    'acme.yaml:3: organisations[1].users[0].devices[0]: this device is there twice, also in line 2',
  ]);
});

test('a device is on a source of the file or on one that is known already', () => {
  const text = users('      - { user_id: u, devices: [{ source: office-pbx, address: PJSIP/1 }] }\n');
  assert.match(refusal(text).join(), /acme\.yaml:6: .*source: is no known source; there are none/);
  assert.match(
    refusal(text, { knownSources: [{ id: 'ofice-pbx', kind: 'ami' }] }).join(),
    /did you mean ofice-pbx\?/,
  );
  assert.equal(read(text, { knownSources: [{ id: 'office-pbx', kind: 'ami' }] }).organisations?.length, 1);
});

test('a device’s address is technology and name as Asterisk writes them, and whatever it is it is not quoted', () => {
  const addresses = (...written: readonly string[]) =>
    `sources: [{ id: pbx, kind: ami, host: h, username: u, secret: s }]\n${users(
      written
        .map(
          (address, i) => `      - { user_id: u${i}, devices: [{ source: pbx, address: "${address}" }] }\n`,
        )
        .join(''),
    )}`;
  read(
    addresses(
      'PJSIP/1001',
      'SIP/office-cafe',
      'IAX2/a',
      'DAHDI/i1/040',
      'Skinny/1@x',
      'NewTech/1',
      'newtech/1',
    ),
  );
  for (const [address, problem] of [
    ['555666', /is no device of Asterisk; write technology and name .* such as PJSIP\/1001$/],
    ['PJSIP/', /is no device of Asterisk/],
    ['PJSIP/55 5666', /is no device of Asterisk/],
    ['sip:555666@host', /is no device of Asterisk/],
    ['Local/555666@out', /is a helper channel of Asterisk, never a phone/],
    ['local/555666@out-0000001a;1', /is a helper channel/],
    ['PJSIP/555666-0000001a', /is one channel, not the device; leave out the end/],
    ['pjsip/555666', /capital letters count; Asterisk writes PJSIP\/$/],
    ['Sip/555666', /Asterisk writes SIP\/$/],
    ['iax2/555666', /Asterisk writes IAX2\/$/],
    ['SKINNY/555666', /Asterisk writes Skinny\/$/],
  ] as const) {
    const lines = refusal(addresses(address));
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^acme\.yaml:7: organisations\[0\]\.users\[0\]\.devices\[0\]\.address: /);
    assert.match(lines[0]!, problem);
    assert.doesNotMatch(lines[0]!, /55/);
  }
  const onKnown = users('      - { user_id: a, devices: [{ source: old, address: "1001" }] }\n');
  const known = (kind: 'ami' | 'http') => ({ knownSources: [{ id: 'old', kind }] });
  assert.match(refusal(onKnown, known('ami')).join(), /is no device of Asterisk/);
  assert.equal(read(onKnown, known('http')).organisations?.length, 1);
});

test('a source that is posted to has a token or gets one, and devices of any address', () => {
  const [made, given] =
    read(
      `sources:
  - { id: platform, kind: http }
  - { id: proxy, kind: http, secret: "\${T}", default_device_type: SOFT }
organisations:
  - id: acme
    name: Acme
    default_country: FI
    users: [{ user_id: u, devices: [{ source: platform, address: "sip:1001@example.org" }] }]
`,
      { env: { T: 'chsrc_0123456789-abcdefg' } },
    ).sources ?? [];
  assert.deepEqual(made, { id: 'platform', kind: 'http', defaultDeviceType: 'DESKTOP' });
  assert.deepEqual(given, {
    id: 'proxy',
    kind: 'http',
    secret: 'chsrc_0123456789-abcdefg',
    defaultDeviceType: 'SOFT',
  });
  const one = (rest: string) => `sources: [{ id: platform, ${rest} }]`;
  assert.match(
    refusal(one('kind: http, secret: short')).join(),
    /secret: must be 20 to 255 letters, .*shown once$/,
  );
  assert.match(refusal(one('kind: http, host: pbx')).join(), /host: unknown key; known are id, kind, secret/);
  assert.match(
    refusal(one('kind: htp')).join(),
    /sources\[0\]\.kind: must be one of ami, esl, dialog-info, http; did you mean http\?$/,
  );
  assert.match(refusal(one('kindd: http')).join(), /sources\[0\]\.kind: is missing$/);
});

test('a list item that nothing is written behind is told as such', () => {
  assert.deepEqual(refusal('organisations:\n  -\n'), [
    'acme.yaml:2: organisations[0]: is empty; write what belongs behind the `-`, or take the `-` away',
  ]);
  assert.match(refusal(users('      - { user_id: a, numbers: [~] }\n')).join(), /numbers\[0\]: is empty;/);
});

test('ids are there once: of sources, organisations, users and endpoints', () => {
  const lines = refusal(`sources:
  - { id: pbx, kind: ami, host: h, username: u, secret: s }
  - { id: pbx, kind: ami, host: h, username: u, secret: s }
organisations:
  - id: acme
    name: A
    default_country: FI
    users:
      - user_id: u
      - user_id: u
    endpoints:
      - { id: crm, url: "https://a.example" }
      - { id: crm, url: "https://b.example" }
  - { id: acme, name: A, default_country: FI }
`);
  assert.deepEqual(lines, [
    'acme.yaml:3: sources[1].id: this id of a source is there twice, also in line 2',
    'acme.yaml:10: organisations[0].users[1].user_id: this user_id is there twice, also in line 9',
    'acme.yaml:13: organisations[0].endpoints[1].id: this id of an endpoint is there twice, also in line 12',
    'acme.yaml:14: organisations[1].id: this id of an organisation is there twice, also in line 5',
  ]);
});

test('an endpoint is https, without a user name or password', () => {
  assert.match(
    refusal(endpoint('url: "http://crm.example/"')).join(),
    /url: begins with http:\/\/.*only https:\/\/ is allowed/,
  );
  assert.match(refusal(endpoint('url: "ftp://crm.example/"')).join(), /url: must begin with https:\/\//);
  assert.match(
    refusal(endpoint('url: "https://me:pw@crm.example/"')).join(),
    /url: has a user name or password in it/,
  );
  assert.match(refusal(endpoint('url: "https://crm.example/a b"')).join(), /url: is no URL/);
  assert.doesNotMatch(refusal(endpoint('url: "https://me:hunter2@crm.example/"')).join(), /hunter2/);
});

test('states are a list of states, or all, never none', () => {
  assert.match(refusal(endpoint('url: "https://a.example", states: []')).join(), /states: is an empty list/);
  assert.match(
    refusal(endpoint('url: "https://a.example", states: EARLY')).join(),
    /states: must be all, or a list of TRYING,/,
  );
});

test('a variable may stand anywhere in a value', () => {
  const text =
    'sources: [{ id: a, kind: ami, host: "pbx-${N}.example", port: "${PORT}", username: u, secret: "x${N}y${N}" }]';
  const [source] = amiSources(read(text, { env: { N: '7', PORT: '5999' } }));
  assert.deepEqual([source?.host, source?.port, source?.secret], ['pbx-7.example', 5999, 'x7y7']);
});

test('a variable that is missing, empty or none is a problem, and what variables hold is never told', () => {
  const text = (host: string) => `sources: [{ id: a, kind: ami, host: "${host}", username: u, secret: s }]`;
  assert.match(
    refusal(text('${A}${B}')).join(),
    /sources\[0\]\.host: the environment variable A is not set, the environment variable B is not set$/,
  );
  assert.match(refusal(text('${A}'), { env: { A: '' } }).join(), /variable A is empty$/);
  assert.match(refusal(text('${A:-x}')).join(), /only the name of a variable may stand between/);
  assert.doesNotMatch(refusal(text('${A}'), { env: { A: 'hunter2 !' } }).join(), /hunter2/);
  assert.doesNotMatch(
    refusal(endpoint('url: "https://a.example", secret: "${A}"'), { env: { A: 'hunter2' } }).join(),
    /hunter2/,
  );
  assert.doesNotMatch(refusal('sources: [{ secret:hunter2 }]').join(), /hunter2/);
});

test('a secret may be in a file, beside the directory file', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-'));
  t.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'ami.txt'), 'from file\n');
  writeFileSync(join(folder, 'empty.txt'), '\n');
  writeFileSync(join(folder, 'two.txt'), 'one\ntwo\n');
  const text = (secret: string) =>
    `sources: [{ id: a, kind: ami, host: h, username: u, secret: "${secret}" }]`;
  const file = join(folder, 'acme.yaml');
  assert.equal(read(text('file:ami.txt'), { file }).sources?.[0]?.secret, 'from file');
  assert.equal(read(text(`file:${folder}/ami.txt`)).sources?.[0]?.secret, 'from file');
  assert.equal(
    read(text('file:${NAME}.txt'), { file, env: { NAME: 'ami' } }).sources?.[0]?.secret,
    'from file',
  );
  assert.match(
    refusal(text('file:none.txt'), { file }).join(),
    /:1: sources\[0\]\.secret: the file none\.txt cannot be read \(ENOENT\)$/,
  );
  for (const nothing of ['file:', 'file: ']) {
    assert.match(refusal(text(nothing), { file }).join(), /secret: names no file; write the path of one/);
  }
  assert.match(refusal(text('file:empty.txt'), { file }).join(), /the file empty\.txt is empty$/);
  assert.match(refusal(text('file:two.txt'), { file }).join(), /secret: must be one line/);
});

test('what a variable holds is never taken for the name of a file', () => {
  const text = 'sources: [{ id: a, kind: ami, host: h, username: u, secret: "${S}" }]';
  assert.equal(read(text, { env: { S: 'file:/etc/passwd' } }).sources?.[0]?.secret, 'file:/etc/passwd');
});

test('without need of secrets, what is missing or wrong of them is left empty', () => {
  const ignored = (text: string, env = {}) => read(text, { secrets: 'ignore', env });
  const wanted = ignored(ACME);
  assert.equal(wanted.sources?.[0]?.secret, '');
  assert.equal(wanted.organisations?.[0]?.endpoints[0]?.secret, undefined);
  assert.equal(ignored(ACME, ENV).sources?.[0]?.secret, 'amisecret');
  assert.equal(ignored(ACME, ENV).organisations?.[0]?.endpoints[0]?.secret, SECRET);
  assert.equal(ignored('sources: [{ id: a, kind: ami, host: h, username: u }]').sources?.[0]?.secret, '');
  assert.equal(
    ignored(endpoint('url: "https://a.example", secret: abc')).organisations?.[0]?.endpoints[0]?.secret,
    undefined,
  );
  assert.match(
    refusal('sources: [{ id: a, kind: ami, host: "${H}", username: u }]', { secrets: 'ignore' }).join(),
    /variable H is not set/,
  );
});

test('nothing with a line break gets into a line protocol', () => {
  const text = (key: string) =>
    `sources: [{ id: a, kind: ami, host: h, username: u, secret: s, ${key}: "x\\r\\nAction: x" }]`;
  assert.match(refusal(text('ca_file')).join(), /ca_file: must be one line/);
  assert.match(refusal(text('host').replace('host: h, ', '')).join(), /host: must be/);
  assert.match(refusal(text('username').replace('username: u, ', '')).join(), /username: must be one line/);
  assert.match(refusal(text('secret').replace('secret: s, ', '')).join(), /secret: must be one line/);
});

test('an endpoint says how it is delivered to, in times as people write them', () => {
  const text = crm(`        retry: [5s, 1m, 8h]
        expire: { EARLY: 20s, TERMINATED: 7d }
        max_at_once: 4
        max_per_second: 2.5
`);
  const [only] = read(text).organisations?.[0]?.endpoints ?? [];
  assert.deepEqual(only?.delivery, {
    retry: [5_000, 60_000, 28_800_000],
    expireAfterMs: { EARLY: 20_000, TERMINATED: 604_800_000 },
    maxAtOnce: 4,
    maxPerSecond: 2.5,
  });
});

for (const [wrong, told] of [
  ['retry: often', /:\d+: .*retry: must be standard, brief, or a list of delays such as \[5s, 1m, 1h\]/],
  [
    'retry: [5]',
    /:\d+: .*retry\[0\]: must be a time such as 30s, 5m, 8h or 3d|retry: must be standard, brief/,
  ],
  ['expire: { RINGING: 5s }', /:\d+: .*RINGING: unknown key/],
  ['expire: { EARLY: soon }', /:\d+: .*EARLY: must be a time such as 30s/],
  ['max_at_once: 0', /:\d+: .*max_at_once: must be a whole number from 1/],
  ['max_per_second: none', /:\d+: .*max_per_second: must be a number of attempts per second/],
] as const) {
  test(`an endpoint with \`${wrong}\` is refused with its line`, () => {
    assert.throws(() => read(crm(`        ${wrong}\n`)), { message: told });
  });
}
