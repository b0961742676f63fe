/**
 * How long a person waits for a page of messages or calls when the organisation has a million messages: a real Chromium, the real
 * `callhook serve`, the clock from the address entered to the last row shown.
 *
 * `node bench/portal.ts SQLite 1000000` runs it alone, on one database.
 */
import { join as pathOf } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { openDatabase } from '../src/store/sqlite/database.ts';
import { hasChromium, openPage, settled } from '../test/support/browser.ts';
import { makeFolder, run, start, write, type Owner } from '../test/support/callhook-process.ts';
import { join } from '../test/support/portal.ts';
import { query, startPostgres } from '../test/support/postgres.ts';
import { quantile } from './figures.ts';
import { callsOf, END_MS, filling, type DatabaseName, type Size } from './filling.ts';

/** Of two organisations, nine tenths of all messages are this one's. */
const ORGANISATION = 'org-1';
/** What a page may take. */
const MOST_MS = 1_000;
const ROUNDS = 10;
const DAY_MS = 86_400_000;
/** The key that the filling is sealed with. */
const KEY = { CALLHOOK_KEY: Buffer.alloc(32).toString('base64') };

export async function benchPortal(
  messages: number,
  databases: readonly DatabaseName[] = ['SQLite', 'PostgreSQL'],
): Promise<void> {
  if (!hasChromium) {
    console.log('\nThe portal: left out, for there is no Chromium (`apt-get install chromium`)');
    return;
  }
  for (const database of databases) {
    console.log(
      `\nThe portal on ${database}, an organisation of ${messages.toLocaleString('en')} messages ` +
        `(from the address to the last row in Chromium; p50 and longest of ${ROUNDS}, ms)`,
    );
    const tidying: (() => unknown)[] = [];
    try {
      await measure({ after: (tidy) => tidying.push(tidy) }, database, messages);
    } finally {
      for (const tidy of tidying.toReversed()) await tidy();
    }
  }
}

async function measure(owner: Owner, database: DatabaseName, messages: number): Promise<void> {
  const size = { organisations: 2, messages: Math.ceil(messages / 0.9) };
  const folder = makeFolder(owner);
  write(folder, 'callhook.toml', 'api_port = 0\n');
  const env = await filled(owner, folder, database, size);
  const running = start(owner, folder, ['serve'], env);
  const { api: url } = JSON.parse(await running.said('callhook serves')) as { api: string };
  const page = await openPage(owner);
  const account = { email: 'a@example.org', role: 'administrator', organisation: ORGANISATION } as const;
  await join(owner, page, { folder, url, env, ...account });

  const slow: string[] = [];
  for (const [name, address] of Object.entries(questions(size))) {
    const took: number[] = [];
    for (let nth = 0; nth < ROUNDS; nth += 1) {
      const began = performance.now();
      await page.goto(`${url}/o/${ORGANISATION}/${address(nth)}`);
      await whole(page);
      took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    if (took.at(-1)! > MOST_MS) slow.push(name);
    print(name, took);
  }
  print('messages, the next page', await nextPages(page, url));
  console.log(`  longer than ${MOST_MS} ms: ${slow.length === 0 ? 'none' : slow.join('; ')}`);
}

function print(name: string, sorted: readonly number[]): void {
  const [p50, longest] = [quantile(sorted, 0.5), sorted.at(-1)!].map((ms) => ms.toFixed(0).padStart(6));
  console.log(`  ${name.padEnd(32)} ${p50} ${longest}`);
}

/** @returns what a process of the command needs in its environment */
async function filled(
  owner: Owner,
  folder: string,
  database: DatabaseName,
  size: Size,
): Promise<Record<string, string>> {
  // A phone system that is not there would only be in the way.
  const statements = [...filling(size, database), 'DELETE FROM device', 'DELETE FROM source'];
  if (database === 'SQLite') {
    await run(owner, folder, ['migrate'], KEY);
    const db = openDatabase(pathOf(folder, 'callhook.db'));
    db.exec('PRAGMA synchronous = OFF');
    for (const sql of statements) db.exec(sql);
    db.exec('ANALYZE');
    db.close();
    return KEY;
  }
  const postgres = await startPostgres({ fsync: false });
  owner.after(() => postgres.stop());
  const env = { ...KEY, CALLHOOK_DATABASE: await postgres.newDatabase() };
  await run(owner, folder, ['migrate'], env);
  for (const sql of statements) await query(env.CALLHOOK_DATABASE, sql);
  await query(env.CALLHOOK_DATABASE, 'VACUUM ANALYZE');
  return env;
}

/** Addresses below the organisation's, another one in each round where there is another. */
function questions(size: Size): Record<string, (nth: number) => string> {
  const day = (nth: number) => new Date(END_MS - (nth + 1) * DAY_MS).toISOString();
  // Not one of the other organisation's, which has every tenth.
  const call = (nth: number) => `call-${10 * Math.floor((nth * callsOf(size)) / 10 / ROUNDS) + 3}`;
  const messages = (filter: (nth: number) => Record<string, string>) => (nth: number) =>
    `messages?${new URLSearchParams(filter(nth)).toString()}`;
  return {
    overview: () => '',
    messages: messages(() => ({})),
    'messages that were delivered': messages(() => ({ outcome: 'delivered' })),
    'messages that failed': messages(() => ({ outcome: 'dead' })),
    'messages of one state': messages(() => ({ state: 'TERMINATED' })),
    'messages to one endpoint': messages(() => ({ endpoint: 'crm' })),
    'messages of one user': messages((nth) => ({ user: `user-${nth}` })),
    'messages of one call': messages((nth) => ({ call: call(nth) })),
    'messages of one day': messages((nth) => ({ from: day(nth), to: day(nth - 1) })),
    'messages, search of a number': messages((nth) => ({ text: `+35840100${nth}00${nth}` })),
    'messages, search of what is not there': messages(() => ({ text: '+358 99 999' })),
    'failed messages of a user': messages((nth) => ({ outcome: 'dead', user: `user-${nth}` })),
    'one message': (nth) => `messages/msg-${call(nth).slice('call-'.length)}-2`,
    calls: () => 'calls',
    'one call': (nth) => `calls/${call(nth)}`,
    'not reported': () => 'calls/not-reported',
    endpoints: () => 'endpoints',
    'one endpoint': () => 'endpoints/crm',
  };
}

/** There is nothing left to wait for. */
async function whole(page: Page): Promise<void> {
  await settled(page);
  await page.locator('main :is(tbody tr, li, p, dd)').last().waitFor();
}

/** In ms, sorted. */
async function nextPages(page: Page, url: string): Promise<number[]> {
  await page.goto(`${url}/o/${ORGANISATION}/messages`);
  await whole(page);
  const took: number[] = [];
  for (let nth = 0; nth < ROUNDS; nth += 1) {
    const rows = await page.locator('tbody tr').count();
    const began = performance.now();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.locator('tbody tr').nth(rows).waitFor();
    took.push(performance.now() - began);
  }
  return took.toSorted((a, b) => a - b);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , database, messages = '1000000'] = process.argv;
  const only = database === undefined ? undefined : [database as DatabaseName];
  await benchPortal(Number(messages), only);
}
