/** Another key while everything runs: calls go on under the same ids, and a command that is killed leaves nothing broken. */
import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { type TestContext } from 'node:test';
import { loadKeys } from '../../src/config/installation-key.ts';
import { identityOf } from '../../src/store/open-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import { makeFolder, run, start, write } from '../support/callhook-process.ts';
import { assertExpected } from '../support/expectation.ts';
import { configToml, directoryYaml, ENV, install, LOGIN } from '../support/installation.ts';
import { startLivePbx } from '../support/live-pbx.ts';
import { needsPostgres } from '../support/needs.ts';
import { SECRET, startCrm, type Crm } from '../support/receiver.ts';
import { freshDatabase } from '../support/shared-postgres.ts';
import { RULES } from '../support/store.ts';
import { TRANSCRIPTS, transcriptsOf } from '../support/transcripts.ts';

const RECORDING = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';
const EXPECTED = transcriptsOf('asterisk')[0]!.expected;

async function done(t: TestContext, folder: string, args: string[], env: Record<string, string> = {}) {
  const { code, out, err } = await run(t, folder, args, env);
  assert.equal(code, 0, err);
  return out;
}

const linesOf = (folder: string, name = 'callhook.key') =>
  readFileSync(join(folder, name), 'utf8').trim().split('\n');

function assertSameCall({ received }: Crm): void {
  assertExpected(
    received.map(({ message }) => message),
    EXPECTED,
  );
  assert.equal(new Set(received.map(({ message }) => message.call_id)).size, 1);
}

test('the key is changed and the old one forgotten in mid-call: the call goes on as the same, and nothing is shown', async (t) => {
  const { pbx, crm, serve, folder } = await install(t, RECORDING);
  const [first = ''] = linesOf(folder);
  const running = await serve();
  pbx.play(10);
  await crm.until((received) => received.length === 1);

  const told = [await done(t, folder, ['key', 'rotate'])];
  assert.match(told[0]!, /^Sealed 3 secrets under k_[0-9a-f]{8}\.\nk_[0-9a-f]{8} still opens/);
  const [second = '', former] = linesOf(folder);
  assert.equal(former, first);
  assert.notEqual(second, first);
  told.push(await done(t, folder, ['key', 'list']), await done(t, folder, ['key', 'retire']));
  assert.match(told[1]!, /^k_\w{8} +3 secrets +seals and opens\nk_\w{8} +0 secrets +opens only/);
  assert.deepEqual(linesOf(folder), [second]);
  assert.equal(statSync(join(folder, 'callhook.key')).mode & 0o777, 0o600);

  // A new process has the new key alone; a secret that is made now is sealed under it.
  told.push(await done(t, folder, ['key', 'list']));
  running.process.kill('SIGTERM');
  assert.equal((await running.ended).code, 0);
  const again = await serve();
  await again.said('source connected');
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  assertSameCall(crm);
  const audit = new DatabaseSync(join(folder, 'callhook.db'), { readOnly: true });
  const notes = audit.prepare(`SELECT action, done_by FROM audit WHERE thing = 'key' ORDER BY number`).all();
  audit.close();
  assert.deepEqual(
    notes.map(({ action }) => action),
    ['used', 'removed'],
  );
  again.process.kill('SIGTERM');
  const { out, err } = await again.ended;
  for (const key of [first, second]) assert.ok(![...told, out, err].join('').includes(key.slice(0, 12)));
});

test('a running connector seals under the new key what it is told through the API’s store after the change', async (t) => {
  const { serve, folder, pbx, crm } = await install(t, RECORDING);
  await serve();
  await done(t, folder, ['key', 'rotate']);
  await done(t, folder, ['key', 'retire']);
  await done(t, folder, ['rotate', 'acme/crm', '--overlap', '1h']);
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  assert.match(await done(t, folder, ['key', 'list']), /^k_\w{8} +\d secrets +seals and opens\n$/);
});

test('there is nothing to add, rotate or forget: each says so', async (t) => {
  const { folder } = await install(t, RECORDING);
  assert.match(await done(t, folder, ['key', 'retire']), /never been changed/);
  await done(t, folder, ['key', 'add']);
  const twice = await run(t, folder, ['key', 'add']);
  assert.match(twice.err, /The next key is there already: k_\w{8}\. `callhook key rotate` takes it/);
  await done(t, folder, ['key', 'rotate']);
  await done(t, folder, ['key', 'retire']);
  assert.match(await done(t, folder, ['key', 'retire']), /nothing to forget/);
});

test('with the key in CALLHOOK_KEY the variable is changed by its owner, in three steps', async (t) => {
  const folder = makeFolder(t);
  const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  write(folder, 'acme.yaml', directoryYaml(1, 'https://crm.example/'));
  const at = (variable: string) => ({ ...ENV, CALLHOOK_KEY: variable });
  await done(t, folder, ['apply', 'acme.yaml'], at(key(1)));
  const refused = await run(t, folder, ['key', 'add'], at(key(1)));
  assert.match(refused.err, /`KEY,next NEWKEY`/);
  assert.match(
    await done(t, folder, ['key', 'rotate'], at(`${key(2)},${key(1)}`)),
    /^Sealed \d secrets under/,
  );
  assert.match(
    await done(t, folder, ['key', 'retire'], at(`${key(2)},${key(1)}`)),
    /Take the last 1 out of CALLHOOK_KEY/,
  );
  await done(t, folder, ['status'], at(key(2)));
  assert.equal(await done(t, folder, ['apply', 'acme.yaml'], at(key(2))), 'Nothing to change.\n');
  const lost = await run(t, folder, ['status'], at(key(1)));
  assert.match(lost.err, /stored under another key, k_\w{8}\. Put the key file/);
  assert.ok(!readdirSync(folder).includes('callhook.key'));
});

