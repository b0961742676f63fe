/**
 * The overview in a thread of its own, with a connection of its own, so that no delivery waits while a long backlog is
 * counted. This file is both sides: what asks, and, as the thread's entry, what answers.
 */
import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { prepareOverview, type OverviewReader } from './overview.ts';

type Asked = keyof OverviewReader;

/**
 * @param path of the database file
 * @param what to read, and of which organisation. Rejects with what the database said
 */
export function overviewAside<What extends Asked>(
  path: string,
  what: What,
  ...given: Parameters<OverviewReader[What]>
): Promise<ReturnType<OverviewReader[What]>> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { overviewOf: path, what, given } });
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('the overview ended without an answer')));
  });
}

if (!isMainThread && typeof workerData === 'object' && workerData !== null && 'overviewOf' in workerData) {
  const { overviewOf, what, given } = workerData as { overviewOf: string; what: Asked; given: [never] };
  const db = new DatabaseSync(overviewOf, { readOnly: true, timeout: 5_000 });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, no window
  parentPort?.postMessage(prepareOverview(db)[what](...given));
  db.close();
}
