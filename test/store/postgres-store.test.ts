/** The shared store keeps the store's contract, one node alone. What many nodes show: postgres-nodes.test.ts. */
import { needsPostgres } from '../support/needs.ts';
import { openAlone, openBeside } from '../support/postgres-stores.ts';
import { feedContract } from './feed-contract.ts';
import { logContract } from './log-contract.ts';
import { storeContract, type Backend } from './store-contract.ts';

const backend: Backend = {
  name: 'PostgreSQL',
  needs: needsPostgres(),
  open: openAlone,
  async reopen(store) {
    await store.close();
    return openBeside(store);
  },
};

storeContract(backend);
logContract(backend);
feedContract(backend);
