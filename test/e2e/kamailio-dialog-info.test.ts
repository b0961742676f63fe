/** A real Kamailio, real phones (sipp), the whole connector: what its dialog events make of calls. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeFolder, run, start, write } from '../support/callhook-process.ts';
import { assertContract, type Message } from '../support/expectation.ts';
import { configToml } from '../support/installation.ts';
import { needsKamailio, runSipp, startKamailio } from '../support/kamailio.ts';
import { freeUdpPort } from '../support/ports.ts';
import { SECRET, startCrm } from '../support/receiver.ts';

const EXAMPLE = new URL('../../examples/kamailio/dialog-info.cfg', import.meta.url);
const SCENARIOS = fileURLToPath(new URL('../support/sipp/', import.meta.url));
const TABLES = ['standard', 'presence'].map((name) => `/usr/share/kamailio/db_sqlite/${name}-create.sql`);
const LOGIN = 'correct horse battery';

const needs = () => needsKamailio('presence_dialoginfo.so', 'pua_dialoginfo.so', 'db_sqlite.so', 'auth.so');

interface Place {
  pbx: number;
  phone: number;
  config: string;
}

/** The example's configuration, for ports and a database of this test. */
async function placeFor(t: TestContext, algorithm: string): Promise<Place> {
  const [pbx, phone] = [await freeUdpPort(), await freeUdpPort()];
  const database = join(makeFolder(t), 'kamailio.sqlite');
  const tables = new DatabaseSync(database);
  for (const file of TABLES) tables.exec(readFileSync(file, 'utf8'));
  tables.close();
  const defined = {
    LISTEN: `udp:127.0.0.1:${pbx}`,
    LISTEN_TCP: `tcp:127.0.0.1:${pbx}`,
    LISTEN_URI: `"sip:127.0.0.1:${pbx}"`,
    DB_URL: `"sqlite:///${database}"`,
    PHONE: `"sip:127.0.0.1:${phone}"`,
    CALLHOOK_SECRET: `"${LOGIN}"`,
    ALGORITHM: `"${algorithm}"`,
  };
  const lines = Object.entries(defined).map(([name, value]) => `#!define ${name} ${value}`);
  return { pbx, phone, config: `#!KAMAILIO\n${lines.join('\n')}\n${readFileSync(EXAMPLE, 'utf8')}` };
}

const directory = (pbx: number, transport: string, crm: string) => `sources:
  - { id: pbx, kind: dialog-info, host: 127.0.0.1, port: ${pbx}, transport: ${transport}, username: callhook, secret: ${LOGIN}, expires: 60 }
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
      - user_id: anna@acme.example
        numbers: ["+358942721001"]
        extensions: ["1001"]
        devices: [{ source: pbx, address: "sip:1001@127.0.0.1", type: SOFT }]
      - user_id: bo@acme.example
        numbers: ["+358942721002"]
        extensions: ["1002"]
        devices: [{ source: pbx, address: "sip:1002@127.0.0.1", type: SOFT }]
    endpoints:
      - { id: crm, url: "${crm}", secret: ${SECRET} }
`;

async function install(t: TestContext, transport: string, algorithm: string) {
  const place = await placeFor(t, algorithm);
  const kamailio = await startKamailio(t, place.config, place.pbx);
  const crm = await startCrm();
  t.after(() => crm.close());
  const folder = makeFolder(t);
  write(folder, 'crm.pem', crm.certificate);
  write(folder, 'callhook.toml', configToml('crm.pem'));
  write(folder, 'acme.yaml', directory(place.pbx, transport, crm.url));
  const applied = await run(t, folder, ['apply', 'acme.yaml']);
  assert.equal(applied.code, 0, applied.err);
  const serve = async () => {
    const running = start(t, folder, ['serve']);
    await running.said('source connected');
    return running;
  };
  /** One call, to its end. */
  const call = async (phone: 'answering-phone' | 'busy-phone', from: string, to: string) => {
    const at = ['-i', '127.0.0.1', '-m', '1', '-d', '400'];
    const called = runSipp(t, ['-sf', `${SCENARIOS}${phone}.xml`, ...at, '-p', `${place.phone}`]);
    const calls = ['-sf', `${SCENARIOS}caller.xml`, '-s', to, '-key', 'caller', from, ...at];
    const caller = runSipp(t, [...calls, '-p', `${await freeUdpPort()}`, `127.0.0.1:${place.pbx}`]);
    assert.deepEqual([await caller, await called], [0, 0], kamailio.log());
  };
  return { ...place, kamailio, crm, folder, serve, call };
}

const told = ({
  local_user_id: user,
  direction,
  remote_number: remote,
  state,
  'termination-reason': reason,
}: Message) => [user?.split('@')[0], direction, remote, state, reason].filter(Boolean).join(' ');

for (const [transport, algorithm] of [
  ['udp', 'SHA-256'],
  ['tcp', 'MD5'],
] as const) {
  test(
    `over ${transport}, with a login by ${algorithm}: calls in, out and between users`,
    needs(),
    async (t) => {
      const { crm, serve, call } = await install(t, transport, algorithm);
      const running = await serve();
      await call('answering-phone', '+358401234567', '1001');
      await call('busy-phone', '+358401234567', '1002');
      await call('answering-phone', '1001', '1002');
      await crm.until((received) => received.length === 11);
      const messages = crm.received.map(({ message }) => message);
      assertContract(messages);
      assert.deepEqual(messages.map(told).toSorted(), [
        'anna INCOMING +358401234567 CONFIRMED',
        'anna INCOMING +358401234567 EARLY',
        'anna INCOMING +358401234567 TERMINATED HANGUP',
        'anna OUTGOING +358942721002 CONFIRMED',
        'anna OUTGOING +358942721002 EARLY',
        'anna OUTGOING +358942721002 TERMINATED HANGUP',
        'bo INCOMING +358401234567 EARLY',
        // Busy, but Kamailio does not tell why a dialog ended.
        'bo INCOMING +358401234567 TERMINATED CANCELLED',
        'bo INCOMING +358942721001 CONFIRMED',
        'bo INCOMING +358942721001 EARLY',
        'bo INCOMING +358942721001 TERMINATED HANGUP',
      ]);
      const internal = messages.filter(({ remote_user_id: colleague }) => colleague !== undefined);
      assert.equal(new Set(internal.map(({ call_id }) => call_id)).size, 1);
      running.process.kill('SIGTERM');
      const { code, err } = await running.ended;
      assert.equal(code, 0);
      assert.ok(
        !/\+?358\d{6}|@acme\.example|correct horse/.test(err),
        'no personal data and no secret in the log',
      );
    },
  );
}

test('a Kamailio that was killed and is back is subscribed to again', needs(), async (t) => {
  const { crm, folder, serve, call, kamailio, config, pbx } = await install(t, 'tcp', 'SHA-256');
  const running = await serve();
  await call('answering-phone', '+358401234567', '1001');
  await crm.until((received) => received.length === 3);
  await kamailio.kill();
  await running.said('source down');
  await startKamailio(t, config, pbx);
  for (let isConnected = false; !isConnected;) {
    const { sources } = JSON.parse((await run(t, folder, ['status', '--json'])).out) as {
      sources: { status: string; advice?: string }[];
    };
    isConnected = sources[0]?.status === 'connected' && sources[0].advice === undefined;
  }
  await call('answering-phone', '+358401234567', '1002');
  await crm.until((received) => received.length === 6);
  assertContract(crm.received.map(({ message }) => message));
});
