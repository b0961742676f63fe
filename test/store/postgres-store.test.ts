/** The shared store keeps the store's contract, one node alone. */
import { after } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { anyPostgres } from '../support/postgres.ts';
import { openTestPostgres } from '../support/store.ts';
import { storeContract } from './store-contract.ts';

const postgres = await anyPostgres();
after(() => postgres.stop());

const urls = new Map<Store, string>();

async function openAt(url: string): Promise<Store> {
  const store = await openTestPostgres(url);
  urls.set(store, url);
  return store;
}

storeContract({
  name: 'PostgreSQL',
  open: async () => openAt(await postgres.newDatabase()),
  reopen: async (store) => {
    await store.close();
    return openAt(urls.get(store)!);
  },
});
