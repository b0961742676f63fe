/** Stores on databases of the PostgreSQL that the tests of a file share. */
import type { Store } from '../../src/store/store.ts';
import { query } from './postgres.ts';
import { newDatabase } from './shared-postgres.ts';
import { openTestPostgres } from './store.ts';

const databases = new WeakMap<Store, string>();

/** A node alone on an empty database. */
export async function openAlone(): Promise<Store> {
  return openAt(await newDatabase());
}

/** Another node on the same database. */
export function openBeside(store: Store): Promise<Store> {
  return openAt(databaseOf(store));
}

export function databaseOf(store: Store): string {
  return databases.get(store)!;
}

/** The rows of one statement on a store's database. */
export function select(store: Store, sql: string): Promise<Record<string, unknown>[]> {
  return query(databaseOf(store), sql);
}

async function openAt(database: string): Promise<Store> {
  const store = await openTestPostgres(database);
  databases.set(store, database);
  return store;
}
