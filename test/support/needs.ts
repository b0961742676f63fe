/** What some tests need beyond Node: skipped in one plain line where it is missing, a failure in CI. */
import { spawnSync } from 'node:child_process';
import { isInstalled } from './postgres/programs.ts';

const REQUIRED = process.env['CALLHOOK_TEST_REQUIRE_ALL'] === '1';

/**
 * @param there whether the need is met
 * @param how what it is and how to get it
 * @returns the `skip` option of a test
 */
export function needs(there: boolean, how: string): { skip?: string } {
  if (there) return {};
  if (REQUIRED) throw new Error(`CALLHOOK_TEST_REQUIRE_ALL is set, and this is missing: ${how}`);
  return { skip: `needs ${how}` };
}

function works(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

export const needsCurl = () => needs(works('curl', '--version'), 'curl (`apt-get install curl`)');

export const needsOpenssl = () => needs(works('openssl', 'version'), 'openssl (`apt-get install openssl`)');

/** To run what we tell receivers to do. */
export const needsPhp = () => needs(works('php', '--version'), 'PHP (`apt-get install php-cli`)');

export const needsPython = () => needs(works('python3', '--version'), 'Python 3 (`apt-get install python3`)');

/** A small file system of its own, to be filled up. */
export const needsTmpfs = () =>
  needs(
    process.getuid?.() === 0 && works('mount', '--version'),
    'root on Linux, to mount a file system of 2 MB (`sudo npm test`)',
  );

/** A file of the system, seen otherwise by one process only. */
export const needsMountNamespace = () =>
  needs(
    process.getuid?.() === 0 && works('unshare', '--mount', 'true'),
    'root on Linux, to give a process a resolv.conf of its own (`sudo npm test`)',
  );

/** One to be killed and restarted. */
export const needsOwnPostgres = () =>
  needs(isInstalled(), 'PostgreSQL from npm (`npm ci` with optional dependencies)');

/** Brought by `npm ci` where npm has it for this platform. */
export const needsPostgres = () =>
  needs(
    (process.env['CALLHOOK_TEST_POSTGRES'] ?? '') !== '' || isInstalled(),
    'PostgreSQL (`npm ci` with optional dependencies, or a superuser’s connection string in CALLHOOK_TEST_POSTGRES)',
  );
