/** `callhook doctor` as a process, against a SIP PBX that takes subscriptions, on real sockets. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { makeFolder, run, write } from '../support/callhook-process.ts';
import { documentXml } from '../support/dialog-info.ts';
import { startSipNotifier, type NotifierOptions } from '../support/sip-notifier.ts';

const users = ['1001', '1002'].map(
  (user) =>
    `      - { user_id: "${user}", devices: [{ source: pbx, address: "sip:${user}@pbx.example.com" }] }\n`,
);

const yaml = (port: number, people: string) => `sources:
  - { id: pbx, kind: dialog-info, host: 127.0.0.1, port: ${port}, transport: tcp }
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
${people}`;

async function examine(
  t: TestContext,
  options: NotifierOptions,
  args: readonly string[] = [],
  people = users.join(''),
) {
  const pbx = await startSipNotifier({ transport: 'tcp', ...options });
  t.after(() => pbx.close());
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', yaml(pbx.port, people));
  const ended = await run(t, folder, ['doctor', 'pbx', '--with', 'acme.yaml', ...args]);
  return { ...ended, port: pbx.port, out: stripVTControlCharacters(ended.out) };
}

const quiet = (entity: string) => documentXml([], { entity });

test('a PBX that takes subscriptions and notifies', async (t) => {
  const { code, out, port } = await examine(t, { document: quiet });
  assert.equal(
    out,
    `pbx  SIP over TCP

  ✓ reached  127.0.0.1:${port}
  ✓ watched  all 2 addresses were tried: subscribed, and notified here

Callhook can work with it.
`,
  );
  assert.equal(code, 0);
});

test('`--wait` sees a call', async (t) => {
  const calling = (entity: string) => documentXml([{ state: 'early' }], { entity });
  const { code, out } = await examine(t, { document: calling }, ['--wait', '30']);
  assert.equal(code, 0);
  assert.match(out, /✓ calls {4}are told\n/);
  assert.match((await examine(t, { document: quiet }, ['--wait', '1'])).out, /✗ calls {4}none was told\./);
});

test('a PBX that knows no dialog events, and one that asks for a login, with the lines for kamailio.cfg', async (t) => {
  const none = await examine(t, { answer: () => ({ status: 489 }) });
  assert.equal(none.code, 1);
  assert.match(
    none.out,
    /✗ reached {2}2 of 2 addresses are not watched: .*489 Bad Event[^]*include_callid", 1/,
  );
  const fields = [['WWW-Authenticate', 'Digest realm="x", nonce="y", algorithm=MD5, qop="auth"']] as const;
  const login = await examine(t, { answer: () => ({ status: 401, fields }) });
  assert.match(login.out, /✗ reached {2}The PBX asks for a login\. [^]*\$au != "callhook"/);
});

test('an Asterisk is told as one, without advice for Kamailio', async (t) => {
  const { code, out } = await examine(t, { document: quiet, name: 'Asterisk PBX 22.10.1' });
  assert.equal(code, 1);
  assert.match(out, /✗ reached {2}These dialog events come from Asterisk.*kind ami.*\n\n/);
});

test('without a device on the source nothing can be tried', async (t) => {
  const { code, out } = await examine(t, {}, [], '');
  assert.equal(code, 0);
  assert.match(out, /! watched {2}no device of the directory is on this source/);
});
