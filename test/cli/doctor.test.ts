/** `callhook doctor` as a process, against a phone system on a real socket: what an operator reads, and the exit code. */
import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Server } from 'node:net';
import test, { type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { response, startAmiServer } from '../../src/cli/demo/ami-server.ts';
import { obtainCertificate } from '../../src/cli/listen/certificate.ts';
import { event, PHONE } from '../support/ami.ts';
import {
  endpoint,
  item,
  recorded,
  startAskedAsterisk,
  step,
  type Office,
} from '../support/asked-asterisk.ts';
import { makeFolder, run, start, write } from '../support/callhook-process.ts';
import { directoryYaml, ENV, install, LOGIN } from '../support/installation.ts';

const CRM = 'https://crm.acme.example/calls';

/** Without the CRM's secret: it is none of the doctor's business. */
const SECRET = { AMI_SECRET: ENV.AMI_SECRET };

async function examine(
  t: TestContext,
  port: number,
  { args = [], env = SECRET, change = (yaml) => yaml }: Partial<Examination> = {},
) {
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', change(directoryYaml(port, CRM)));
  const ended = await run(t, folder, ['doctor', 'pbx', '--with', 'acme.yaml', ...args], env);
  return { ...ended, out: stripVTControlCharacters(ended.out) };
}

interface Examination {
  args: readonly string[];
  env: Record<string, string>;
  change(yaml: string): string;
}

async function examineOffice(t: TestContext, office: Office, more: Partial<Examination> = {}) {
  return examine(t, (await startAskedAsterisk(t, office)).port, more);
}

function assertSays(out: string, text: string): void {
  assert.ok(out.includes(text), `${text}\n--- is not in ---\n${out}`);
}

test('an Asterisk with what Callhook needs: each check in a line, phones on either side, guesses', async (t) => {
  const { port } = await startAskedAsterisk(t);
  const { code, out, err } = await examine(t, port);
  assert.equal(err, '');
  assert.equal(
    out,
    `pbx  Asterisk 22.10.1

  ✓ reached   127.0.0.1:${port}
  ✓ login     as callhook
  ✓ version   Asterisk 22.10.1
  ✓ channels  may be listed, 0 now
  ✓ withheld  who withholds the number may be asked
  ! events    not proven: only a call shows whether they come (\`read = call\`)
              Run it with --wait 60, and call one of the phones meanwhile.

Phones
  ✓ 3 phones in both
  ! 2 phones not in acme.yaml: calls there are not reported
      PJSIP/blf
      PJSIP/blf2
      \`callhook discover pbx\` writes them for the file.
  ✓ 1 trunk, by the look of it: nobody’s phone
      PJSIP/trunk  nobody logs in with it

Numbers, by guess
  ! 4 numbers where nobody sits, probably: for \`function_numbers\`
      600  QUEUE       Queue(support)
      610  HUNT_GROUP  Dial(PJSIP/1001&PJSIP/1002)
      620  IVR         Background(welcome)
      *97  VOICEMAIL   VoiceMailMain(@default)

Callhook can work with it.
`,
  );
  assert.equal(code, 0);
});

test('a phone is compared letter by letter, and what was probably meant is named', async (t) => {
  const { code, out } = await examineOffice(
    t,
    { endpoints: [endpoint('1001'), endpoint('Liisa'), endpoint('1003')], hints: [] },
    {
      change: (yaml) =>
        yaml
          .replace('address: PJSIP/1001', 'address: PJSIP/1O01')
          .replace('address: PJSIP/1002', 'address: PJSIP/liisa')
          .replace('address: PJSIP/1003', 'address: SIP/1003'),
    },
  );
  assert.equal(code, 1);
  assertSays(
    out,
    `  ✗ 2 devices of acme.yaml that the phone system does not have
      PJSIP/1O01   of user.1001@acme.example in acme  did you mean PJSIP/1001?
      PJSIP/liisa  of user.1002@acme.example in acme  did you mean PJSIP/Liisa?
  ! 1 device of acme.yaml that the phone system does not list
      SIP/1003  of user.1003@acme.example in acme  did you mean PJSIP/1003?
`,
  );
  assert.match(out, /Something must change: see ✗\.\n$/);
});

test('a number is told that is a user’s and probably nobody’s, or a function’s and rings a phone', async (t) => {
  const { code, out } = await examineOffice(
    t,
    { dialplan: [step('in', '1002', 'Queue', 'support'), step('in', '358942721003', 'ConfBridge', '1')] },
    {
      change: (yaml) =>
        yaml
          .replace('"+358942721003"', '')
          .replace('extensions: ["1001"]', '')
          .replace(
            '    users:',
            '    function_numbers:\n      - { number: "1001", kind: OTHER }\n    users:',
          ),
    },
  );
  assert.equal(code, 0);
  assert.match(out, /nobody sits, probably.*\n {6}358942721003 {2}CONFERENCE {2}ConfBridge\(1\)\n/);
  assert.match(
    out,
    /1 number of users .*\n {6}1002 {2}QUEUE {2}Queue\(support\) {2}has user\.1002@\S+ in acme\n/,
  );
  assert.match(out, /1 function number where a phone rings\n {6}1001 {2}PJSIP\/1001\n/);
});

test('ten thousand phones, and names that would paint the screen, fit on it', async (t) => {
  const many = Array.from({ length: 10_000 }, (_, index) => endpoint(String(20_000 + index)));
  const odd = endpoint('\u001b[2J${x}\u202e"');
  const { code, out, err } = await examineOffice(t, {
    endpoints: [odd, ...recorded('EndpointList').slice(0, 3), ...many],
  });
  assert.deepEqual([code, err], [0, '']);
  assert.match(out, /! 10,001 phones not in acme\.yaml/);
  assert.match(out, /PJSIP\/�\[2J\$\{x\}�"\n/);
  assert.match(out, /… and 9,981 more\n/);
  assert.ok(out.split('\n').length < 60);
});

test('a manager user without rights: what fails, with the lines for manager.conf', async (t) => {
  const { code, out } = await examineOffice(t, { rights: [] });
  assert.equal(code, 1);
  assertSays(
    out,
    `  ✓ version   Asterisk 22 (by its protocol)
  ✗ channels  Asterisk refuses to list its channels
              In manager.conf, under the manager user:
                  read = call
                  write = reporting
              then: asterisk -rx 'manager reload'
  ✗ withheld  who withholds the number may not be asked: `,
  );
  assert.match(
    out,
    /! phones +Asterisk does not show them to this manager user; `write = reporting` would\n/,
  );
  assert.doesNotMatch(out, /in both/);
});

test('rights beyond what is needed are named', async (t) => {
  const { code, out } = await examineOffice(t, { rights: ['reporting', 'originate', 'command', 'call'] });
  assert.equal(code, 0);
  assert.match(out, /! rights {4}the manager user may do more than Callhook needs: command, originate\n/);
});

for (const [version, told] of [
  ['certified-20.7-cert5', /✓ version {3}Asterisk certified-20\.7-cert5\n/],
  ['GIT-master-abcdef', /✓ version {3}Asterisk 22 \(by its protocol\)\n/],
  ['16.30.0', /! version {3}Asterisk 16\.30\.0: Callhook is tried with 18 and newer/],
] as const) {
  test(`version ${version} is judged`, async (t) => {
    assert.match((await examineOffice(t, { version })).out, told);
  });
}

test('an Asterisk with chan_sip alone', async (t) => {
  const peer = (name: string, dynamic: string) =>
    item('PeerEntry', { Channeltype: 'SIP', ObjectName: name, ChanObjectType: 'peer', Dynamic: dynamic });
  const { code, out } = await examineOffice(
    t,
    {
      endpoints: [],
      contacts: [],
      hints: [],
      peers: [...['1001', '1002'].map((name) => peer(name, 'yes')), peer('isp', 'no')],
    },
    { change: (yaml) => yaml.replaceAll('PJSIP/', 'SIP/') },
  );
  assert.equal(code, 1);
  assert.match(
    out,
    /✓ 2 phones in both\n {2}✗ 1 device of .*\n {6}SIP\/1003 .*\n {2}✓ 1 trunk.*\n {6}SIP\/isp /,
  );
});

test('`--wait` sees that the events of a call arrive, and whether they have Asterisk’s own times', async (t) => {
  const ringing = event('Newchannel', PHONE);
  for (const [sent, told] of [
    [ringing, /! events {4}arrive, without Asterisk’s own times[^]*timestampevents = yes\n/],
    [
      ringing.replace('call,all', 'call,all\r\nTimestamp: 1795401476.358646'),
      /✓ events {4}arrive, with Asterisk’s own/,
    ],
  ] as const) {
    const office = { subscribed: (session: { send(bytes: string): void }) => session.send(sent) };
    const { code, out, err } = await examineOffice(t, office, { args: ['--wait', '30'] });
    assert.equal(code, 0);
    assert.match(err, /^Call one of the phones now: waiting 30 s for its events …\n$/);
    assert.match(out, told);
  }
});

test('`--wait` in vain tells which right is missing', async (t) => {
  const { code, out } = await examineOffice(t, {}, { args: ['--wait', '1'] });
  assert.equal(code, 1);
  assert.match(out, /✗ events {4}none came\..*\n.*\n +read = call\n/);
});

test('a refused login shows the manager user as it has to be, and no secret', async (t) => {
  const { port } = await startAskedAsterisk(t);
  const { code, out, err } = await examine(t, port, { env: { AMI_SECRET: 'a wrong one' } });
  assert.deepEqual([code, err], [1, '']);
  assert.match(out, /✗ login {2}Asterisk refused the login of callhook\./);
  assertSays(
    out,
    `
           In manager.conf:
               [callhook]
               secret = …     ; the same as this source’s
               deny = 0.0.0.0/0.0.0.0
               permit = 127.0.0.1/255.255.255.255
               read = call
               write = reporting
           then: asterisk -rx 'manager reload'
`,
  );
  assert.doesNotMatch(out, /a wrong one/);
});

async function listenWith(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

test('a port where nothing listens, with the lines that open it', async (t) => {
  const server = createServer();
  const port = await listenWith(t, server);
  server.close();
  const { code, out } = await examine(t, port);
  assert.equal(code, 1);
  assert.match(out, new RegExp(`✗ reached {2}Nothing listens on 127\\.0\\.0\\.1:${port}\\.`));
  assert.match(
    out,
    new RegExp(`\\[general\\]\n +enabled = yes\n +port = ${port}\n +bindaddr = 127\\.0\\.0\\.1\n`),
  );
});

test('a host name that nobody knows', async (t) => {
  const change = (yaml: string) => yaml.replace('host: 127.0.0.1', 'host: pbx.invalid');
  assert.match(
    (await examine(t, 5_038, { change })).out,
    /✗ reached {2}The host name pbx\.invalid is not known\./,
  );
});

test('another service on the port', async (t) => {
  const port = await listenWith(
    t,
    createServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n')),
  );
  assert.match(
    (await examine(t, port)).out,
    /✗ reached {2}What answers on \S+ is not the Asterisk Manager Interface\./,
  );
});

test('TLS where the source speaks none, and none where the source speaks TLS', async (t) => {
  const certificate = await obtainCertificate(makeFolder(t));
  const tls = await startAskedAsterisk(t, { tls: { key: certificate.key, cert: certificate.cert } });
  const plain = await startAskedAsterisk(t);
  assert.match(
    (await examine(t, tls.port)).out,
    /✗ reached [^]*If that port is the one of tlsbindaddr, the source needs `tls: true`\./,
  );
  const change = (yaml: string) => yaml.replace('    username', '    tls: true\n    username');
  const { out } = await examine(t, plain.port, { change });
  assert.match(
    out,
    /✗ reached {2}TLS with \S+ failed [^]*tlsenable = yes\n +tlsbindaddr = 127\.0\.0\.1:\d+\n/,
  );
});

test('an Asterisk that hangs up in the middle of a list', async (t) => {
  const server = await startAmiServer({
    ...LOGIN,
    subscribed: () => {},
    answer: (headers, session) => {
      if (headers.get('Action') !== 'PJSIPShowEndpoints') return undefined;
      session.send(response('Success', 'EventList: start').replace('{id}', headers.get('ActionID') ?? ''));
      session.drop();
      return '';
    },
  });
  t.after(() => server.close());
  const { code, out } = await examine(t, server.port);
  assert.equal(code, 1);
  assert.match(out, /✓ login [^]*✗ reached +Asterisk closed the connection\.\n/);
});

test('a secret that is not there is told before anything is tried', async (t) => {
  const { code, out, err } = await examine(t, 5_038, { env: {} });
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /acme\.yaml:7: sources\[0\]\.secret: the environment variable AMI_SECRET is not set/);
});

test('a source that is not there', async (t) => {
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', directoryYaml(5_038, CRM));
  const { code, err } = await run(t, folder, ['doctor', 'pbx2', '--with', 'acme.yaml'], SECRET);
  assert.equal(code, 1);
  assert.match(err, /There is no source `pbx2` in acme\.yaml; its sources are: pbx\./);
});

test('without a file it looks at what was applied, and says how `serve` is', async (t) => {
  const { folder, pbx, serve } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const before = await run(t, folder, ['doctor', 'pbx']);
  assert.match(before.out, /! serve +does not run\n +Start `callhook serve`\.\n/);
  await serve();
  const listened = pbx.listened();
  const after = await run(t, folder, ['doctor', 'pbx']);
  await listened;
  assert.match(after.out, /✓ serve +is connected to it\n/);
  const known = await run(t, folder, ['doctor', 'office']);
  assert.match(known.err, /There is no source `office` in the directory; its sources are: pbx\./);
});

test('an interrupted wait ends at once', async (t) => {
  const { port } = await startAskedAsterisk(t);
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', directoryYaml(port, CRM));
  const running = start(t, folder, ['doctor', 'pbx', '--with', 'acme.yaml', '--wait', '600'], SECRET);
  await running.said('Call one of the phones now');
  running.process.kill('SIGINT');
  assert.deepEqual(await running.ended.then(({ code, out }) => [code, out]), [130, '']);
});
