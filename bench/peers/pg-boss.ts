/** pg-boss, in PostgreSQL: takes jobs in batches and completes each batch together. https://pgboss.io */
import { PgBoss, type JobResult } from 'pg-boss';
import { startDurablePostgres } from './durable-postgres.ts';
import type { Contender, Job } from './peer.ts';

const QUEUE = 'deliver';

/**
 * Two batches of 500: while one is fetched or completed, the POSTs of the other go on. Measured: 64 jobs a batch are
 * half as fast, four workers no faster.
 */
const BATCHES = { batchSize: 500, localConcurrency: 2 };

export function pgBoss(): Contender {
  return {
    name: 'pg-boss',
    async open(deliver) {
      const postgres = await startDurablePostgres();
      // Listening wakes the worker at once; by polling alone a new job would wait for half a second.
      const boss = new PgBoss({ connectionString: postgres.url, useListenNotify: true });
      boss.on('error', (error) => console.error(error));
      await boss.start();
      await boss.createQueue(QUEUE, { notify: true });
      return {
        async enqueue(jobs) {
          await boss.insert(
            QUEUE,
            jobs.map((data) => ({ data })),
          );
        },
        async work() {
          const options = {
            ...BATCHES,
            // Fetches without a pause as long as batches come back full.
            burstWhenBatchFull: true,
            pollingIntervalSeconds: 0.5,
            notifyPollingIntervalSeconds: 0.5,
            // One POST that fails must not bring its whole batch back; costs nothing.
            perJobResults: true,
          } as const;
          await boss.work<Job, void, typeof options>(QUEUE, options, (jobs) =>
            Promise.all(jobs.map((job) => settle(job, deliver))),
          );
        },
        async rest() {
          await boss.offWork(QUEUE);
        },
        async close() {
          await boss.stop({ graceful: false });
          await postgres.stop();
        },
      };
    },
  };
}

async function settle(
  { id, data }: { id: string; data: Job },
  deliver: (job: Job) => Promise<void>,
): Promise<JobResult> {
  try {
    await deliver(data);
    return { id, status: 'completed' };
  } catch (error) {
    return { id, status: 'failed', output: String(error) };
  }
}
