/** A platform posts, the connector delivers; killed right after a 202 it has lost nothing, and any node takes any POST. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { makeFolder, run, start, write, type Running } from '../support/callhook-process.ts';
import { assertContract } from '../support/expectation.ts';
import { event, lines, post, TOKEN } from '../support/http-ingest.ts';
import { configToml } from '../support/installation.ts';
import { needsPostgres } from '../support/needs.ts';
import { SECRET, startCrm } from '../support/receiver.ts';
import { freshDatabase } from '../support/shared-postgres.ts';

const yaml = (url: string) => `sources:
  - { id: platform, kind: http, secret: ${TOKEN} }
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
      - user_id: anna@acme.example
        numbers: ["+358942721001"]
        devices: [{ source: platform, address: "1001", type: SOFT }]
    endpoints:
      - { id: crm, url: "${url}", secret: ${SECRET} }
`;

async function install(t: TestContext, database?: string) {
  const crm = await startCrm();
  t.after(() => crm.close());
  const folder = makeFolder(t);
  write(folder, 'crm.pem', crm.certificate);
  write(folder, 'callhook.toml', configToml('crm.pem', 'attempt_timeout_seconds = 2\n'));
  write(folder, 'acme.yaml', yaml(crm.url));
  const env = database === undefined ? {} : { CALLHOOK_DATABASE: database };
  const applied = await run(t, folder, ['apply', 'acme.yaml'], env);
  assert.equal(applied.code, 0, applied.err);
  const serve = async (): Promise<{ running: Running; url: string }> => {
    const running = start(t, folder, ['serve'], env);
    const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
    return { running, url: api };
  };
  return { crm, folder, env, serve };
}

const call = (nth: number) =>
  (['EARLY', 'CONFIRMED', 'TERMINATED'] as const).map((state) =>
    event({ leg: `leg-${nth}`, call: `call-${nth}`, state }),
  );

test('killed right after a 202, it delivers all that it took, and what is posted again changes nothing', async (t) => {
  const { crm, folder, serve } = await install(t);
  crm.delayMs = 20;
  const first = await serve();
  const batch = Array.from({ length: 40 }, (_, nth) => call(nth)).flat();
  const { status, body } = await post(first.url, lines(batch), { type: 'application/x-ndjson' });
  assert.deepEqual([status, body.accepted], [202, 120]);
  first.running.process.kill('SIGKILL');
  await first.running.ended;
  crm.delayMs = 0;
  const second = await serve();
  assert.deepEqual((await post(second.url, batch)).body, { accepted: 0, unchanged: 120, unknown_device: 0 });
  const kept = () => [...new Map(crm.received.map((one) => [one.messageId, one.message])).values()];
  await crm.until(() => kept().length === 120);
  assertContract(kept());

  const { sources } = JSON.parse((await run(t, folder, ['status', '--json'])).out) as {
    sources: { id: string; status: string; openLegs: number }[];
  };
  assert.deepEqual(
    sources.map(({ id, status: how, openLegs }) => [id, how, openLegs]),
    [['platform', 'connected', 0]],
  );
  second.running.process.kill('SIGTERM');
  const { code, err } = await second.running.ended;
  assert.equal(code, 0);
  assert.ok(!/\+?358\d{6}|@acme\.example|chsrc_/.test(err), 'no personal data and no token in the log');
  const [platform] = JSON.parse((await run(t, folder, ['status', '--json'])).out).sources;
  const { heardAtMs, lagMs, reconnects } = platform as Record<string, number>;
  assert.deepEqual([heardAtMs! - lagMs!, reconnects], [Date.parse(event().at as string), 0]);
});

test(
  'two nodes take the events of one call in turn, and one of them is killed',
  needsPostgres(),
  async (t) => {
    const { crm, serve } = await install(t, await freshDatabase(t));
    const nodes = [await serve(), await serve()] as const;
    const calls = Array.from({ length: 30 }, (_, nth) => call(nth));
    const batchOf = (stage: number) => calls.map((events) => events[stage]!);
    assert.equal((await post(nodes[0].url, batchOf(0))).body.accepted, 30);
    assert.equal((await post(nodes[1].url, batchOf(1))).body.accepted, 30);
    assert.equal((await post(nodes[0].url, batchOf(2).slice(0, 20))).body.accepted, 20);
    nodes[0].running.process.kill('SIGKILL');
    await nodes[0].running.ended;
    const last = await post(nodes[1].url, batchOf(2));
    assert.deepEqual(last.body, { accepted: 10, unchanged: 20, unknown_device: 0 });
    const kept = () => [...new Map(crm.received.map((one) => [one.messageId, one.message])).values()];
    await crm.until(() => kept().length === 90);
    assertContract(kept());
    const ends = kept().filter((message) => message['termination-reason'] === 'HANGUP');
    assert.equal(ends.length, 30);
  },
);

test('doctor looks at the door: does a node listen, with this token, and have events come?', async (t) => {
  const { folder, env, serve } = await install(t);
  const doctor = async (port = '0', args: readonly string[] = []) => {
    const { code, out } = await run(t, folder, ['doctor', 'platform', ...args], {
      ...env,
      CALLHOOK_API_PORT: port,
    });
    return [code, stripVTControlCharacters(out)] as const;
  };
  assert.match((await doctor())[1], /! serve {2}does not run\n/);
  const { url } = await serve();
  const { port } = new URL(url);
  assert.match(
    (await doctor('2'))[1],
    /! reached {2}nothing answers on http:\/\/127\.0\.0\.1:2 \(ECONNREFUSED\)/,
  );

  const [code, before] = await doctor(port);
  assert.equal(code, 0);
  assert.match(
    before,
    /✓ reached {2}a node listens on \S+\n {2}✓ token {4}is the source’s\n {2}! events {3}none came/,
  );
  assert.match(before, new RegExp(`curl -i ${url}/?api/v1/sources/platform/events`.replace('//?', '/')));
  assert.doesNotMatch(before, /chsrc_/);
  await post(url, [event({ leg: 'seen', call: 'seen' })]);
  assert.match((await doctor(port))[1], /✓ events {3}have come since the node’s start\n/);

  write(folder, 'other.yaml', yaml('https://crm.acme.example/').replace(TOKEN, `${TOKEN}-another`));
  const [refused, other] = await doctor(port, ['--with', 'other.yaml']);
  assert.equal(refused, 1);
  assert.match(other, /✗ token {4}the node knows another one for this source\n/);
});
