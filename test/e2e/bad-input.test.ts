/** What operators get wrong: each is told with what to do, and nothing is lost. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { makeFolder, run, write } from '../support/callhook-process.ts';
import { configToml, directoryYaml, ENV, install } from '../support/installation.ts';
import { certificateFor, startCrm } from '../support/receiver.ts';

const CALL = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';
const NO_TRACE = /\n\s+at /;

/** Looks at `callhook status` until it says what is awaited. */
async function statusUntil(t: TestContext, folder: string, told: RegExp): Promise<string> {
  for (;;) {
    const { out } = await run(t, folder, ['status']);
    if (told.test(out)) return out;
  }
}

test('a wrong AMI password is told with the line to look at, and mended while it serves', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  const wrong = { ...ENV, AMI_SECRET: 'another password' };
  assert.equal((await run(t, folder, ['apply', 'acme.yaml'], wrong)).code, 0);
  const served = serve();
  const screen = await statusUntil(t, folder, /○ pbx {2}down[^]*\n {6}\S/);
  assert.match(screen, /manager\.conf/);
  assert.ok(!screen.includes('another password'));

  assert.equal((await run(t, folder, ['apply', 'acme.yaml'], ENV)).code, 0);
  await served;
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
});

test('a receiver whose certificate nobody vouches for gets nothing until it is trusted, then everything', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  const stranger = await certificateFor('another.example');
  write(folder, 'crm.pem', stranger.cert);
  const first = await serve();
  pbx.play(1_000);
  const screen = await statusUntil(t, folder, /3 waiting[^]*last attempt/);
  assert.match(screen, /tls_\w+/);
  assert.match(screen, /certificate/i);
  assert.equal(crm.received.length, 0);
  first.process.kill('SIGTERM');
  assert.equal((await first.ended).code, 0);

  write(folder, 'crm.pem', crm.certificate);
  await serve();
  await crm.until((received) => received.length === 3);
  assert.deepEqual(
    crm.received.map(({ message }) => message.seq_num),
    [1, 2, 3],
  );
});

test('an endpoint inside the network is refused at each attempt until the operator lists its range', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL);
  write(folder, 'callhook.toml', configToml('crm.pem').replace('127.0.0.0/8', '10.0.0.0/8'));
  const first = await serve();
  pbx.play(1_000);
  const screen = await statusUntil(t, folder, /3 waiting[^]*last attempt/);
  assert.match(screen, /allowed_addresses/);
  assert.equal(crm.requests(), 0);
  first.process.kill('SIGTERM');
  await first.ended;

  write(folder, 'callhook.toml', configToml('crm.pem'));
  await serve();
  await crm.until((received) => received.length === 3);
});

for (const [what, wrong, told] of [
  [
    'an endpoint with http://',
    (yaml: string) => yaml.replace('https://crm', 'http://crm'),
    /acme\.yaml:\d+: organisations\[0\]\.endpoints\[0\]\.url: .*https:/,
  ],
  [
    'a device that two users have',
    (yaml: string) => yaml.replace('PJSIP/1002', 'PJSIP/1001'),
    /acme\.yaml:\d+: organisations\[0\]\.users\[1\]\.devices\[0\]: this device is there twice, also in line \d+/,
  ],
  [
    'a key that is not known',
    (yaml: string) => yaml.replace('default_country', 'default_contry'),
    /acme\.yaml:\d+: .*unknown key, did you mean default_country\?/,
  ],
  ['text that is no YAML', () => 'sources: [', /acme\.yaml:1/],
] as const) {
  test(`${what} is refused with its line, and nothing is changed`, async (t) => {
    const folder = makeFolder(t);
    const good = directoryYaml(5038, 'https://crm.acme.example/calls');
    write(folder, 'acme.yaml', good);
    assert.equal((await run(t, folder, ['apply', 'acme.yaml'], ENV)).code, 0);
    write(folder, 'acme.yaml', wrong(good));
    const { code, err } = await run(t, folder, ['apply', 'acme.yaml'], ENV);
    assert.equal(code, 1);
    assert.match(err, told);
    assert.doesNotMatch(err, NO_TRACE);
    write(folder, 'acme.yaml', good);
    const { out } = await run(t, folder, ['apply', 'acme.yaml'], ENV);
    assert.equal(out, 'Nothing to change.\n');
  });
}

test('a configuration with an unknown key is refused with its line by every verb that reads it', async (t) => {
  const folder = makeFolder(t);
  write(folder, 'callhook.toml', '# ours\ndatabse = "calls.db"\n');
  for (const args of [['serve'], ['status'], ['apply', 'acme.yaml']]) {
    write(folder, 'acme.yaml', '');
    const { code, err } = await run(t, folder, args);
    assert.equal(code, 1);
    assert.match(err, /callhook\.toml:2: unknown setting `databse`, did you mean `database`\?/);
    assert.doesNotMatch(err, NO_TRACE);
  }
});

test('a port that is taken is told', async (t) => {
  const squatter = await startCrm();
  t.after(() => squatter.close());
  const port = new URL(squatter.url).port;
  const { folder } = await install(t, CALL);
  const { code, err } = await run(t, folder, ['serve'], { CALLHOOK_API_PORT: port });
  assert.equal(code, 1);
  assert.match(err, /Something else listens there already: choose another api_port/);
  assert.doesNotMatch(err, NO_TRACE);
});
