/** A second node for postgres.ts: delivers what another process ingests, until it is killed. */
import { startPipeline } from './pipeline.ts';

const [database, url, cert] = process.argv.slice(2) as [string, string, string];
await startPipeline(database, url, cert);
process.send?.('ready');
