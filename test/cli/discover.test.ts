/** `callhook discover` as a process: the file that it writes is one that `apply` takes, and says what is still to be done. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import fc from 'fast-check';
import { draftLines } from '../../src/cli/discover/draft.ts';
import { readDirectoryFile } from '../../src/config/directory-file.ts';
import type { SourceSettings } from '../../src/policy/directory.ts';
import { FUNCTION_KINDS } from '../../src/policy/organisation.ts';
import { endpoint, item, recorded, startAskedAsterisk, type Office } from '../support/asked-asterisk.ts';
import { DOMAIN, PASSWORD, startAskedFreeswitch } from '../support/asked-freeswitch.ts';
import { makeFolder, run, write } from '../support/callhook-process.ts';
import { install, LOGIN } from '../support/installation.ts';

const ENV = { AMI_SECRET: LOGIN.secret };

const asterisk = (port: number, secret = '${AMI_SECRET}') => `sources:
  - { id: pbx, kind: ami, host: 127.0.0.1, port: ${port}, username: callhook, secret: '${secret}' }
`;

interface Discovery {
  folder: string;
  port: number;
  discover(...args: readonly string[]): ReturnType<typeof run>;
}

async function ofAsterisk(t: TestContext, office: Office = {}, secret?: string): Promise<Discovery> {
  const { port } = await startAskedAsterisk(t, office);
  const folder = makeFolder(t);
  write(folder, 'connection.yaml', asterisk(port, secret));
  const usual = ['--with', 'connection.yaml', '--country', 'FI'];
  return { folder, port, discover: (...args) => run(t, folder, ['discover', 'pbx', ...usual, ...args], ENV) };
}

const OFFICE: Office = {
  callerIds: {
    1001: '"Matti Virtanen" <1001>',
    1002: 'Liisa: "the" #1 \\ Mäkinen',
    1003: '1003',
    blf: '"Acme" <600>',
  },
  hints: [
    ...recorded('ExtensionStatus'),
    item('ExtensionStatus', {
      Exten: '1003',
      Context: 'internal',
      Hint: 'PJSIP/1003&PJSIP/blf2',
      Status: '0',
    }),
  ],
};

test('an Asterisk becomes a file that is complete but for what no phone system knows', async (t) => {
  const { port, discover } = await ofAsterisk(t, OFFICE);
  const { code, out, err } = await discover('--organisation', 'acme');
  assert.deepEqual([code, err], [0, '']);
  assert.equal(
    out,
    `# A first directory, made of what the phone system tells. It is yours to complete:
#   user_id   what the CRM knows the person by; here it is the extension
#   email     and numbers, which no phone system was asked for
#   callhook apply FILE --dry-run     shows what is wrong with it, and what it would do
sources:
  - id: pbx
    kind: ami
    host: "127.0.0.1"
    port: ${port}
    username: "callhook"
    secret: "\${AMI_SECRET}"
    default_device_type: DESKTOP # for phones of which nothing else is known

organisations:
  - id: acme
    name: "acme"
    default_country: FI # how numbers without a country code are read

    # Only these people’s calls are reported: take out who is none.
    users:
      - user_id: "1001" # Matti Virtanen
        extensions: ["1001"]
        devices:
          - { source: pbx, address: PJSIP/1001 } # 1001a
      - user_id: "1002" # Liisa: "the" #1 \\ Mäkinen
        extensions: ["1002"]
        devices:
          - { source: pbx, address: PJSIP/1002 } # 1002a
      - user_id: "1003"
        extensions: ["1003"]
        devices:
          - { source: pbx, address: PJSIP/1003 } # 1003a
          - { source: pbx, address: PJSIP/blf2 }
      - user_id: PJSIP/blf # Acme
        devices:
          - { source: pbx, address: PJSIP/blf }

    # Left out, since they look like trunks:
    #   PJSIP/trunk (nobody logs in with it)

    # Numbers that are nobody’s phone: queues, IVRs, groups and the like.
    function_numbers:
      # A guess: - { number: "600", kind: QUEUE } # Queue(support)
      # A guess: - { number: "610", kind: HUNT_GROUP } # Dial(PJSIP/1001&PJSIP/1002)
      # A guess: - { number: "620", kind: IVR } # Background(welcome)
      # A guess: - { number: "*97", kind: VOICEMAIL } # VoiceMailMain(@default)

    # Where the messages go:
    # endpoints:
    #   - id: crm
    #     url: https://crm.example.com/hooks/calls
`,
  );
});

test('what it writes is applied, with the guesses taken for true, and then nothing is left to discover', async (t) => {
  const { folder, discover } = await ofAsterisk(t, OFFICE);
  const { code, out, err } = await discover('--output', 'first.yaml', '--organisation', 'acme');
  assert.deepEqual([code, out], [0, '']);
  assert.match(err, /^first\.yaml: 5 phones\. Complete it, then: callhook apply first\.yaml --dry-run\n$/);
  const dry = await run(t, folder, ['apply', 'first.yaml', '--dry-run'], ENV);
  assert.deepEqual([dry.code, dry.err], [0, '']);
  assert.match(dry.out, /Dry run: 6 to add, 0 to change, 0 to remove\./);

  write(
    folder,
    'second.yaml',
    readFileSync(join(folder, 'first.yaml'), 'utf8').replaceAll('# A guess: ', ''),
  );
  const applied = await run(t, folder, ['apply', 'second.yaml'], ENV);
  assert.match(applied.out, /Done: 10 added/);
  const again = await run(t, folder, ['discover', 'pbx'], ENV);
  assert.match(again.out, /# 5 more are in the directory already and stay there\.\n {4}users:\n\n/);
  assert.match(again.out, /secret: "\$\{PBX_SECRET\}"/);
  assert.doesNotMatch(again.out, /A guess/);
  const doctor = await run(t, folder, ['doctor', 'pbx'], ENV);
  assert.match(doctor.out, /5 phones in both\n/);
});

test('a file that is there is not written over, unless one says so', async (t) => {
  const { folder, discover } = await ofAsterisk(t);
  write(folder, 'mine.yaml', 'precious');
  const refused = await discover('--output', 'mine.yaml');
  assert.equal(refused.code, 1);
  assert.match(refused.err, /mine\.yaml is there already and was left alone; --force writes over it\./);
  assert.equal(readFileSync(join(folder, 'mine.yaml'), 'utf8'), 'precious');
  assert.equal((await discover('--output', 'mine.yaml', '--force')).code, 0);
  assert.match(readFileSync(join(folder, 'mine.yaml'), 'utf8'), /^# A first directory/);
  assert.match(
    (await discover('--output', 'none/mine.yaml')).err,
    /none\/mine\.yaml cannot be written \(ENOENT\)\./,
  );
});

test('a secret that is written out does not get into the file', async (t) => {
  const { discover } = await ofAsterisk(t, {}, LOGIN.secret);
  const { code, out } = await discover();
  assert.equal(code, 0);
  assert.ok(!out.includes(LOGIN.secret));
  assert.match(out, /secret: "\$\{PBX_SECRET\}"/);
});

test('ten thousand phones, and some with names that no file can hold', async (t) => {
  const many = Array.from({ length: 10_000 }, (_, index) => endpoint(String(20_000 + index)));
  const odd = ['a\u0007b', '${HOME}', 'x y', 'q"]}, {', "it's: #1"].map((name) => endpoint(name));
  const { folder, discover } = await ofAsterisk(t, { endpoints: [...odd, ...many], hints: [], dialplan: [] });
  const { code, err } = await discover('--output', 'many.yaml');
  assert.equal(code, 0, err);
  const text = readFileSync(join(folder, 'many.yaml'), 'utf8');
  assert.match(text, /names cannot stand in this file:\n.*PJSIP\/a�b\n.*PJSIP\/\$\{HOME\}\n.*PJSIP\/x y\n/);
  const { organisations } = readDirectoryFile({ file: 'many.yaml', text, env: ENV });
  assert.equal(organisations?.[0]?.users.length, 10_000);
});

test('a FreeSWITCH becomes a file: users, types of phones, guesses', async (t) => {
  const { port } = await startAskedFreeswitch(t);
  const folder = makeFolder(t);
  const yaml = `sources: [{ id: fs, kind: esl, host: 127.0.0.1, port: ${port}, secret: file:password }]`;
  write(folder, 'connection.yaml', yaml);
  write(folder, 'password', PASSWORD);
  const args = ['discover', 'fs', '--with', 'connection.yaml', '--country', 'FI', '--output', 'first.yaml'];
  const { code, err } = await run(t, folder, args);
  assert.equal(code, 0, err);
  const text = readFileSync(join(folder, 'first.yaml'), 'utf8');
  assert.match(text, new RegExp(`secret: "file:${folder}/password"\\n`));
  assert.match(
    text,
    /user_id: "1001" # Matti Virtanen\n.*\n.*\n.*1001@pbx\.example\.com, type: DESKTOP \} # Yealink SIP-T46S & friends\n/,
  );
  assert.match(
    text,
    /A guess: - \{ number: "610", kind: HUNT_GROUP \} # bridge \{ignore_early_media=true\}group\/sales/,
  );
  assert.match(
    text,
    /A guess: - \{ number: "\+358942722000", kind: IVR \}|number: "358942722000", kind: IVR/,
  );
  const dry = await run(t, folder, ['apply', 'first.yaml', '--dry-run']);
  assert.deepEqual([dry.code, dry.err], [0, '']);
  assert.ok(text.includes(`1004@${DOMAIN}`));
});

test('the domain of a FreeSWITCH user is written in small letters, as the source compares it', async (t) => {
  const head =
    'userid|context|domain|group|contact|callgroup|effective_caller_id_name|effective_caller_id_number';
  const { port } = await startAskedFreeswitch(t, {
    users: `${head}\n1001|default|PBX.Example.com|default||||\n+OK\n`,
  });
  const folder = makeFolder(t);
  write(
    folder,
    'c.yaml',
    `sources: [{ id: fs, kind: esl, host: 127.0.0.1, port: ${port}, secret: "${PASSWORD}" }]`,
  );
  const { out } = await run(t, folder, ['discover', 'fs', '--with', 'c.yaml', '--country', 'FI']);
  assert.match(out, /address: 1001@pbx\.example\.com, type: DESKTOP/);
  assert.doesNotMatch(out, /PBX/);
});

test('what is in the applied directory is left out, and its organisation is the one', async (t) => {
  const { folder } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const { port } = await startAskedAsterisk(t);
  const yaml = readFileSync(join(folder, 'acme.yaml'), 'utf8').replace(/port: \d+/, `port: ${port}`);
  write(folder, 'acme.yaml', yaml);
  const { code, out } = await run(t, folder, ['discover', 'pbx', '--with', 'acme.yaml'], ENV);
  assert.equal(code, 0);
  assert.match(out, /- id: acme\n {4}name: "Acme Oy"\n {4}default_country: FI/);
  assert.match(
    out,
    /# 3 more are in the directory already and stay there\.\n {4}users:\n {6}- user_id: PJSIP\/blf\n/,
  );
});

for (const [what, args, told] of [
  ['without a country', ['--with', 'connection.yaml'], /Say with --country how numbers/],
  [
    'a country that is none',
    ['--with', 'connection.yaml', '--country', 'Finland'],
    /A country by its two capital letters/,
  ],
  ['an organisation’s id that is none', ['--organisation', 'Acme Oy'], /1 to 63 of a-z/],
] as const) {
  test(`${what} it says what is wanted`, async (t) => {
    const folder = makeFolder(t);
    write(folder, 'connection.yaml', asterisk(5_038));
    const { code, out, err } = await run(t, folder, ['discover', 'pbx', ...args], ENV);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, told);
  });
}

test('a phone system that is not reached is told as doctor tells it, and nothing is written', async (t) => {
  const { folder, discover } = await ofAsterisk(t);
  write(folder, 'connection.yaml', asterisk(1));
  const { code, out, err } = await discover('--output', 'first.yaml');
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /✗ reached {2}Nothing listens on 127\.0\.0\.1:1\.[^]*enabled = yes\n/);
  assert.throws(() => readFileSync(join(folder, 'first.yaml')), /ENOENT/);
});

test('a platform that posts tells no phones', async (t) => {
  const folder = makeFolder(t);
  write(folder, 'connection.yaml', 'sources: [{ id: platform, kind: http }]');
  const args = ['discover', 'platform', '--with', 'connection.yaml', '--country', 'FI'];
  const { code, err } = await run(t, folder, args);
  assert.equal(code, 1);
  assert.match(err, /A source of this kind does not tell which phones there are\./);
});

const SOURCE: SourceSettings = {
  id: 'pbx',
  kind: 'ami',
  host: '127.0.0.1',
  port: 5_038,
  tls: false,
  username: 'call: "hook" #',
  secret: 'a secret',
  defaultDeviceType: 'DESKTOP',
};

test('whatever a phone system says, the file is one that `apply` takes, and holds its phones', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.string({ maxLength: 12 }),
    fc.constantFrom(
      '1001',
      '0401234567',
      '+358401234567',
      '${X}',
      '- a: b',
      '# no',
      '"',
      "'",
      '\n',
      '~',
      'null',
      '|',
    ),
  );
  const device = fc.record({
    address: odd.map((name) => `PJSIP/${name}`),
    extensions: fc.array(odd, { maxLength: 3 }),
    name: odd,
    userAgents: fc.array(odd, { maxLength: 2 }),
  });
  const guess = fc.record({ number: odd, kind: fc.constantFrom(...FUNCTION_KINDS), because: odd });
  fc.assert(
    fc.property(
      fc.uniqueArray(device, { selector: ({ address }) => address }),
      fc.array(guess, { maxLength: 5 }),
      (devices, functionNumbers) => {
        const lines = draftLines({
          source: SOURCE,
          secretReference: '${S}',
          organisation: { id: 'acme', name: 'Acme: "Oy"', country: 'FI' },
          devices,
          trunks: devices.slice(0, 1),
          functionNumbers,
          known: 0,
        });
        // A guess that is taken for true must fit as well.
        const text = [...lines].join('\n').replaceAll('# A guess: ', '');
        assert.ok(!text.includes('a secret'));
        const { organisations } = readDirectoryFile({ file: 'x', text, env: { S: 's' } });
        const held =
          organisations?.[0]?.users.flatMap((user) => user.devices.map(({ address }) => address)) ?? [];
        assert.ok(
          new Set(held).size === held.length &&
            held.every((one) => devices.some(({ address }) => one === address)),
        );
      },
    ),
    { numRuns: 300 },
  );
});
