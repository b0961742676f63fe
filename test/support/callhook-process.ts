/** Runs the real command line in processes of their own, in a folder of its own. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const COMPILE_CACHE = { NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] };

/** Who tidies up: a test, or whatever else runs the command. */
export interface Owner {
  after(tidy: () => unknown): void;
}

export interface Ended {
  code: number | null;
  out: string;
  err: string;
}

export interface Running {
  process: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves with the line on standard error that holds `text`. */
  said(text: string): Promise<string>;
  /** Resolves with what standard output holds of the pattern. */
  printed(pattern: RegExp): Promise<string>;
}

/** A folder that is gone after the test. @param disk makes it a disk of its own of that size, e.g. `2m` */
export function makeFolder(t: Owner, disk?: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-test-'));
  if (disk !== undefined) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${disk}`, 'tmpfs', folder]);
  t.after(() => {
    if (disk !== undefined) execFileSync('umount', ['--lazy', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

export function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

export function start(
  t: Owner,
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Running {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...COMPILE_CACHE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
    for (const look of waiting) look();
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, out, err })));
  t.after(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const found = (find: () => string | undefined, what: string) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const one = find();
        if (one === undefined) return;
        waiting.delete(look);
        resolve(one);
      };
      waiting.add(look);
      look();
      void ended.then(() => reject(new Error(`it ended without saying ${what}:\n${out}\n${err}`)));
    });
  return {
    process: child,
    ended,
    said: (text) => found(() => err.split('\n').find((line) => line.includes(text)), text),
    printed: (pattern) => found(() => pattern.exec(out)?.[0], String(pattern)),
  };
}

export async function run(
  t: Owner,
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  return start(t, folder, args, env).ended;
}
