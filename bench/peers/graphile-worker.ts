/**
 * Graphile Worker, in PostgreSQL. A job is taken by one statement and deleted by another; with its local queue and
 * batched completion, hundreds at a time. https://worker.graphile.org/docs/performance
 */
import { Logger, makeWorkerUtils, run, type Runner, type TaskList } from 'graphile-worker';
import { CONCURRENCY } from '../raw-undici.ts';
import { startDurablePostgres } from './durable-postgres.ts';
import type { Contender, Job } from './peer.ts';

const TASK = 'deliver';

/** @param localQueue false takes and completes each job by itself, as it does unless told otherwise */
export function graphileWorker({ localQueue }: { localQueue: boolean }): Contender {
  return {
    name: localQueue ? 'Graphile Worker, local queue' : 'Graphile Worker, plain',
    async open(deliver) {
      const postgres = await startDurablePostgres();
      const preset = {
        worker: {
          connectionString: postgres.url,
          logger: new Logger(() => () => {}),
          concurrentJobs: CONCURRENCY,
          // "We recommend setting it to 10 or concurrentJobs + 2, whichever is larger."
          maxPoolSize: CONCURRENCY + 2,
          // What its performance page measured its best figures with.
          ...(localQueue && { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }),
        },
      };
      const utils = await makeWorkerUtils({ preset });
      await utils.migrate();
      const taskList: TaskList = { [TASK]: (payload) => deliver(payload as Job) };
      let runner: Runner | undefined;
      return {
        async enqueue(jobs) {
          await utils.addJobs(jobs.map((payload) => ({ identifier: TASK, payload })));
        },
        async work() {
          runner = await run({ preset, taskList, noHandleSignals: true });
        },
        async rest() {
          await runner?.stop();
        },
        async close() {
          await utils.release();
          await postgres.stop();
        },
      };
    },
  };
}
