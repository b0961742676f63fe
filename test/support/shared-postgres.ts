/** One PostgreSQL for all tests of a file, started when the first of them asks, ended with the last. */
import { after, type TestContext } from 'node:test';
import { anyPostgres, dropDatabase, type AnyPostgres } from './postgres.ts';

let shared: Promise<AnyPostgres> | undefined;

after(async () => (await shared)?.stop());

/** An empty database of the shared server, dropped after the test. @returns its connection string */
export async function freshDatabase(t: TestContext): Promise<string> {
  shared ??= anyPostgres();
  const postgres = await shared;
  const database = await postgres.newDatabase();
  t.after(() => dropDatabase(postgres.url, database));
  return database;
}
