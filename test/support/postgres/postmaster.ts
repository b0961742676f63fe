/**
 * One PostgreSQL over one data folder: started, stopped, killed, started again, always on the same port. Whatever
 * happens to our process short of a SIGKILL, the server and its folder go with it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, freeSharedMemory, killQuietly } from './kernel.ts';
import { spawnOptions, type Programs } from './programs.ts';

/** What a start fails with while the remains of a killed server are still being cleared away by the kernel. */
const REMAINS = /pre-existing shared memory block|Address already in use/;
const PATIENCE_MS = 10_000;

const ALWAYS = [
  'listen_addresses=127.0.0.1',
  // No socket file: its path may have 100 bytes, and temporary folders can be longer.
  'unix_socket_directories=',
  // Shared memory in our folder, so that it goes away with it: the kernel's outlives a server that was killed.
  'dynamic_shared_memory_type=mmap',
];

export interface Place {
  programs: Programs;
  /** Everything of this server; deleted when it is removed. */
  folder: string;
  port: number;
  /** `name=value`, as `postgres -c` takes them. */
  settings: readonly string[];
}

export class Postmaster {
  readonly place: Place;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(place: Place) {
    this.place = place;
    living.add(this);
  }

  get dataFolder(): string {
    return join(this.place.folder, 'data');
  }

  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('this PostgreSQL is not running');
    return this.#child.pid;
  }

  /** Resolves when it takes connections. */
  async start(): Promise<void> {
    await this.#ended();
    const giveUpAtMs = Date.now() + PATIENCE_MS;
    while (!(await this.#tryStart())) {
      if (!REMAINS.test(this.#log) || Date.now() > giveUpAtMs) {
        throw new Error(`PostgreSQL does not start:\n${this.#log}`);
      }
      await sleep(10);
    }
  }

  /** @param signal `SIGINT` closes connections and writes everything out, `SIGQUIT` leaves it to recovery */
  async stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    this.#child?.kill(signal);
    await this.#ended();
  }

  /** As a crash would: all its processes are dead, nothing was written out. */
  kill(): void {
    if (this.#child?.pid === undefined || this.#child.exitCode !== null) return;
    // Stopped first, so that it forks no more while its children are listed.
    this.#child.kill('SIGSTOP');
    for (const pid of childrenOf(this.#child.pid)) killQuietly(pid);
    this.#child.kill('SIGKILL');
  }

  /** Stops it, at whatever cost, and deletes its folder. */
  async remove(): Promise<void> {
    await this.stop('SIGQUIT');
    this.clear();
  }

  /** The same at the end of our process, when there is no time left to wait. */
  clear(): void {
    this.kill();
    living.delete(this);
    freeSharedMemory(join(this.dataFolder, 'postmaster.pid'));
    rmSync(this.place.folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #tryStart(): Promise<boolean> {
    const { programs, port, settings, folder } = this.place;
    this.#log = '';
    const all = [...ALWAYS, `port=${port}`, ...settings];
    const child = spawn(programs.postgres, ['-D', this.dataFolder, ...all.flatMap((one) => ['-c', one])], {
      ...spawnOptions(folder),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const ready = new Promise<boolean>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#log = (this.#log + text).slice(-8_000);
        if (/ready to accept (read-only )?connections/.test(this.#log)) resolve(true);
      });
    });
    return Promise.race([ready, once(child, 'close').then(() => false)]);
  }

  async #ended(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null)
      await once(child, 'exit');
    this.#child = undefined;
  }
}

const living = new Set<Postmaster>();

function clearAll(): void {
  for (const postmaster of living) postmaster.clear();
}

process.once('exit', clearAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    clearAll();
    process.kill(process.pid, signal);
  });
}
