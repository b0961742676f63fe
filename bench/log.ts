/**
 * Pages of the log, where 10,000 organisations have a million messages between them; one of them has a tenth of all. How
 * long each takes at the store, for that one and for the others.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../src/store/sqlite/database.ts';
import type { Store } from '../src/store/store.ts';
import { query, startPostgres } from '../test/support/postgres.ts';
import { SEALED_BEFORE } from '../test/support/sealed-before.ts';
import { openTestPostgres, openTestStore } from '../test/support/store.ts';
import { quantile } from './figures.ts';

export interface LogSize {
  organisations: number;
  messages: number;
}

const DAY_MS = 86_400_000;
const END_MS = Date.parse('2026-11-23T00:00:00Z');
const BEGIN_MS = END_MS - 30 * DAY_MS;
const ROUNDS = 30;
const USERS = 10;

export async function benchLog(size: LogSize): Promise<void> {
  const { organisations, messages } = size;
  console.log(
    `\nLog (${messages.toLocaleString('en')} messages of ${organisations.toLocaleString('en')} organisations; p50 and worst of ${ROUNDS}, ms)`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'callhook-log-'));
  try {
    const path = join(folder, 'log.db');
    const db = openDatabase(path);
    db.exec('PRAGMA synchronous = OFF');
    for (const sql of filling(size, `x'${SEALED_BEFORE.endpointSecret}'`)) db.exec(sql);
    db.close();
    await measure('SQLite', openTestStore(path), size);
  } finally {
    rmSync(folder, { recursive: true });
  }
  const postgres = await startPostgres({ fsync: false });
  try {
    const database = await postgres.newDatabase();
    await (await openTestPostgres(database)).close();
    for (const sql of filling(size, `'\\x${SEALED_BEFORE.endpointSecret}'`)) await query(database, sql);
    await query(database, 'ANALYZE');
    await measure('PostgreSQL', await openTestPostgres(database), size);
  } finally {
    await postgres.stop();
  }
}

async function measure(name: string, store: Store, { organisations, messages }: LogSize): Promise<void> {
  const calls = Math.ceil(messages / 3);
  const some = (nth: number) => `org-${1 + ((nth * 7_919) % (organisations - 1))}`;
  const page = { limit: 50 };
  const questions: [string, (organisation: string, nth: number) => Promise<unknown>][] = [
    ['messages, first page', (id) => store.log.messages(id, {}, page)],
    ['messages of one user', (id) => store.log.messages(id, { localUserId: 'user-3' }, page)],
    ['dead letters', (id) => store.log.messages(id, { outcome: 'dead' }, page)],
    ['one day, three weeks ago', (id) => store.log.messages(id, DAY, page)],
    ['search that finds nothing', (id) => store.log.messages(id, { text: '+358 99 999' }, page)],
    ['calls, first page', (id) => store.log.calls(id, {}, page)],
    ['calls not reported', (id) => store.log.calls(id, { result: 'not reported' }, page)],
    ['what endpoints did not get', (id) => store.log.notReported(id, {}, page)],
    ['how endpoints are', (id) => store.health.endpoints(id)],
    [
      'one call',
      (_, nth) => store.log.call('org-0', `call-${10 * ((nth * 7_919) % Math.floor(calls / 10))}`),
    ],
    ['figures of 30 days', (id) => store.log.statistics(id, MONTH)],
  ];
  for (const [question, ask] of questions) {
    const took = [await rounds((nth) => ask(some(nth), nth)), await rounds((nth) => ask('org-0', nth))];
    console.log(`  ${name.padEnd(11)} ${question.padEnd(28)} ${took.map(words).join('    largest ')}`);
  }
  await store.close();
}

const DAY = { fromMs: BEGIN_MS + 9 * DAY_MS, toMs: BEGIN_MS + 10 * DAY_MS };
const MONTH = { fromMs: BEGIN_MS, toMs: END_MS, stepMs: 3_600_000 };

async function rounds(ask: (nth: number) => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    const began = performance.now();
    await ask(nth);
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b);
}

function words(took: readonly number[]): string {
  return [quantile(took, 0.5), took.at(-1)!].map((ms) => ms.toFixed(1).padStart(6)).join(' ');
}

/** The same statements for both databases. Each call has three messages; one in a hundred is a dead letter. */
function* filling({ organisations, messages }: LogSize, secret: string): Generator<string> {
  const calls = Math.ceil(messages / 3);
  const series = (last: number) =>
    `WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${last - 1})`;
  const organisation = `'org-' || CASE WHEN i % 10 = 0 THEN 0 ELSE 1 + (i * 7) % ${organisations - 1} END`;
  const atMs = `${BEGIN_MS} + CAST(i AS bigint) * ${Math.floor((END_MS - BEGIN_MS) / calls)}`;
  const outcome = `CASE WHEN i % 100 = 10 OR i % 100 = 77 THEN 'dead' ELSE 'delivered' END`;
  const state = `CASE seq WHEN 1 THEN 'EARLY' WHEN 2 THEN 'CONFIRMED' ELSE 'TERMINATED' END`;
  const event = `'"timestamp":"2026-11-23T00:00:00.000+00:00","direction":"INCOMING","local_email":"user-' || (i / 10 % ${USERS}) ||
    '@acme.example","local_user_id":"user-' || (i / 10 % ${USERS}) ||
    '","local_number":"+358942721001","device_type":"SOFT","remote_number":"+35840' || (1000000 + i) || '"'`;
  yield `${series(organisations)} INSERT INTO organisation SELECT 'org-' || i, 'Organisation', 'FI', '{}' FROM n`;
  yield `${series(organisations)} INSERT INTO endpoint (organisation_id, id, url, states, delivery, secret)
    SELECT 'org-' || i, 'crm', 'https://crm.acme.example', '["EARLY"]', '{}', ${secret} FROM n`;
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
  yield `${series(calls)} INSERT INTO statistic
      (organisation_id, endpoint_id, at_ms, delivered, failed, expired, dead, latencies)
    SELECT ${organisation}, 'crm', (${atMs}) / 600000 * 600000, 1, 0, 0, 0, ${slots(secret)} FROM n WHERE true
    ON CONFLICT DO NOTHING`;
}

/** How a list of numbers is written in this database, which the way of writing bytes tells. */
function slots(secret: string): string {
  return secret.startsWith('x') ? `'[0,0,0,1,5,3]'` : `'{0,0,0,1,5,3}'`;
}
