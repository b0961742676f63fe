/** Serving processes that can be killed, frozen and started again, on one database of either kind. */
import { spawn, type ChildProcess } from 'node:child_process';
import { openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { Kept } from './verdict.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export class Node {
  readonly #folder: string;
  readonly #name: string;
  #process: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  start(): void {
    const log = openSync(`${this.#folder}/${this.#name}.log`, 'a');
    const child = spawn(process.execPath, [MAIN, 'serve'], {
      cwd: this.#folder,
      env: { PATH: process.env['PATH'], HOME: this.#folder },
      stdio: ['ignore', 'ignore', log],
    });
    this.#process = child;
    this.#ended = new Promise((resolve) => child.once('exit', () => resolve()));
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** True while the process is there, frozen or not. */
  get runs(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#ended;
  }

  /** @returns its exit code */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    await this.#ended;
    return this.#process?.exitCode ?? null;
  }
}

const MESSAGES = `
  SELECT message.id AS "messageId", lane.call_id AS "callId", message.seq, message.outcome
  FROM message JOIN lane ON lane.id = message.lane_id`;
const OPEN_LEGS = 'SELECT count(*) AS count FROM open_leg';

/** What the database remembers. @param database a file or a connection string */
export async function remembered(database: string): Promise<{ kept: Kept[]; openLegs: number }> {
  if (!database.startsWith('postgres')) {
    const db = new DatabaseSync(database, { readOnly: true });
    try {
      const kept = db.prepare(MESSAGES).all() as unknown as Kept[];
      return { kept, openLegs: (db.prepare(OPEN_LEGS).get() as { count: number }).count };
    } finally {
      db.close();
    }
  }
  const client = new Client({ connectionString: database });
  client.on('error', () => {});
  await client.connect();
  try {
    const kept = (await client.query<Kept>(MESSAGES)).rows;
    const { rows } = await client.query<{ count: string }>(OPEN_LEGS);
    return { kept, openLegs: Number(rows[0]?.count) };
  } finally {
    await client.end();
  }
}
