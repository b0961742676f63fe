/** The shared database as the port that the rooms with common statements ask for. */
import type { SqlPort } from '../sql-port.ts';
import type { Database } from './database.ts';

/** Thrown to undo a transaction whose condition was not met. */
class NotMet extends Error {}

export function createPort(db: Database): SqlPort {
  return {
    rows: <Row>(sql: string, values?: readonly unknown[]) => db.query<Row>(sql, values),

    async together(steps) {
      try {
        return await db.transaction(async (tx) => {
          const answers: unknown[][] = [];
          for (const { sql, values, must } of steps) {
            const rows = await tx.query<unknown>(sql, values);
            if (must === true && rows.length === 0) throw new NotMet();
            answers.push(rows);
          }
          return answers;
        });
      } catch (error) {
        if (error instanceof NotMet) return undefined;
        throw error;
      }
    },
  };
}
