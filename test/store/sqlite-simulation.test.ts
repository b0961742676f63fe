/** Thousands of schedules on the embedded store, whose one process crashes and starts again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import fc from 'fast-check';
import { openTestStore } from '../support/store.ts';
import { schedules, simulate, type World } from './simulation.ts';

const folder = mkdtempSync(join(existsShm() ? '/dev/shm' : tmpdir(), 'callhook-simulation-'));
after(() => rmSync(folder, { recursive: true }));
let count = 0;

function existsShm(): boolean {
  return process.platform === 'linux';
}

function world(): World {
  const path = join(folder, `${(count += 1)}.db`);
  const stores = [openTestStore(path)];
  return {
    stores,
    async restart() {
      await stores[0]!.close();
      return (stores[0] = openTestStore(path));
    },
    async close() {
      await stores[0]!.close();
      for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
    },
  };
}

test('whatever the schedule, lanes keep their order, are held once and none is stuck', async () => {
  await fc.assert(
    fc.asyncProperty(schedules, (steps) => simulate(world(), steps)),
    { numRuns: 600 },
  );
});
