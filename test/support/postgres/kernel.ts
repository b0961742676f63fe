/** What is asked of the operating system around a PostgreSQL: its processes, what a crash leaves. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';

export function childrenOf(parent: number): number[] {
  const rows = existsSync('/proc/self/stat')
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .map((pid) => `${pid} ${parentIn(`/proc/${pid}/stat`)}`)
    : spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).stdout.split('\n');
  return rows
    .map((row) => row.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid!);
}

/** The fourth word; the second is the program's name in brackets, which may hold blanks. */
function parentIn(statFile: string): string {
  try {
    const stat = readFileSync(statFile, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? '';
  } catch {
    return ''; // it ended in the meantime
  }
}

/**
 * 56 bytes by which PostgreSQL knows that a data folder is in use; the kernel keeps those of a killed server.
 *
 * @param pidFile PostgreSQL's own, with the number of that memory in its seventh line
 */
export function freeSharedMemory(pidFile: string): void {
  if (!existsSync(pidFile)) return;
  const id = readFileSync(pidFile, 'utf8').split('\n')[6]?.trim().split(/\s+/)[1];
  if (id !== undefined) spawnSync('ipcrm', ['-m', id], { stdio: 'ignore' });
}

export function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended in the meantime
  }
}
