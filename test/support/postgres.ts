/**
 * A real PostgreSQL for tests and benchmarks, ready in about two seconds, as root or not. It is a process of its own
 * with a folder of its own, so it may be killed; `postgres/programs.ts` says where it comes from.
 *
 * `anyPostgres` is for whoever only needs databases: set `CALLHOOK_TEST_POSTGRES` to the connection string of a
 * superuser, and it uses that server (one of another version, for example). `startPostgres` always starts one.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { findPrograms, makeServerFolder, spawnOptions } from './postgres/programs.ts';
import { freeTcpPort } from './ports.ts';
import { Postmaster } from './postgres/postmaster.ts';

export interface AnyPostgres {
  /** Connects the superuser to the database `postgres`. */
  url: string;
  /** Makes an empty database. @returns its connection string */
  newDatabase(): Promise<string>;
  /** Ends it for good; its data are gone. */
  stop(): Promise<void>;
}

/** A server that this process started and may mistreat. */
export interface Postgres extends AnyPostgres {
  /** Closes all connections, writes everything out, and comes back on the same port. */
  restart(): Promise<void>;
  /** SIGKILL to the server and all its processes. */
  kill(): void;
  /** Starts it again after `kill`. Resolves when recovery is over. */
  start(): Promise<void>;
  /** Of the postmaster; throws while it does not run. */
  pid: number;
  postmaster: Postmaster;
}

export interface PostgresOptions {
  /** Whether a commit waits for the disk. Tests do without, benchmarks must not. */
  fsync?: boolean;
  /** More settings as `name=value`. */
  settings?: readonly string[];
}

/** The server that the environment names, else one of our own. */
export async function anyPostgres(): Promise<AnyPostgres> {
  const url = process.env['CALLHOOK_TEST_POSTGRES'];
  return url === undefined || url === '' ? startPostgres() : thereAlready(url);
}

/** A server that can be killed and restarted. */
export async function startPostgres({
  fsync = false,
  settings = [],
}: PostgresOptions = {}): Promise<Postgres> {
  const folder = makeServerFolder();
  try {
    const programs = findPrograms(folder);
    const data = join(folder, 'data');
    const args = ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    const made = spawnSync(programs.initdb, [...args, '--no-instructions'], {
      ...spawnOptions(folder),
      encoding: 'utf8',
    });
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error?.message ?? made.stderr}`);
    const postmaster = new Postmaster({
      programs,
      folder,
      port: await freeTcpPort(),
      settings: [`fsync=${fsync ? 'on' : 'off'}`, 'max_connections=200', ...settings],
    });
    await postmaster.start();
    return controls(postmaster);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** What can be done with a server that runs, be it the first one or a standby. */
export function controls(postmaster: Postmaster): Postgres {
  const url = `postgresql://postgres@127.0.0.1:${postmaster.place.port}/postgres`;
  return {
    url,
    newDatabase: () => createDatabase(url),
    stop: () => postmaster.remove(),
    async restart() {
      await postmaster.stop('SIGINT');
      await postmaster.start();
    },
    kill: () => postmaster.kill(),
    start: () => postmaster.start(),
    get pid() {
      return postmaster.pid;
    },
    postmaster,
  };
}

/** Of a server that is not ours, only the databases made here are ours to drop. */
function thereAlready(url: string): AnyPostgres {
  const made: string[] = [];
  return {
    url,
    async newDatabase() {
      const database = await createDatabase(url);
      made.push(database);
      return database;
    },
    async stop() {
      for (const database of made.splice(0)) await dropDatabase(url, database);
    },
  };
}

let databases = 0;

async function createDatabase(url: string): Promise<string> {
  databases += 1;
  const database = new URL(url);
  const name = `callhook_${process.pid}_${Date.now()}_${databases}`;
  database.pathname = `/${name}`;
  // From template0, which nobody can be connected to: template1 with a connection open cannot be copied.
  await query(url, `create database ${name} template template0`);
  return database.href;
}

/** Drops a database that `newDatabase` made, also while somebody is connected to it. */
export async function dropDatabase(url: string, database: string): Promise<void> {
  await query(url, `drop database if exists ${new URL(database).pathname.slice(1)} with (force)`);
}

/** One statement over a connection of its own. */
export async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
