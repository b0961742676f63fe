/**
 * Runs every benchmark and prints its figures. `--once` runs each on little data, so that they cannot rot.
 * How to read them: bench/README.md.
 */
import { benchBacklog } from './backlog.ts';
import { benchDecoding } from './decoding.ts';
import { benchDelivery } from './delivery.ts';
import { benchDirectory } from './directory.ts';
import { benchHttpIngest } from './http-ingest.ts';
import { benchManyEndpoints } from './many-endpoints.ts';
import { benchOverview } from './overview.ts';
import { benchPortal } from './portal.ts';
import { benchPostgres } from './postgres.ts';

const once = process.argv.includes('--once');

await benchDecoding({ rounds: once ? 2 : 20 });
await benchHttpIngest({ events: once ? 2_000 : 100_000 });
await benchDelivery({ messages: once ? 500 : 20_000, seconds: once ? 1 : 15 });
await benchPostgres({ messages: once ? 500 : 20_000 });
await benchManyEndpoints(once ? { endpoints: 100, seconds: 2 } : { endpoints: 10_000, seconds: 20 });
await benchBacklog(once ? 3_000 : 1_000_000);
await benchDirectory(
  once ? { organisations: 100, messages: 3_000 } : { organisations: 10_000, messages: 1_000_000 },
);
await benchOverview(
  once ? { organisations: 100, pending: 3_000 } : { organisations: 10_000, pending: 1_000_000 },
);
await benchPortal(once ? 3_000 : 1_000_000);
