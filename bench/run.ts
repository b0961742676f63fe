/**
 * Runs every benchmark and prints its figures. `--once` runs each on little data, so that they cannot rot.
 * How to read them: bench/README.md.
 */
import { benchDecoding } from './decoding.ts';
import { benchDelivery } from './delivery.ts';

const once = process.argv.includes('--once');

await benchDecoding({ rounds: once ? 2 : 20 });
await benchDelivery({ messages: once ? 500 : 20_000, seconds: once ? 1 : 15 });
