/** Accounts on the embedded store. */
import { mkdtempSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Store } from '../../src/store/store.ts';
import { delayed, openTestStore } from '../support/store.ts';
import { accountsContract } from './accounts-contract.ts';

const folder = mkdtempSync(join(tmpdir(), 'callhook-accounts-'));
after(() => rmSync(folder, { recursive: true }));

const paths = new Map<Store, string>();
let count = 0;

for (const [name, wrap] of [
  ['SQLite', (store: Store) => store],
  ['SQLite with slow calls', delayed],
] as const) {
  accountsContract({
    name,
    async open() {
      const path = join(folder, `${(count += 1)}.db`);
      const store = wrap(openTestStore(path));
      paths.set(store, path);
      return store;
    },
    async execute(store, sql) {
      const db = new DatabaseSync(paths.get(store)!);
      try {
        db.exec(sql);
      } finally {
        db.close();
      }
    },
  });
}
