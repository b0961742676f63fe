/**
 * Every list, search and page of 10,000 organisations with ten users each and a million messages, on both databases: how long
 * the store takes, for the largest organisation and for others; and how much room a message and a call take.
 *
 * `node bench/directory.ts SQLite 10000 1000000` runs it alone, on one database.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../src/store/sqlite/database.ts';
import type { Store } from '../src/store/store.ts';
import { query, startPostgres } from '../test/support/postgres.ts';
import { openTestPostgres, openTestStore } from '../test/support/store.ts';
import { quantile } from './figures.ts';
import { filling, type DatabaseName, type Size } from './filling.ts';
import { accountQuestions, directoryQuestions, logQuestions, type Question } from './pages.ts';

/** What a page may take. */
const MOST_MS = 50;
const ROUNDS = 100;

export async function benchDirectory(
  size: Size,
  databases: readonly DatabaseName[] = ['SQLite', 'PostgreSQL'],
): Promise<void> {
  const [organisations, messages] = [size.organisations, size.messages].map((n) => n.toLocaleString('en'));
  for (const database of databases) {
    console.log(
      `\nPages on ${database} (${organisations} organisations, ${messages} messages; p50 and p99 of ${ROUNDS}, p99 of our CPU time, ms)`,
    );
    await (database === 'SQLite' ? onSqlite : onPostgres)(size);
  }
}

async function onSqlite(size: Size): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-directory-'));
  try {
    const path = join(folder, 'directory.db');
    const db = openDatabase(path);
    db.exec('PRAGMA synchronous = OFF');
    for (const sql of filling(size, 'SQLite')) db.exec(sql);
    db.close();
    await measure(openTestStore(path), size);
    const sized = openDatabase(path);
    const rows = sized.prepare(SQLITE_SIZES).all() as { name: string; bytes: number }[];
    const count = (name: string) => sized.prepare(`SELECT count(*) AS count FROM "${name}"`).get()!['count'];
    printSizes(rows.map((row) => ({ ...row, rows: Number(count(row.name)) })));
    sized.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function onPostgres(size: Size): Promise<void> {
  const postgres = await startPostgres({ fsync: false });
  try {
    const database = await postgres.newDatabase();
    await (await openTestPostgres(database)).close();
    for (const sql of filling(size, 'PostgreSQL')) await query(database, sql);
    await query(database, 'VACUUM ANALYZE');
    await measure(await openTestPostgres(database), size);
    const rows = await query(database, POSTGRES_SIZES);
    printSizes(
      rows.map(({ name, bytes, rows: n }) => ({ name: String(name), bytes: Number(bytes), rows: Number(n) })),
    );
  } finally {
    await postgres.stop();
  }
}

/** Tables with their indexes. */
const SQLITE_SIZES = `
  SELECT entry.tbl_name AS name, sum(dbstat.pgsize) AS bytes FROM dbstat
  JOIN sqlite_schema AS entry ON entry.name = dbstat.name WHERE entry.tbl_name NOT LIKE 'sqlite%' GROUP BY 1`;
const POSTGRES_SIZES = `
  SELECT relname AS name, pg_total_relation_size(oid) AS bytes, reltuples AS rows FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;

function printSizes(tables: readonly { name: string; bytes: number; rows: number }[]): void {
  const all = tables.reduce((sum, { bytes }) => sum + bytes, 0);
  const large = tables.filter(({ bytes }) => bytes > all / 200).toSorted((a, b) => b.bytes - a.bytes);
  console.log(`  room: ${Math.round(all / 1e6).toLocaleString('en')} MB; bytes a row, indexes included:`);
  for (const { name, bytes, rows } of large)
    console.log(`    ${name.padEnd(16)} ${Math.round(bytes / rows)}`);
}

async function measure(store: Store, size: Size): Promise<void> {
  const others = (nth: number) => `org-${1 + ((nth * 7_919) % (size.organisations - 1))}`;
  const slow: string[] = [];
  const took = async (name: string, ask: (nth: number) => Promise<unknown>) => {
    const { byClock, byCpu } = await rounds(ask);
    const worst = quantile(byClock, 0.99);
    if (worst > MOST_MS) slow.push(name);
    return [quantile(byClock, 0.5), worst, quantile(byCpu, 0.99)]
      .map((ms) => ms.toFixed(1).padStart(6))
      .join(' ');
  };
  const ask = async ({ name, ask: answer, operators }: Question) => {
    const words = [await took(name, (nth) => answer(others(nth), nth))];
    if (operators !== true) words.push(await took(name, (nth) => answer('org-0', nth)));
    console.log(`  ${name.padEnd(32)} ${words.join('   largest ')}`);
  };
  for (const questions of [directoryQuestions, accountQuestions, logQuestions]) {
    for (const question of questions(store, size)) await ask(question);
  }
  console.log(`  slower than ${MOST_MS} ms at p99: ${slow.length === 0 ? 'none' : slow.join('; ')}`);
  await store.close();
}

/** By the clock, and by the CPU time of this process, in which nothing is of other work on the machine. In ms, sorted. */
async function rounds(
  ask: (nth: number) => Promise<unknown>,
): Promise<Record<'byClock' | 'byCpu', number[]>> {
  const byClock: number[] = [];
  const byCpu: number[] = [];
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    const [began, cpu] = [performance.now(), process.cpuUsage()];
    await ask(nth);
    byClock.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    byCpu.push((user + system) / 1_000);
  }
  return { byClock: byClock.toSorted((a, b) => a - b), byCpu: byCpu.toSorted((a, b) => a - b) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [database, organisations, messages] = process.argv.slice(2);
  const size = { organisations: Number(organisations ?? 10_000), messages: Number(messages ?? 1_000_000) };
  await benchDirectory(size, database === undefined ? undefined : [database as DatabaseName]);
}
