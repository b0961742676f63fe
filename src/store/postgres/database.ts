/**
 * Statements and transactions on a shared database.
 *
 * Within a transaction statements are sent at once, one behind the other; only an answer that is needed is waited for.
 * So BEGIN goes with the first statement, COMMIT with the last, and a step of the outbox takes two or three round trips.
 * If a statement fails, PostgreSQL refuses those behind it, and COMMIT undoes all.
 */
import type { PoolClient, QueryConfig } from 'pg';
import type { Connections } from './connections.ts';
import { isAway, isConflict, told } from './problem.ts';

/** What takes whole statements: a transaction, or the database for each on its own. */
export interface Statements {
  /**
   * Sends it at once.
   * @param withinMs for a statement that may take longer than others
   * @returns its rows, which need not be waited for
   */
  query<Row>(sql: string, values?: readonly unknown[], withinMs?: number): Promise<Row[]>;
}

/**
 * Each statement sees what was committed before it: what stands behind a lock is read after the lock.
 *
 * Statements are planned once for each connection, for they come a thousand times a second. All of them look up rows by
 * an index, few or many; a plan made while a table was empty must not read it from end to end when it is full.
 */
const BEGIN = `
  BEGIN ISOLATION LEVEL READ COMMITTED;
  SET LOCAL plan_cache_mode = force_generic_plan;
  SET LOCAL enable_seqscan = off;
  SET LOCAL enable_hashjoin = off;
  SET LOCAL enable_mergejoin = off`;
/** For reading many tables as of one moment. */
export const BEGIN_SNAPSHOT = 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** When two transactions stand in each other's way, PostgreSQL undoes one of them, and it is made again. */
const MOST_TRIES = 8;

export class Database implements Statements {
  readonly #connections: Connections;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  /** One statement, a transaction of its own. */
  query<Row>(sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#inSession(false, (session) => session.query<Row>(sql, values));
  }

  /**
   * Runs `work` in one transaction; whatever it throws, nothing of it is kept. It may run more than once, so it changes
   * nothing but the database. What it sent and did not wait for belongs to the transaction all the same.
   */
  transaction<T>(work: (tx: Statements) => Promise<T>, begin = BEGIN): Promise<T> {
    return this.#inSession(begin === BEGIN, async (session) => {
      void session.query(begin);
      try {
        const result = await work(session);
        void session.query('COMMIT');
        return result;
      } catch (error) {
        void session.query('ROLLBACK');
        throw error;
      }
    });
  }

  async #inSession<T>(prepares: boolean, work: (session: Session) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const client = await this.#connections.take();
      const session = new Session(client, prepares);
      const [result] = await Promise.allSettled([work(session)]);
      const failure = await session.failure();
      this.#connections.giveBack(client, failure !== undefined && isAway(failure.error));
      if (failure === undefined) {
        if (result.status === 'rejected') throw result.reason;
        return result.value;
      }
      if (tries === MOST_TRIES || !isConflict(failure.error)) {
        throw told(failure.error, this.#connections.name);
      }
    }
  }
}

/** The use of one connection, from its first statement to its last answer. */
class Session implements Statements {
  readonly #client: PoolClient;
  readonly #prepares: boolean;
  readonly #sent: Promise<unknown>[] = [];

  /** @param prepares whether statements are planned once, for all further uses of the connection */
  constructor(client: PoolClient, prepares: boolean) {
    this.#client = client;
    this.#prepares = prepares;
  }

  query<Row>(sql: string, values: readonly unknown[] = [], withinMs?: number): Promise<Row[]> {
    const name = this.#prepares && values.length > 0 ? preparedName(sql) : undefined;
    const statement: QueryConfig & { query_timeout?: number } = {
      text: sql,
      values: [...values],
      ...(name !== undefined && { name }),
      ...(withinMs !== undefined && { query_timeout: withinMs }),
    };
    const rows = this.#client.query<never>(statement).then((result) => result.rows as Row[]);
    // It is asked for by `failure`, also where nobody waits for the rows.
    rows.catch(() => {});
    this.#sent.push(rows);
    return rows;
  }

  /** Waits for all answers. @returns the first failure: those after it only follow from it */
  async failure(): Promise<{ error: unknown } | undefined> {
    const answers = await Promise.allSettled(this.#sent);
    const failed = answers.find((answer) => answer.status === 'rejected');
    return failed && { error: failed.reason };
  }
}

/** By statement: a prepared statement has one name on all connections. */
const preparedNames = new Map<string, string>();

function preparedName(sql: string): string {
  const name = preparedNames.get(sql) ?? `callhook_${preparedNames.size}`;
  preparedNames.set(sql, name);
  return name;
}

/** The columns of some rows, as the arrays that `unnest` takes. */
export function columnsOf<Row>(
  rows: readonly Row[],
  ...columns: readonly ((row: Row) => unknown)[]
): unknown[][] {
  return columns.map((column) => rows.map(column));
}
