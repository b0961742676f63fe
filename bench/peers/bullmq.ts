/** BullMQ, in Redis or in PostgreSQL. https://docs.bullmq.io/guide/going-to-production, .../guide/postgresql */
import { createPostgresBackend, Queue, runMigrations, withBackend, Worker } from 'bullmq';
import { Client } from 'pg';
import { CONCURRENCY } from '../raw-undici.ts';
import { startDurablePostgres } from './durable-postgres.ts';
import type { Contender, Job, Peer } from './peer.ts';
import { startRedis } from './redis.ts';

const QUEUE = 'deliver';

/**
 * Completed jobs go at once; by default they stay for ever. Keeping the last hundred costs nothing in Redis, but in
 * PostgreSQL workers that trim them at the same time run into deadlocks.
 */
const WORKER = { removeOnComplete: { count: 0 }, concurrency: CONCURRENCY, autorun: false };

/** What Redis loses in a crash: nothing that it acknowledged, or all since its last snapshot. */
const PERSISTENCE = {
  durable: { name: 'appendfsync always', options: ['--appendonly', 'yes', '--appendfsync', 'always'] },
  default: { name: 'default snapshots', options: [] },
};

export function bullmqOnRedis(persistence: keyof typeof PERSISTENCE): Contender {
  const { name, options } = PERSISTENCE[persistence];
  return {
    name: `BullMQ, Redis with ${name}`,
    async open(deliver) {
      const redis = await startRedis(options);
      const connection = { host: '127.0.0.1', port: redis.port };
      const queue = new Queue<Job>(QUEUE, { connection });
      const worker = () => new Worker<Job>(QUEUE, ({ data }) => deliver(data), { connection, ...WORKER });
      return peer(queue, worker, redis);
    },
  };
}

export function bullmqOnPostgres(): Contender {
  return {
    name: 'BullMQ, PostgreSQL',
    async open(deliver) {
      const postgres = await startDurablePostgres();
      await migrate(postgres.url);
      const { Queue: PgQueue, Worker: PgWorker } = withBackend(createPostgresBackend);
      // "Give each backend enough pool connections for its concurrency."
      const connection = { connectionString: postgres.url, max: CONCURRENCY };
      const queue = new PgQueue<Job>(QUEUE, { connection });
      const worker = () => new PgWorker<Job>(QUEUE, ({ data }) => deliver(data), { connection, ...WORKER });
      return peer(queue, worker, postgres);
    },
  };
}

interface AnyQueue {
  addBulk(jobs: { name: string; data: Job }[]): Promise<unknown>;
  close(): Promise<void>;
}

interface AnyWorker {
  run(): Promise<void>;
  close(): Promise<void>;
}

function peer(queue: AnyQueue, createWorker: () => AnyWorker, server: { stop(): Promise<void> }): Peer {
  let worker: AnyWorker | undefined;
  return {
    async enqueue(jobs) {
      await queue.addBulk(jobs.map((data) => ({ name: QUEUE, data })));
    },
    async work() {
      worker = createWorker();
      void worker.run();
    },
    async rest() {
      await worker?.close();
    },
    async close() {
      await queue.close();
      await server.stop();
    },
  };
}

async function migrate(url: string): Promise<void> {
  const client = new Client(url);
  await client.connect();
  await runMigrations(client);
  await client.end();
}
