/** A shared database of an earlier version is brought to this one with all that it holds. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql as first } from '../../src/store/postgres/migrations/0001-first.ts';
import { sql as endedLegs } from '../../src/store/postgres/migrations/0002-ended-legs.ts';
import { sql as endpointSettings } from '../../src/store/postgres/migrations/0003-endpoint-settings.ts';
import { sql as accounts } from '../../src/store/postgres/migrations/0004-accounts.ts';
import { sql as log } from '../../src/store/postgres/migrations/0005-log.ts';
import { needsPostgres } from '../support/needs.ts';
import { query } from '../support/postgres.ts';
import { freshDatabase } from '../support/shared-postgres.ts';
import { rest, settleAll } from './feed-contract.ts';
import { openTestPostgres } from '../support/store.ts';
import { SEALED_BEFORE } from '../support/sealed-before.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

test(
  'endpoints of version 2 go on as they were, with their secrets and their messages',
  needsPostgres(),
  async (t) => {
    const database = await freshDatabase(t);
    const sealed = SEALED_BEFORE.endpointSecret;
    for (const sql of [
      first,
      endedLegs,
      'CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (2)',
      `INSERT INTO organisation VALUES ('acme', 'Acme Oy', 'FI', '{}');
     INSERT INTO endpoint VALUES ('acme', 'crm', 'https://crm.example/', '["EARLY"]', '{}', '\\x${sealed}');
     INSERT INTO endpoint_queue (organisation_id, endpoint_id, due_at_ms) VALUES ('acme', 'crm', 1);
     INSERT INTO lane (organisation_id, endpoint_id, call_id, last_seq, due_at_ms) VALUES ('acme', 'crm', 'call', 1, 1);
     INSERT INTO message (id, lane_id, seq, body, created_at_ms) SELECT 'a', id, 1, '{"seq_num":1}', 1 FROM lane`,
    ])
      await query(database, sql);
    const store = await openTestPostgres(database);
    try {
      const expected = {
        id: 'crm',
        url: 'https://crm.example/',
        states: ['EARLY'],
        delivery: {},
        secret: SECRET,
      };
      const [acme] = (await store.directory.read()).organisations;
      assert.deepEqual(acme?.endpoints, [expected]);
      assert.equal(acme.allowedDevices, 'all', 'nothing that its administrators could do is taken away');
      const [claim] = await store.outbox.claim(2, { total: 1, perEndpoint: () => 1 });
      assert.deepEqual([claim?.messageId, claim?.endpoint], ['a', expected]);
      await store.outbox.release([claim!]);
      const nowMs = Date.now();
      const place = await store.feed.begin('acme', nowMs);
      await settleAll(store, nowMs);
      assert.deepEqual((await rest(store, place)).words, ['attempt a 1 delivered', 'delivered a']);
      assert.equal(await store.upkeep.forgetSecrets(9_000), 0);
    } finally {
      await store.close();
    }
  },
);

test('messages of version 2 are in the log of their organisation', needsPostgres(), async (t) => {
  const database = await freshDatabase(t);
  await query(database, first);
  await query(database, endedLegs);
  await query(
    database,
    `CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (2);
     INSERT INTO lane (organisation_id, endpoint_id, call_id, last_seq) VALUES ('acme', 'crm', 'one', 2), ('b', 'crm', 'two', 1);
     INSERT INTO message (id, lane_id, seq, body, created_at_ms) VALUES
       ('a', 1, 1, '{"seq_num":1,"call_id":"one"}', 1000), ('b', 1, 2, '{"seq_num":2,"call_id":"one"}', 1000),
       ('c', 2, 1, '{"seq_num":1,"call_id":"two"}', 1000)`,
  );
  const store = await openTestPostgres(database);
  const idsOf = async (organisation: string) =>
    (await store.log.messages(organisation, {}, { limit: 10 })).items.map(({ messageId }) => messageId);
  assert.deepEqual(await idsOf('acme'), ['b', 'a']);
  assert.deepEqual(await idsOf('b'), ['c']);
  await store.close();
});

test('attempts of version 5 tell what they told', needsPostgres(), async (t) => {
  const database = await freshDatabase(t);
  for (const sql of [first, endedLegs, endpointSettings, accounts, log]) await query(database, sql);
  await query(
    database,
    `CREATE TABLE schema_version (version integer NOT NULL); INSERT INTO schema_version VALUES (5);
     INSERT INTO lane (organisation_id, endpoint_id, call_id, last_seq) VALUES ('acme', 'crm', 'one', 1);
     INSERT INTO message (id, lane_id, seq, body, created_at_ms, organisation_id, attempts, outcome)
       SELECT 'a', id, 1, '{"seq_num":1}', 1000, 'acme', 1, 'delivered' FROM lane;
     INSERT INTO attempt VALUES ('a', 1, 1000, 5, 'delivered', 204, NULL)`,
  );
  const store = await openTestPostgres(database);
  const message = await store.log.message('acme', 'a');
  assert.deepEqual(message?.attempts, [
    { number: 1, startedAtMs: 1_000, durationMs: 5, outcome: 'delivered', statusCode: 204 },
  ]);
  await store.close();
});
