/** A database of an earlier version is brought to this one with all that it holds. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { sql as first } from '../../src/store/sqlite/migrations/0001-first.ts';
import { sql as delivery } from '../../src/store/sqlite/migrations/0002-delivery.ts';
import { sql as endedLegs } from '../../src/store/sqlite/migrations/0003-ended-legs.ts';
import { sql as endpointSettings } from '../../src/store/sqlite/migrations/0004-endpoint-settings.ts';
import { sql as accounts } from '../../src/store/sqlite/migrations/0005-accounts.ts';
import { sql as log } from '../../src/store/sqlite/migrations/0006-log.ts';
import { rest, settleAll } from './feed-contract.ts';
import { openTestStore } from '../support/store.ts';
import { SEALED_BEFORE } from '../support/sealed-before.ts';

const folder = mkdtempSync(join(tmpdir(), 'callhook-migration-'));
after(() => rmSync(folder, { recursive: true }));

const CREATED_MS = Date.parse('2026-11-01T12:00:00Z');

/** What version 1 had written: a call of three messages, one delivered, one tried twice, one waiting; a dead letter. */
function versionOne(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL');
  db.exec(first);
  db.exec('PRAGMA user_version = 1');
  db.exec(`INSERT INTO organisation VALUES ('acme', 'Acme Oy', 'FI', '{}')`);
  db.prepare(
    `INSERT INTO endpoint VALUES ('acme', 'crm', 'https://crm.acme.example/calls', '["EARLY"]', ?)`,
  ).run(Buffer.from(SEALED_BEFORE.endpointSecret, 'hex'));
  db.exec(`
    INSERT INTO lane VALUES (1, 'acme', 'crm', 'call-1', 3, ${CREATED_MS}), (2, 'acme', 'crm', 'call-2', 1, NULL);
    INSERT INTO message VALUES
      ('a', 1, 1, '{"seq_num":1}', ${CREATED_MS}, 'delivered', 1),
      ('b', 1, 2, '{"seq_num":2}', ${CREATED_MS}, 'pending', 2),
      ('c', 1, 3, '{"seq_num":3}', ${CREATED_MS}, 'pending', 0),
      ('d', 2, 1, '{"seq_num":1}', ${CREATED_MS}, 'dead', 24);
    INSERT INTO attempt VALUES ('a', 1, ${CREATED_MS}, 5, 'delivered', 204, NULL);
    INSERT INTO endpoint_state VALUES ('acme', 'crm', 1, 1, '{"startedAtMs":1,"durationMs":2,"outcome":"delivered"}')`);
  db.close();
}

test('messages of version 1 go on where they were, with their counts and their retries', async () => {
  const path = join(folder, 'one.db');
  versionOne(path);
  const store = openTestStore(path);
  const { endpoints } = await store.health.overview();
  assert.deepEqual(
    endpoints.map(({ pending, delivered, dead, expired, health }) => [
      pending,
      delivered,
      dead,
      expired,
      health.kind,
    ]),
    [[2, 1, 1, 0, 'healthy']],
  );
  const nowMs = CREATED_MS + 60_000;
  const [claim] = await store.outbox.claim(nowMs, { total: 10, perEndpoint: () => 10 });
  assert.deepEqual(
    [claim?.messageId, claim?.attemptsMade, claim?.retriesUsed, claim?.endpoint.delivery],
    ['b', 2, 2, {}],
  );
  const { formerSecrets, credentials, filter, authentication } = claim!.endpoint;
  assert.deepEqual([formerSecrets, credentials, filter, authentication], Array(4).fill(undefined));
  const [acme] = (await store.directory.read()).organisations;
  assert.deepEqual(acme?.endpoints, [claim?.endpoint]);
  assert.equal(acme.allowedDevices, 'all', 'nothing that its administrators could do is taken away');
  await store.close();
});

test('what waited longer than it may expires, and what was finished is kept its time', async () => {
  const path = join(folder, 'two.db');
  versionOne(path);
  const store = openTestStore(path);
  const nowMs = CREATED_MS + 4 * 86_400_000;
  assert.equal(await store.upkeep.expire(nowMs, 100), 2);
  assert.equal(await store.upkeep.forget(CREATED_MS, 100), 0);
  assert.equal(await store.upkeep.forget(CREATED_MS + 1, 100), 2);
  await store.close();
});

test('messages of version 1 are in the log of their organisation', async () => {
  const path = join(folder, 'three.db');
  versionOne(path);
  const store = openTestStore(path);
  const idsOf = async (organisation: string) =>
    (await store.log.messages(organisation, {}, { limit: 10 })).items.map(({ messageId }) => messageId);
  assert.deepEqual(await idsOf('acme'), ['d', 'c', 'b', 'a']);
  assert.deepEqual(await idsOf(''), []);
  await store.close();
});

test('what becomes of messages of version 1 is told to whoever listens', async () => {
  const path = join(folder, 'feed.db');
  versionOne(path);
  const store = openTestStore(path);
  const nowMs = CREATED_MS + 60_000;
  const place = await store.feed.begin('acme', nowMs);
  await settleAll(store, nowMs);
  assert.deepEqual((await rest(store, place, 'acme', nowMs)).words, ['attempt b 3 delivered', 'delivered b']);
  await store.close();
});

/** What schema 6 had written: an attempt without details. */
function versionSix(path: string): void {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL');
  for (const sql of [first, delivery, endedLegs, endpointSettings, accounts, log]) db.exec(sql);
  db.exec('PRAGMA user_version = 6');
  db.exec(`
    INSERT INTO lane (id, organisation_id, endpoint_id, call_id, last_seq) VALUES (1, 'acme', 'crm', 'call-1', 1);
    INSERT INTO message (id, lane_id, seq, body, created_at_ms, outcome, attempts, organisation_id)
      VALUES ('a', 1, 1, '{"seq_num":1}', ${CREATED_MS}, 'delivered', 1, 'acme');
    INSERT INTO attempt VALUES ('a', 1, ${CREATED_MS}, 5, 'delivered', 204, NULL)`);
  db.close();
}

test('attempts of the schema before details tell what they told', async () => {
  const path = join(folder, 'four.db');
  versionSix(path);
  const store = openTestStore(path);
  const message = await store.log.message('acme', 'a');
  assert.deepEqual(message?.attempts, [
    { number: 1, startedAtMs: CREATED_MS, durationMs: 5, outcome: 'delivered', statusCode: 204 },
  ]);
  await store.close();
});

test('docs/STORAGE.md tells of every table', () => {
  const db = openDatabase(':memory:');
  const tables = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'`)
    .all();
  db.close();
  const told = readFileSync(new URL('../../docs/STORAGE.md', import.meta.url), 'utf8');
  assert.deepEqual(
    tables.map(({ name }) => String(name)).filter((name) => !told.includes(`\`${name}\``)),
    [],
  );
});
