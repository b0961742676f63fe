/**
 * A second PostgreSQL that follows the first: it gets every change by streaming replication, and the first one's
 * commits wait until it has them on its disk (`synchronous_commit`), so nothing committed is lost when it takes over.
 *
 * Made by hand, for npm's PostgreSQL has no `pg_basebackup`: "Making a Base Backup Using the Low Level API",
 * https://www.postgresql.org/docs/current/continuous-archiving.html
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { controls, query, type Postgres } from '../postgres.ts';
import { findPrograms, makeServerFolder, own } from './programs.ts';
import { freeTcpPort } from '../ports.ts';
import { Postmaster } from './postmaster.ts';

export interface Standby extends Postgres {
  /** It follows no longer and takes writes. The first one should be dead by then: nobody stops it from going on. */
  promote(): Promise<void>;
}

/** What a copy must not have: log (it is streamed), the first one's process id, its standbys' positions. */
const NOT_COPIED = /^(postmaster\.(pid|opts)|(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_stat_tmp)\/.+)$/;

/** Resolves when the primary's commits wait for it. Once it is gone, they wait for ever: that is what it promises. */
export async function startStandby(primary: Postgres): Promise<Standby> {
  const folder = makeServerFolder();
  const port = await freeTcpPort();
  const name = `standby_${port}`;
  const { place } = primary.postmaster;
  const standby = new Postmaster({ ...place, folder, port, programs: findPrograms(folder) });
  // The slot makes the primary keep its log until this standby has read it.
  await query(primary.url, `select pg_create_physical_replication_slot('${name}', true)`);
  await copyData(primary, standby.dataFolder);
  writeFileSync(join(standby.dataFolder, 'standby.signal'), '');
  writeFileSync(
    join(standby.dataFolder, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${place.port} user=postgres application_name=${name}'
primary_slot_name = '${name}'
`,
  );
  own(folder);
  await standby.start();
  await makeSynchronous(primary.url, name);
  const postgres = controls(standby);
  return Object.assign(postgres, {
    async promote() {
      await query(postgres.url, 'select pg_promote()');
    },
  });
}

async function copyData(primary: Postgres, to: string): Promise<void> {
  const from = primary.postmaster.dataFolder;
  // Start and end of the backup belong to one session.
  const client = new Client(primary.url);
  await client.connect();
  try {
    await client.query(`select pg_backup_start('standby', fast => true)`);
    mkdirSync(to, { mode: 0o700 });
    cpSync(from, to, { recursive: true, filter: (path) => !NOT_COPIED.test(relative(from, path)) });
    const { rows } = await client.query<{ labelfile: string }>(
      'select labelfile from pg_backup_stop(wait_for_archive => false)',
    );
    writeFileSync(join(to, 'backup_label'), rows[0]!.labelfile);
  } finally {
    await client.end();
  }
}

async function makeSynchronous(url: string, name: string): Promise<void> {
  await query(url, `alter system set synchronous_standby_names = 'first 1 ("${name}")'`);
  await query(url, 'select pg_reload_conf()');
  const state = `select 1 from pg_stat_replication where application_name = '${name}' and sync_state = 'sync'`;
  // PostgreSQL gives no signal for this, so it is asked.
  while ((await query(url, state)).length === 0) await sleep(10);
}
