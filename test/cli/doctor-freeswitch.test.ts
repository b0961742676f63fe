/** `callhook doctor` as a process, against a FreeSWITCH on a real socket. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import {
  DOMAIN,
  PASSWORD,
  startAskedFreeswitch,
  userList,
  type Office,
} from '../support/asked-freeswitch.ts';
import { makeFolder, run, write } from '../support/callhook-process.ts';
import { event, PHONE } from '../support/esl.ts';

const yaml = (port: number, username?: string) => `sources:
  - id: pbx
    kind: esl
    host: 127.0.0.1
    port: ${port}${username === undefined ? '' : `\n    username: ${username}`}
    secret: \${PASSWORD}
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
      - user_id: matti
        extensions: ["1001"]
        devices: [{ source: pbx, address: 1001@${DOMAIN} }]
      - user_id: liisa
        extensions: ["1002"]
        devices: [{ source: pbx, address: 1O02@${DOMAIN} }]
      - user_id: antti
        devices: [{ source: pbx, address: 1003@other.example.com }]
    function_numbers: [{ number: "600", kind: QUEUE }]
`;

async function examine(t: TestContext, office: Office, args: readonly string[] = [], secret = PASSWORD) {
  const { port } = await startAskedFreeswitch(t, office);
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', yaml(port, office.allowed && `callhook@${DOMAIN}`));
  const env = { PASSWORD: secret };
  const ended = await run(t, folder, ['doctor', 'pbx', '--with', 'acme.yaml', ...args], env);
  return { ...ended, port, out: stripVTControlCharacters(ended.out) };
}

test('a FreeSWITCH that lets Callhook ask for everything', async (t) => {
  const { code, out, err, port } = await examine(t, {});
  assert.deepEqual([code, err], [1, '']);
  assert.equal(
    out,
    `pbx  FreeSWITCH 1.10.12-release~64bit

  ✓ reached   127.0.0.1:${port}
  ✓ login     with the socket’s password
  ✓ version   FreeSWITCH 1.10.12-release~64bit
  ✓ channels  may be listed, 0 now
  ✓ withheld  single channels may be asked for who withholds the number
  ✓ events    are allowed
  ! queues    no number was found that leads to sales@default
              If they are called by number, list it under \`function_numbers\`.

Phones
  ✓ 1 phone in both
  ! 3 phones not in acme.yaml: calls there are not reported
      1002@pbx.example.com  1002  Liisa Mäkinen
      1003@pbx.example.com  1003  Extension 1003
      1004@pbx.example.com  1004
      \`callhook discover pbx\` writes them for the file.
  ✗ 1 device of acme.yaml that the phone system does not have
      1O02@pbx.example.com  of liisa in acme  did you mean 1002@pbx.example.com?
  ! 1 device of acme.yaml that the phone system does not list
      1003@other.example.com  of antti in acme  did you mean 1003@pbx.example.com?

Numbers, by guess
  ! 5 numbers where nobody sits, probably: for \`function_numbers\`
      610           HUNT_GROUP  bridge {ignore_early_media=true}group/sales@\${domain_name}
      4000          VOICEMAIL   voicemail check default \${domain_name}
      *98           VOICEMAIL   voicemail check default \${domain_name}
      358942722000  IVR         ivr demo_ivr
      5000          IVR         ivr demo_ivr

Something must change: see ✗.
`,
  );
});

test('a user of its own with what `serve` needs: less is seen, and it is said what would show more', async (t) => {
  const { code, out } = await examine(t, { allowed: ['show', 'uuid_dump', 'uptime'] });
  assert.equal(code, 0);
  assert.match(out, /✓ login {5}as callhook@pbx\.example\.com\n/);
  assert.match(out, /! version {3}may not be asked; esl-allowed-api with `version` would show it\n/);
  assert.match(out, /! events {4}not proven[^]*--wait 60/);
  assert.match(
    out,
    /! phones {4}FreeSWITCH does not list its users: .* registered or in a call\n.*`list_users`/,
  );
  assert.match(out, /! 1 phone not in acme\.yaml.*\n {6}1004@pbx\.example\.com {2}1004\n/);
  assert.match(out, /! 2 devices of acme\.yaml that the phone system does not list\n/);
});

test('a user who may not even list the channels', async (t) => {
  const { code, out } = await examine(t, { allowed: ['uptime'] });
  assert.equal(code, 1);
  assert.match(
    out,
    /✗ channels {2}FreeSWITCH refuses to list its channels\. .*esl-allowed-api" value="show uuid_dump uptime"/,
  );
  assert.match(out, /! withheld {2}single channels may not be asked[^]*<param name="esl-allowed-api"/);
});

test('an old version, and a dial string without presence id', async (t) => {
  const { out } = await examine(t, { version: '1.8.7', dialString: '${sofia_contact(${dialed_user})}' });
  assert.match(out, /! version {3}FreeSWITCH 1\.8\.7\S*: Callhook is tried with 1\.10/);
  assert.match(
    out,
    /! presence {2}the dial string of 1001@pbx\.example\.com sets no presence_id[^]*\{presence_id=/,
  );
});

test('`--wait` sees that events arrive', async (t) => {
  const subscribed: Office['subscribed'] = (session) => session.send(event('CHANNEL_CREATE', PHONE));
  const { out } = await examine(t, { subscribed }, ['--wait', '30']);
  assert.match(out, /✓ events {4}arrive\n/);
  const silent = await examine(t, {}, ['--wait', '1']);
  assert.match(silent.out, /✗ events {4}none came\. If there was a call meanwhile: .*esl-allowed-events/);
});

test('a wrong password, and an access list that does not let in', async (t) => {
  const wrong = await examine(t, {}, [], 'a wrong one');
  assert.equal(wrong.code, 1);
  assert.match(wrong.out, /✗ login {2}FreeSWITCH refused the password\. .*event_socket\.conf\.xml/);
  assert.doesNotMatch(wrong.out + wrong.err, /a wrong one/);
  assert.match(
    wrong.out,
    /<param name="listen-port" value="\d+"\/>\n +<param name="password" value="…"\/>[^]*reload mod_event_socket'\n/,
  );
  const user = await examine(t, { allowed: [] }, [], 'a wrong one');
  assert.match(
    user.out,
    /✗ login {2}FreeSWITCH refused the login of callhook@[^]*<user id="callhook">[^]*esl-password[^]*esl-allowed-events/,
  );
  const away = await examine(t, { turnsAway: true });
  assert.match(
    away.out,
    /✗ login {2}FreeSWITCH on \S+ does not let this machine's address in\. .*apply-inbound-acl/,
  );
});

test('ten thousand users, and names that are none, fit on the screen', async (t) => {
  const many = Array.from(
    { length: 10_000 },
    (_, index) => [String(20_000 + index), `User ${index}`] as const,
  );
  const { out } = await examine(t, { users: userList(['\u001b[2J', 'x\u202e'], ...many) });
  assert.match(out, /! 10,002 phones not in acme\.yaml/);
  assert.match(out, /�\[2J@pbx\.example\.com +x�\n/);
  assert.ok(out.split('\n').length < 70);
});
