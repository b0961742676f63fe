/** The directory on the embedded store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { openTestStore } from '../support/store.ts';
import { directoryContract } from './directory-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'callhook-directory-'));
after(() => rmSync(folder, { recursive: true }));

const paths = new Map<Store, string>();
let count = 0;

function openAt(path: string): Store {
  const store = openTestStore(path);
  paths.set(store, path);
  return store;
}

directoryContract({
  name: 'SQLite',
  open: async () => openAt(join(folder, `${(count += 1)}.db`)),
  openAgain: async (store) => openAt(paths.get(store)!),
  async select(store, sql) {
    const db = new DatabaseSync(paths.get(store)!, { readOnly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  },
  numRuns: 300,
});
