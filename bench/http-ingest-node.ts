/** A node for http-ingest.ts: takes events and delivers nothing, until it is killed. */
import { createApi, listen } from '../src/api/server.ts';
import { DEFAULTS, healthRulesOf } from '../src/config/connector-config.ts';
import { SharedIngest } from '../src/ingest/shared-ingest.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { createLogger } from '../src/runtime/logger.ts';
import { createPasswordHasher } from '../src/runtime/password-hash.ts';
import { HttpSources } from '../src/source/http-ingest/run.ts';
import { openStore } from '../src/store/open-store.ts';
import { INSTALLATION } from '../test/support/api.ts';
import { fill } from '../test/support/http-ingest.ts';
import { NO_WAY_OUT } from '../test/support/no-way-out.ts';
import { KEYS } from '../test/support/store.ts';

const [database = ':memory:'] = process.argv.slice(2);
const store = await openStore(database, KEYS.secrets, healthRulesOf(DEFAULTS), { connections: 10 });
await fill(store);
const log = createLogger('silent');
const ingest = new SharedIngest({ store, ids: KEYS.ids, clock: systemClock, log, committed: () => {} });
const sources = new HttpSources({ directory: store.directory, heard: () => {} });
const metrics = { text: async () => '', contentType: 'text/plain' };
const health = { databaseProblem: () => undefined, sources: () => new Map(), metrics };
const context = {
  store,
  clock: systemClock,
  log,
  ...NO_WAY_OUT,
  passwords: createPasswordHasher(),
  fingerprint: KEYS.fingerprint,
  publicUrl: '',
  installation: INSTALLATION,
};
const api = createApi({ health, events: { sources, ingest, clock: systemClock, log }, context });
process.send?.(await listen(api, '127.0.0.1', 0));
