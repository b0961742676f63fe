/**
 * An installation of many organisations, made by the same statements in both databases: each has ten users with a device, a
 * number and an extension each, function numbers, an endpoint, accounts with sessions, keys, invitations, an audit, and a
 * month of messages. One of them, `org-0`, is large: it has a tenth of all messages and of the audit, and many users.
 */
import { SEALED_BEFORE } from '../test/support/sealed-before.ts';

export interface Size {
  organisations: number;
  messages: number;
}

export type DatabaseName = 'SQLite' | 'PostgreSQL';

const DAY_MS = 86_400_000;
export const END_MS = Date.parse('2026-11-23T00:00:00Z');
export const BEGIN_MS = END_MS - 30 * DAY_MS;
export const USERS = 10;

export const usersOfLargest = ({ organisations }: Size): number => Math.max(USERS, organisations / 10);
/** Each call has three messages. */
export const callsOf = ({ messages }: Size): number => Math.ceil(messages / 3);
export const auditOf = ({ messages }: Size): number => Math.ceil(messages / 4);

export function* filling(size: Size, database: DatabaseName): Generator<string> {
  yield* directory(size, database);
  yield* people(size);
  yield* log(size, database);
}

function series(count: number): string {
  return `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${count - 1})`;
}

function* directory(size: Size, database: DatabaseName): Generator<string> {
  const { organisations } = size;
  // Bound to no row, as older versions sealed: one text does for all.
  const sealed = SEALED_BEFORE.endpointSecret;
  const secret = database === 'SQLite' ? `x'${sealed}'` : `'\\x${sealed}'`;
  yield `INSERT INTO source (id, kind, settings, secret) VALUES ('pbx', 'ami', '{}', ${secret})`;
  yield `${series(organisations)} INSERT INTO organisation (id, name, default_country, privacy)
    SELECT 'org-' || i, 'Organisation ' || i || ' Oy', 'FI', '{}' FROM n`;
  yield `${series(organisations)} INSERT INTO endpoint (organisation_id, id, url, states, delivery, secret)
    SELECT 'org-' || i, 'crm', 'https://crm.acme.example', '["EARLY"]', '{}', ${secret} FROM n`;
  yield `${series(organisations)} INSERT INTO endpoint_state (organisation_id, endpoint_id, delivered, last)
    SELECT 'org-' || i, 'crm', 100, '{"startedAtMs":1,"durationMs":1,"outcome":"delivered","statusCode":204}' FROM n`;
  yield `${series(3 * organisations)} INSERT INTO function_number (organisation_id, number, kind)
    SELECT 'org-' || (i / 3), CAST(600 + i % 3 AS text), 'queue' FROM n`;
  // The first ones are the large organisation's.
  const large = usersOfLargest(size);
  const users = `
    SELECT i, 'org-' || CASE WHEN i < ${large} THEN 0 ELSE 1 + (i - ${large}) / ${USERS} END AS organisation_id,
      'user-' || CASE WHEN i < ${large} THEN i ELSE (i - ${large}) % ${USERS} END AS user_id,
      '+358' || (100000000 + i) AS number, CAST(1000 + i AS text) AS extension FROM n`;
  const all = series(large + (organisations - 1) * USERS);
  yield `${all} INSERT INTO "user" (organisation_id, user_id, email, numbers, extensions)
    SELECT organisation_id, user_id, user_id || '@' || organisation_id || '.example',
      ${json(database, `'["' || number || '"]'`)}, ${json(database, `'["' || extension || '"]'`)}
    FROM (${users}) AS everybody`;
  for (const number of ['number', 'extension']) {
    yield `${all} INSERT INTO user_number (organisation_id, number, user_id)
      SELECT organisation_id, ${number}, user_id FROM (${users}) AS everybody`;
  }
  yield `${all} INSERT INTO device (source_id, address, organisation_id, user_id, type, position)
    SELECT 'pbx', 'PJSIP/' || i, organisation_id, user_id, 'DESKTOP', 0 FROM (${users}) AS everybody`;
}

/** PostgreSQL takes no text for JSON where it is not written out. */
function json(database: DatabaseName, text: string): string {
  return database === 'SQLite' ? text : `CAST(${text} AS json)`;
}