/** The change in the folder that the last command is killed at. */
const MOST_CHANGES = 60;
/** So many that sealing them takes several steps. */
const MANY = 600;

function manyEndpoints(): string {
  const endpoints = Array.from(
    { length: MANY },
    (_, nth) => `      - { id: e${nth}, url: "https://crm.example/${nth}", secret: ${SECRET} }`,
  );
  return `organisations:\n  - id: acme\n    name: Acme Oy\n    default_country: FI\n    endpoints:\n${endpoints.join('\n')}\n`;
}

/** Starts a command and kills it at the given change in the folder. @returns whether it had ended before that */
async function killedAt(t: TestContext, folder: string, change: number, args: string[]): Promise<boolean> {
  const { process: child, ended } = start(t, folder, args);
  let changes = 0;
  const watcher = watch(folder, () => {
    changes += 1;
    if (changes === change) child.kill('SIGKILL');
  });
  const { code } = await ended;
  watcher.close();
  return code === 0;
}

test('killed at any moment, the change of the key leaves an installation that starts, and is gone on with', async (t) => {
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', manyEndpoints());
  await done(t, folder, ['apply', 'acme.yaml']);
  const place = { key_file: join(folder, 'callhook.key'), database: join(folder, 'callhook.db') };
  /** What a connector that starts now would say of the installation. */
  const look = async () => {
    const ring = loadKeys(place, {});
    const store = openSqliteStore(place.database, { secrets: ring.secrets, node: 'this', rules: RULES });
    try {
      const endpoints = await store.directory.endpoints('acme', { limit: MANY });
      assert.ok(endpoints.length === MANY && endpoints.every(({ secret }) => secret === SECRET));
      const { ids, fingerprint } = await identityOf(store, ring);
      const keys = (await store.keys.inUse()).size;
      return { callId: ids.callId('acme', 'pbx', '1'), fingerprint: fingerprint('x'), keys };
    } finally {
      await store.close();
    }
  };
  const { keys: _, ...before } = await look();
  let [killed, halfSealed] = [0, 0];
  for (let change = 1; change < MOST_CHANGES; change += 1) {
    // Now and then the one that forgets.
    const verb = change % 4 === 0 ? 'retire' : 'rotate';
    const isOver = await killedAt(t, folder, change, ['key', verb]);
    if (!isOver) killed += 1;
    const { keys, ...after } = await look();
    if (keys > 1) halfSealed += 1;
    assert.deepEqual(after, before, `killed at change ${change}`);
    if (isOver && verb === 'rotate') break;
  }
  assert.ok(killed > 5, `killed ${killed} times`);
  assert.ok(halfSealed > 0, 'never killed between two steps');
  await done(t, folder, ['key', 'rotate']);
  await done(t, folder, ['key', 'retire']);
  assert.equal(linesOf(folder).length, 1);
  assert.equal((await look()).keys, 1);
});

test(
  'two machines on one database: the key is added, copied, changed, copied and forgotten while both serve',
  needsPostgres(),
  async (t) => {
    const pbx = await startLivePbx(`${TRANSCRIPTS}${RECORDING}`, LOGIN);
    t.after(() => pbx.close());
    const crm = await startCrm();
    t.after(() => crm.close());
    const env = { CALLHOOK_DATABASE: await freshDatabase(t) };
    const [one, two] = [makeFolder(t), makeFolder(t)];
    for (const folder of [one, two]) {
      write(folder, 'crm.pem', crm.certificate);
      write(folder, 'callhook.toml', configToml('crm.pem'));
    }
    write(one, 'acme.yaml', directoryYaml(pbx.port, crm.url));
    await done(t, one, ['apply', 'acme.yaml'], { ...ENV, ...env });
    const copy = () => copyFileSync(join(one, 'callhook.key'), join(two, 'callhook.key'));
    copy();
    const nodes = [start(t, one, ['serve'], env)];
    await nodes[0]!.said('callhook serves');
    await pbx.listened();
    nodes.push(start(t, two, ['serve'], env));
    await nodes[1]!.said('callhook serves');
    pbx.play(10);
    await crm.until((received) => received.length === 1);

    const early = await run(t, one, ['key', 'rotate'], env);
    assert.match(early.err, /First `callhook key add`, then copy/);
    await done(t, one, ['key', 'add'], env);
    copy();
    await done(t, one, ['key', 'rotate'], env);
    // The second machine has not been given the file of after: it knows the key as its next one.
    assert.match(linesOf(two)[1]!, /^next /);
    await done(t, two, ['status'], env);
    await done(t, two, ['rotate', 'acme/crm', '--overlap', '0s'], env);
    await done(t, two, ['apply', join(one, 'acme.yaml')], { ...ENV, ...env });
    assert.match(
      await done(t, one, ['key', 'list'], env),
      /^k_\w+ +\d secrets +seals.*\nk_\w+ +0 secrets +opens only/,
    );
    copy();
    await done(t, one, ['key', 'retire'], env);
    copy();
    assert.equal(linesOf(two).length, 1);

    pbx.play(1_000);
    await crm.until((received) => received.length === 3);
    assertSameCall(crm);
    for (const node of nodes) {
      node.process.kill('SIGTERM');
      const { code, err } = await node.ended;
      assert.equal(code, 0);
      assert.doesNotMatch(err, /KEY_INVALID|stored under another key/);
    }
  },
);
