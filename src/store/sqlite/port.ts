/** The embedded database as the port that the rooms with common statements ask for. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { SqlPort, Step } from '../sql-port.ts';
import { inTransaction } from './database.ts';
import { worded } from './storage-problem.ts';

/** Thrown to undo a transaction whose condition was not met. */
class NotMet extends Error {}

export function createPort(db: DatabaseSync): SqlPort {
  const prepared = new Map<string, StatementSync>();
  const run = <Row>(sql: string, values: readonly unknown[] = []): Row[] => {
    let statement = prepared.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql.replace(/\$(\d+)/g, '?$1'));
      prepared.set(sql, statement);
    }
    return statement.all(...(values as SQLInputValue[])) as Row[];
  };
  const step = ({ sql, values, must }: Step): unknown[] => {
    const rows = run(sql, values);
    if (must === true && rows.length === 0) throw new NotMet();
    return rows;
  };
  return {
    async rows<Row>(sql: string, values?: readonly unknown[]) {
      try {
        return run<Row>(sql, values);
      } catch (error) {
        throw worded(error);
      }
    },

    async together(steps) {
      try {
        return inTransaction(db, () => steps.map(step));
      } catch (error) {
        if (error instanceof NotMet) return undefined;
        throw error;
      }
    },
  };
}