function* people(size: Size): Generator<string> {
  const { organisations } = size;
  const each = series(2 * organisations);
  yield `${each} INSERT INTO account (id, email, name, role, organisation_id, password_hash, disabled, created_at_ms)
    SELECT 'account-' || i, 'person-' || i || '@acme.example', 'Person', CASE i % 2 WHEN 0 THEN 'administrator' ELSE 'viewer' END,
      'org-' || (i / 2), '', 0, ${BEGIN_MS} FROM n`;
  yield `${each} INSERT INTO session
      (id, token_hash, account_id, created_at_ms, seen_at_ms, expires_at_ms, address, client)
    SELECT 'session-' || i, 'session-hash-' || i, 'account-' || i, ${END_MS}, ${END_MS}, ${END_MS + DAY_MS}, '', '' FROM n`;
  yield `${each} INSERT INTO api_key (id, token_hash, organisation_id, name, scope, prefix, created_at_ms, last_used_at_ms)
    SELECT 'key-' || i, 'key-hash-' || i, 'org-' || (i / 2), 'Key', 'read', 'ck_', ${BEGIN_MS}, ${END_MS} FROM n`;
  yield `${each} INSERT INTO link
      (id, token_hash, purpose, email, role, organisation_id, created_at_ms, expires_at_ms)
    SELECT 'link-' || i, 'link-hash-' || i, 'invitation', '', 'viewer', 'org-' || (i / 2), ${BEGIN_MS}, ${END_MS + DAY_MS} FROM n`;
  yield `${series(1_000)} INSERT INTO unknown_device SELECT 'pbx', 'PJSIP/unknown-' || i, 1, 1, i FROM n`;
  const entries = auditOf(size);
  const atMs = `${BEGIN_MS} + CAST(i AS bigint) * ${Math.floor((END_MS - BEGIN_MS) / entries)}`;
  yield `${series(entries)} INSERT INTO audit (at_ms, organisation_id, actor_id, done_by, action, thing, thing_id, was, became)
    SELECT ${atMs}, ${organisationOf(size)}, 'account-' || (i % ${2 * organisations}),
      '{"actor":{"kind":"account","id":"account-1"}}', 'changed',
      CASE i % 20 WHEN 3 THEN 'endpoint' WHEN 10 THEN 'organisation' ELSE 'user' END, 'user-' || (i % ${USERS}),
      '{"email":"old@acme.example"}', '{"email":"new@acme.example"}' FROM n`;
}

/** Every tenth is the large one's. */
function organisationOf({ organisations }: Size): string {
  return `'org-' || CASE WHEN i % 10 = 0 THEN 0 ELSE 1 + (i * 7) % ${organisations - 1} END`;
}

/** One message in a hundred is a dead letter. */
function* log(size: Size, database: DatabaseName): Generator<string> {
  const calls = callsOf(size);
  const organisation = organisationOf(size);
  const atMs = `${BEGIN_MS} + CAST(i AS bigint) * ${Math.floor((END_MS - BEGIN_MS) / calls)}`;
  const outcome = `CASE WHEN i % 100 = 10 OR i % 100 = 77 THEN 'dead' ELSE 'delivered' END`;
  const state = `CASE seq WHEN 1 THEN 'EARLY' WHEN 2 THEN 'CONFIRMED' ELSE 'TERMINATED' END`;
  const event = `'"timestamp":"2026-11-23T00:00:00.000+00:00","direction":"INCOMING","local_email":"user-' || (i / 10 % ${USERS}) ||
    '@acme.example","local_user_id":"user-' || (i / 10 % ${USERS}) ||
    '","local_number":"+358942721001","device_type":"SOFT","remote_number":"+35840' || (1000000 + i) || '"'`;
  yield `${series(calls)} INSERT INTO lane (organisation_id, endpoint_id, call_id, last_seq)
    SELECT ${organisation}, 'crm', 'call-' || i, 3 FROM n`;
  yield `${series(calls)} INSERT INTO message
      (id, lane_id, organisation_id, seq, body, created_at_ms, outcome, attempts, finished_at_ms)
    SELECT 'msg-' || i || '-' || seq, 1 + i, ${organisation}, seq,
      '{"seq_num":' || seq || ',"call_id":"call-' || i || '","branch_id":"branch-' || i || '.","state":"' || ${state} || '",' || ${event} || '}',
      ${atMs} + 300 * seq, ${outcome}, 1, ${atMs} + 300 * seq + 50
    FROM n CROSS JOIN (SELECT 1 AS seq UNION ALL SELECT 2 UNION ALL SELECT 3) AS three ORDER BY i, seq`;
  yield `INSERT INTO attempt (message_id, number, started_at_ms, duration_ms, outcome, status_code)
    SELECT id, 1, created_at_ms, 40, 'delivered', 204 FROM message`;
  // What nobody asked for: a step of each call of the last week, and a call in ten that was not reported.
  yield `${series(calls)} INSERT INTO trail (organisation_id, call_id, branch_id, state, at_ms, begins, entry)
    SELECT ${organisation}, CASE WHEN i % 100 < 90 THEN 'call-' ELSE 'untold-' END || i, 'branch-' || i || '.', 0, ${atMs}, 1,
      '{"e":{' || ${event} || '},"no":[["crm",["EARLY"]]]}'
    FROM n WHERE i > ${Math.floor(calls * 0.77)}`;
  const slots = database === 'SQLite' ? `'[0,0,0,1,5,3]'` : `'{0,0,0,1,5,3}'`;
  yield `${series(calls)} INSERT INTO statistic
      (organisation_id, endpoint_id, at_ms, delivered, failed, expired, dead, latencies)
    SELECT ${organisation}, 'crm', (${atMs}) / 600000 * 600000, 1, 0, 0, 0, ${slots} FROM n WHERE true
    ON CONFLICT DO NOTHING`;
}
