/** The PostgreSQL that the neighbours run on: fresh for each, and every commit waits for the disk. */
import { startPostgres } from '../../test/support/postgres.ts';

export interface DurablePostgres {
  /** Of an empty database. */
  url: string;
  stop(): Promise<void>;
}

export async function startDurablePostgres(): Promise<DurablePostgres> {
  const postgres = await startPostgres({ fsync: true, settings: ['synchronous_commit=on'] });
  return { url: await postgres.newDatabase(), stop: () => postgres.stop() };
}
