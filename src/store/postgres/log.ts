/** The log on the shared database. Readings are shared with the other one (log-reading.ts). */
import type { LogStore } from '../log.ts';
import type { Reading } from '../log-reading.ts';
import { createLogReader } from '../log-room.ts';
import { unknownDeviceWrites } from '../log-unknown-devices.ts';
import { BEGIN_SNAPSHOT, type Database } from './database.ts';

/**
 * Pages look up few rows in large tables, by index: one that is read from end to end would take a hundred times as long. And in
 * the index's order: a bitmap would fetch all that fits and sort it, where a page needs the newest fifty.
 */
const BEGIN_READING = `
  ${BEGIN_SNAPSHOT};
  SET LOCAL enable_seqscan = off;
  SET LOCAL enable_bitmapscan = off;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off`;

export function createLogStore(db: Database): LogStore {
  const read = <T>(reading: () => Reading<T>): Promise<T> =>
    db.transaction(async (tx) => {
      const under = reading();
      let step = under.next([]);
      while (step.done !== true) step = under.next(await tx.query(step.value.sql, step.value.values));
      return step.value;
    }, BEGIN_READING);

  return {
    ...createLogReader(read, { messageNumber: 'number', healthTable: 'endpoint_queue' }),

    async addUnknownDevices(devices) {
      await db.transaction(async (tx) => {
        for (const { sql, values } of unknownDeviceWrites(devices)) void tx.query(sql, values);
      });
    },
  };
}
