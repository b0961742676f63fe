/** The directory on the shared store. */
import { needsPostgres } from '../support/needs.ts';
import { openAlone, openBeside, select } from '../support/postgres-stores.ts';
import { directoryContract } from './directory-contract.ts';

directoryContract({
  name: 'PostgreSQL',
  needs: needsPostgres(),
  open: openAlone,
  openAgain: openBeside,
  select,
  numRuns: 60,
});
