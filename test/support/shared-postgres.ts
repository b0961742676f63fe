/** One PostgreSQL for all tests of a file, started when the first of them asks, ended with the last. */
import { after, type TestContext } from 'node:test';
import { anyPostgres, dropDatabase, type AnyPostgres } from './postgres.ts';

let shared: Promise<AnyPostgres> | undefined;

after(async () => (await shared)?.stop());

/** An empty database of the shared server, gone with the server. @returns its connection string */
export async function newDatabase(): Promise<string> {
  shared ??= anyPostgres();
  return (await shared).newDatabase();
}

/** One that is dropped after the test. */
export async function freshDatabase(t: TestContext): Promise<string> {
  const database = await newDatabase();
  t.after(async () => dropDatabase((await shared)!.url, database));
  return database;
}
