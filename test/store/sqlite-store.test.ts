/** The embedded store keeps the store's contract, also when every call takes its time. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test, { after } from 'node:test';
import { CallhookError } from '../../src/runtime/errors.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { inTransaction, openDatabase } from '../../src/store/sqlite/database.ts';
import { isServed, lockForServing } from '../../src/store/sqlite/file-locks.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Store } from '../../src/store/store.ts';
import { delayed, openTestStore, RULES } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';
import { feedContract } from './feed-contract.ts';
import { logContract } from './log-contract.ts';
import { draft, LEG, storeContract, type Backend } from './store-contract.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';

const folder = mkdtempSync(join(tmpdir(), 'callhook-store-'));
after(() => rmSync(folder, { recursive: true }));

const paths = new Map<Store, string>();
let count = 0;

function openAt(path: string, wrap: (store: Store) => Store): Store {
  const store = wrap(openTestStore(path));
  paths.set(store, path);
  return store;
}

for (const [name, wrap] of [
  ['SQLite', (store: Store) => store],
  ['SQLite with slow calls', delayed],
] as const) {
  const backend: Backend = {
    name,
    open: async () => openAt(join(folder, `${(count += 1)}.db`), wrap),
    reopen: async (store) => {
      await store.close();
      return openAt(paths.get(store)!, wrap);
    },
  };
  storeContract(backend);
  logContract(backend);
  feedContract(backend);
}

test('a commit is on the disk when it returns: WAL with synchronous=FULL', () => {
  const db = openDatabase(join(folder, 'pragmas.db'));
  assert.equal((db.prepare('PRAGMA journal_mode').get() as { journal_mode: string }).journal_mode, 'wal');
  assert.equal((db.prepare('PRAGMA synchronous').get() as { synchronous: number }).synchronous, 2);
  db.close();
});

test('only one process may serve a database, and the lock goes with it', () => {
  const path = join(folder, 'locked.db');
  const unlock = lockForServing(path);
  assert.ok(isServed(path));
  assert.throws(
    () => lockForServing(path),
    (error) => error instanceof CallhookError && error.code === 'DATABASE_IN_USE',
  );
  unlock();
  assert.ok(!isServed(path));
});

/** Processes that do nothing but look whether the database is served. @returns in how many looks it was */
function watchers(path: string, looks: number): { started: Promise<unknown>; sawServed: Promise<number> } {
  const script = `
    import { isServed } from ${JSON.stringify(new URL('../../src/store/sqlite/file-locks.ts', import.meta.url))};
    process.stdout.write('looking\\n');
    let served = 0;
    for (let look = 0; look < ${looks}; look += 1) if (isServed(${JSON.stringify(path)})) served += 1;
    process.stdout.write(String(served));`;
  const children = Array.from({ length: 2 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const outputs = children.map(async ({ stdout }) => (await stdout.toArray()).join(''));
  return {
    started: Promise.all(children.map(({ stdout }) => once(stdout, 'readable'))),
    sawServed: Promise.all(outputs).then((texts) =>
      texts.reduce((sum, text) => sum + Number(text.split('\n')[1]), 0),
    ),
  };
}

test('processes that look at the same time do not take each other for a connector', async () => {
  const path = join(folder, 'looked-at.db');
  lockForServing(path)();
  assert.equal(await watchers(path, 3_000).sawServed, 0);
});

test('looking keeps no connector from starting', async () => {
  const path = join(folder, 'started.db');
  lockForServing(path)();
  const { started, sawServed } = watchers(path, 5_000);
  await started;
  const over = sawServed.then(() => true);
  let starts = 0;
  while (!(await Promise.race([over, new Promise((resolve) => setImmediate(resolve, false))]))) {
    lockForServing(path)();
    starts += 1;
  }
  assert.ok(starts > 10, `${starts} starts`);
});

test('a database that is up to date is opened without a wait for whoever writes to it', () => {
  const path = join(folder, 'written.db');
  const writer = openDatabase(path);
  writer.exec('BEGIN IMMEDIATE');
  openDatabase(path).close();
  writer.exec('ROLLBACK');
  writer.close();
});

test('a database of a newer version is refused and left as it is', () => {
  const path = join(folder, 'newer.db');
  const db = openDatabase(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  assert.throws(
    () => openDatabase(path),
    (error) => error instanceof CallhookError && error.code === 'DATABASE_NEWER',
  );
});

test('a database that cannot be opened is told with what to check', () => {
  assert.throws(
    () => openDatabase(join(folder, 'no', 'such', 'folder.db')),
    (error) =>
      error instanceof CallhookError && error.code === 'DATABASE_UNAVAILABLE' && /folder/.test(error.message),
  );
});

test('a file that is no database is told as such', () => {
  const path = join(folder, 'letter.db');
  writeFileSync(path, 'Dear database, '.repeat(100));
  assert.throws(() => openDatabase(path), {
    code: 'DATABASE_UNAVAILABLE',
    message: /letter\.db cannot be used: the file is not a database: is the name right\?/,
  });
});

test('a database that another program holds locked is told as such', () => {
  const path = join(folder, 'held.db');
  const holder = openDatabase(path);
  holder.exec('BEGIN IMMEDIATE');
  const other = new DatabaseSync(path, { timeout: 0 });
  assert.throws(() => inTransaction(other, () => {}), {
    code: 'DATABASE_UNAVAILABLE',
    message: /another process holds it locked: .*\(database is locked\)/,
  });
  holder.exec('ROLLBACK');
  holder.close();
  other.close();
});

test('a secret in the database file is not readable, and a wrong key is told', async () => {
  const path = join(folder, 'sealed.db');
  const store = openTestStore(path);
  await store.directory.write([
    {
      do: 'put-source',
      is: 'new',
      source: {
        id: 'pbx',
        kind: 'ami',
        host: 'pbx.example',
        port: 5038,
        tls: false,
        username: 'callhook',
        secret: 'plantedsecret',
        defaultDeviceType: 'DESKTOP',
      },
    },
  ]);
  await store.close();
  const { readFileSync } = await import('node:fs');
  assert.ok(!readFileSync(path).includes('plantedsecret'));
  const stranger = openSqliteStore(path, {
    secrets: deriveKeys(new Uint8Array(32).fill(1)).secrets,
    node: 'stranger',
    rules: RULES,
  });
  await assert.rejects(
    stranger.directory.sources(),
    (error) => error instanceof CallhookError && error.code === 'KEY_INVALID',
  );
  await stranger.close();
});

test('a long backlog is counted aside, and the count is the same', async () => {
  const path = join(folder, 'long.db');
  const store = openTestStore(path);
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directoryFor('PJSIP'), { prune: false }).changes,
  );
  const messages = Array.from({ length: 20_500 }, (_, i) => draft(`m${i}`, `call-${i % 5_000}`));
  await store.calls.commit([{ leg: LEG, messages }], 7);
  const { endpoints } = await store.health.overview();
  assert.deepEqual(
    endpoints.map(({ pending, lanesWaiting, oldestPendingAtMs }) => [
      pending,
      lanesWaiting,
      oldestPendingAtMs,
    ]),
    [[20_500, 5_000, 7]],
  );
  assert.deepEqual(await store.health.endpoints('acme'), endpoints);
  assert.deepEqual(await store.health.endpoints('nobody'), []);
  await store.close();
});
