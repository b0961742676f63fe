/** A shared database of an earlier version is brought to this one with all that it holds. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { sql as first } from '../../src/store/postgres/migrations/0001-first.ts';
import { sql as endedLegs } from '../../src/store/postgres/migrations/0002-ended-legs.ts';
import { needsPostgres } from '../support/needs.ts';
import { query } from '../support/postgres.ts';
import { newDatabase } from '../support/shared-postgres.ts';
import { openTestPostgres } from '../support/store.ts';

test('messages of version 2 are in the log of their organisation', needsPostgres(), async () => {
  const database = await newDatabase();
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
