/**
 * The neighbours on the same road: Node's job queues doing the same deliveries as delivery.ts, each tuned as its own
 * documentation says. They are general queues and keep no order between the messages of a call; what they show is
 * what a durable queue around a POST costs on this machine.
 *
 *     node bench/peers.ts [--once] [NAME...]    # --once: few jobs, so that it cannot rot; NAME: only those
 */
import { bullmqOnPostgres, bullmqOnRedis } from './peers/bullmq.ts';
import { graphileWorker } from './peers/graphile-worker.ts';
import { measure } from './peers/measure.ts';
import { pgBoss } from './peers/pg-boss.ts';
import { hasRedis } from './peers/redis.ts';
import { CONCURRENCY, rawUndici } from './raw-undici.ts';
import { startReceiver } from './receiver-process.ts';

const once = process.argv.includes('--once');
const names = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const jobs = once ? 500 : 20_000;

const contenders = [
  graphileWorker({ localQueue: false }),
  graphileWorker({ localQueue: true }),
  pgBoss(),
  bullmqOnPostgres(),
  ...(hasRedis() ? [bullmqOnRedis('durable'), bullmqOnRedis('default')] : []),
];

const receiver = await startReceiver();
try {
  console.log(`Neighbours (${jobs.toLocaleString('en')} POSTs over TLS, ${CONCURRENCY} at once)`);
  // Not counted: the first ones of a process are half as fast, until its code is compiled.
  if (!once) await rawUndici(receiver.url, receiver.cert, 3 * jobs);
  for (const contender of contenders) {
    if (names.length > 0 && !names.some((name) => contender.name.includes(name))) continue;
    await measure(contender, receiver, jobs);
  }
  if (!hasRedis())
    console.log('  BullMQ on Redis: skipped, needs redis-server (`apt-get install redis-server`)');
} finally {
  receiver.stop();
}
