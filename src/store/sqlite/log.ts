/** The log on the embedded database. Readings are shared with the other one (log-reading.ts). */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { LogStore } from '../log.ts';
import type { Question, Reading } from '../log-reading.ts';
import { createLogReader } from '../log-room.ts';
import { unknownDeviceWrites } from '../log-unknown-devices.ts';
import { inSnapshot, inTransaction } from './database.ts';

export function createLogStore(db: DatabaseSync): LogStore {
  const ask = ({ sql, values }: Question): unknown[] =>
    db.prepare(sql.replace(/\$(\d+)/g, '?$1')).all(...(values as SQLInputValue[]));

  const run = <T>(reading: Reading<T>): T => {
    let step = reading.next([]);
    while (step.done !== true) step = reading.next(ask(step.value));
    return step.value;
  };

  return {
    ...createLogReader(async (reading) => inSnapshot(db, () => run(reading())), {
      messageNumber: 'rowid',
      healthTable: 'endpoint_state',
    }),

    async addUnknownDevices(devices) {
      inTransaction(db, () => {
        for (const write of unknownDeviceWrites(devices)) ask(write);
      });
    },
  };
}
