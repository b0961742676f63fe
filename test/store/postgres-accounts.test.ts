/** Accounts on the shared store. */
import { needsPostgres } from '../support/needs.ts';
import { openAlone, select } from '../support/postgres-stores.ts';
import { accountsContract } from './accounts-contract.ts';

accountsContract({
  name: 'PostgreSQL',
  needs: needsPostgres(),
  open: openAlone,
  async execute(store, sql) {
    await select(store, sql);
  },
});
