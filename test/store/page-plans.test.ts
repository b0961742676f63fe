/**
 * How the databases find the pages of the directory, the accounts, the audit and the log: each statement that a page asks is
 * explained by the database itself. The questions are those of the benchmark (bench/directory.ts).
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { Client } from 'pg';
import { filling, type Size } from '../../bench/filling.ts';
import { accountQuestions, directoryQuestions, logQuestions, type Question } from '../../bench/pages.ts';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import type { Store } from '../../src/store/store.ts';
import { needsPostgres } from '../support/needs.ts';
import { query } from '../support/postgres.ts';
import { newDatabase } from '../support/shared-postgres.ts';
import { openTestPostgres, openTestStore } from '../support/store.ts';

const SIZE: Size = { organisations: 3, messages: 300 };
const TABLES = new Set(
  `organisation user user_number device function_number endpoint account session api_key link audit lane message attempt
   trail statistic`.split(/\s+/),
);
/** Of these a thousand are kept. */
const SMALL = /FROM unknown_device/;

/** A page of a longer list: to sort it would be to read the whole list. What it shows may be sorted, as a call's messages. */
function isPage(sql: string): boolean {
  return /ORDER BY [^()]* LIMIT \$\d+\s*$/.test(sql) && !SMALL.test(sql);
}

/** They count what waits, up to a bound. */
const COUNTS = new Set(['everything at a glance', 'all sources, all endpoints', 'how endpoints are']);

/** Asks everything that is a page. */
async function* askAll(store: Store): AsyncGenerator<Question> {
  for (const questions of [directoryQuestions, accountQuestions, logQuestions]) {
    for (const question of questions(store, SIZE)) {
      if (COUNTS.has(question.name)) continue;
      await question.ask('org-0', 1);
      yield question;
    }
  }
}

test('SQLite: no page reads a table from end to end or sorts more than it shows', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-plans-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'plans.db');
  const filled = openDatabase(path);
  for (const sql of filling(SIZE, 'SQLite')) filled.exec(sql);
  filled.close();
  const store = openTestStore(path);
  t.after(() => store.close());
  const asked = new Set<string>();
  for (const method of ['all', 'get'] as const) {
    const original = StatementSync.prototype[method] as (...values: unknown[]) => unknown;
    t.mock.method(StatementSync.prototype, method, function (this: StatementSync, ...values: unknown[]) {
      asked.add(this.sourceSQL.replace(/\?(\d+)/g, '$$$1'));
      return original.apply(this, values);
    });
  }
  const faults: string[] = [];
  let pages = 0;
  const db = new DatabaseSync(path, { readOnly: true });
  t.after(() => db.close());
  for await (const question of askAll(store)) {
    const statements = Array.from(asked);
    asked.clear();
    for (const sql of statements) {
      const explained = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
      const plan = explained.map(({ detail }) => detail);
      pages += Number(isPage(sql));
      const scanned = plan.filter((line) => {
        const [, table = ''] = /^SCAN (\w+)/.exec(line) ?? [];
        return TABLES.has(table) && !plan.includes(`CO-ROUTINE ${table}`);
      });
      const sorted = plan.filter((line) => line.includes('TEMP B-TREE FOR ORDER BY'));
      faults.push(...faultsOf(question, sql, { scanned, sorted }));
      // The other database has figures of what is in the tables, and may rightly find so few rows otherwise.
      const isBound = plan.some((line) => line.includes('organisation_id=?'));
      if (isPage(sql) && question.operators !== true && !isBound) {
        faults.push(`${question.name}: looks at all organisations: ${sql}`);
      }
    }
    asked.clear();
  }
  assert.ok(pages > 30);
  assert.deepEqual(faults, []);
});

test(
  'PostgreSQL: no page reads a table from end to end or sorts more than it shows',
  needsPostgres(),
  async (t) => {
    const database = await newDatabase();
    const store = await openTestPostgres(database);
    t.after(() => store.close());
    for (const sql of filling(SIZE, 'PostgreSQL')) await query(database, sql);
    await query(database, 'ANALYZE');
    const asked: { text: string; values: unknown[] }[] = [];
    const original = Client.prototype.query as (...given: unknown[]) => unknown;
    const mock = t.mock.method(Client.prototype, 'query', function (this: Client, ...given: unknown[]) {
      const [statement] = given;
      if (typeof statement === 'object' && statement !== null)
        asked.push(statement as (typeof asked)[number]);
      return original.apply(this, given);
    });
    const explainable: { question: Question; text: string; values: unknown[] }[] = [];
    for await (const question of askAll(store)) {
      explainable.push(...asked.splice(0).map((statement) => ({ question, ...statement })));
    }
    mock.mock.restore();
    const client = new Client(database);
    await client.connect();
    t.after(() => client.end());
    // So few rows are read from end to end by choice; without that, only where there is no index.
    await client.query('SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off');
    const faults: string[] = [];
    for (const { question, text, values } of explainable) {
      if (!/^\s*(SELECT|WITH)/.test(text)) continue;
      const { rows } = await client.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${text}`, values);
      const plan = rows.map((row) => row['QUERY PLAN']);
      const scanned = plan.filter((line) => TABLES.has(/Seq Scan on "?(\w+)/.exec(line)?.[1] ?? ''));
      const sorted = plan.filter((line) => line.includes('Sort '));
      faults.push(...faultsOf(question, text, { scanned, sorted }));
    }
    assert.ok(explainable.filter(({ text }) => isPage(text)).length > 30);
    assert.deepEqual(faults, []);
  },
);

function faultsOf(
  question: Question,
  sql: string,
  { scanned, sorted }: { scanned: readonly string[]; sorted: readonly string[] },
): string[] {
  const faults = [...scanned, ...(isPage(sql) ? sorted : [])];
  return faults.map((fault) => `${question.name}: ${fault.trim()}: ${sql}`);
}
