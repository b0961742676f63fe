/**
 * A real Kamailio and sipp's phones, on loopback. For tests that are skipped where they are not installed.
 *
 *     const kamailio = await startKamailio(t, config);      // resolves once it listens
 *     await runSipp(t, ['-sn', 'uac', …]);                   // resolves with sipp's exit
 */
import { spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { needs } from './needs.ts';

const PACKAGES =
  'kamailio kamailio-presence-modules kamailio-xml-modules kamailio-sqlite-modules kamailio-tls-modules ' +
  'kamailio-utils-modules kamailio-json-modules sip-tester';

/** Debian keeps kamailio out of the way of ordinary users' paths. */
const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/local/sbin`;

/** @param modules of Kamailio that the test loads, such as `presence_dialoginfo.so` */
export const needsKamailio = (...modules: readonly string[]) =>
  needs(
    isThere('kamailio', '-v') && isThere('sipp', '-v') && modules.every(hasModule),
    `Kamailio with its modules and sipp (\`apt-get install ${PACKAGES}\`)`,
  );

function isThere(command: string, flag: string): boolean {
  return spawnSync(command, [flag], { stdio: 'ignore', env: { ...process.env, PATH } }).error === undefined;
}

function hasModule(module: string): boolean {
  return moduleFolders().some((folder) => existsSync(join(folder, module)));
}

function moduleFolders(): string[] {
  const { stdout } = spawnSync('dpkg-query', ['-L', 'kamailio'], { encoding: 'utf8' });
  const listed = /^(\/usr\/lib\S*\/kamailio\/modules)$/m.exec(stdout ?? '')?.[1];
  return [listed ?? '/usr/lib/kamailio/modules', '/usr/local/lib64/kamailio/modules'];
}

export interface RunningKamailio {
  /** What it has logged so far. */
  log(): string;
  /** As a crash does, without a word to anybody. Resolves when it is gone. */
  kill(): Promise<void>;
  /** As a restart does. Resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Runs a configuration until the test ends.
 * @param config the text of kamailio.cfg; `FOLDER` in it becomes a folder of this test alone
 * @param port on which it answers OPTIONS or anything else over UDP; it runs once it does
 * @param env what the configuration reads from the environment
 */
export async function startKamailio(
  t: TestContext,
  config: string,
  port: number,
  env: Record<string, string> = {},
): Promise<RunningKamailio> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-kamailio-'));
  const file = join(folder, 'kamailio.cfg');
  writeFileSync(file, config.replaceAll('FOLDER', folder));
  let log = '';
  const child = spawn('kamailio', ['-f', file, '-DD', '-E', '-m', '64', '-M', '8', '-w', folder], {
    env: { ...process.env, PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its workers are ended with it.
    detached: true,
  });
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined)
      // The group: its workers. On SIGTERM the first process ends them itself.
      process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
    await gone;
  };
  const kill = () => end('SIGKILL');
  t.after(async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  });
  const asking = new AbortController();
  await Promise.race([
    answers(port, asking.signal),
    gone.then(() => {
      throw new Error(`Kamailio did not start:\n${log}`);
    }),
  ]).finally(() => asking.abort());
  return { log: () => log, kill, stop: () => end('SIGTERM') };
}

/** Asks until something answers. */
async function answers(port: number, signal: AbortSignal): Promise<void> {
  const socket = createSocket('udp4');
  // Nothing listens yet.
  socket.on('error', () => {});
  try {
    await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
    const { port: mine } = socket.address();
    const answered = new Promise<void>((resolve) => socket.once('message', () => resolve()));
    const ask = () =>
      socket.send(
        `OPTIONS sip:127.0.0.1:${port} SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:${mine};branch=z9hG4bK${Date.now()}\r\n` +
          `Max-Forwards: 5\r\nFrom: <sip:test@127.0.0.1>;tag=t\r\nTo: <sip:127.0.0.1>\r\n` +
          `Call-ID: ${Date.now()}@127.0.0.1\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
      );
    const asking = setInterval(ask, 100);
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([answered, stopped]).finally(() => clearInterval(asking));
  } finally {
    socket.close();
  }
}

/** Runs sipp to its end. @returns its exit code, 0 where every call went as its scenario says */
export async function runSipp(t: TestContext, args: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-sipp-'));
  const child = spawn('sipp', [...args, '-nostdin'], {
    cwd: folder,
    env: { ...process.env, PATH, TERM: 'dumb' },
    stdio: 'ignore',
  });
  t.after(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? -1));
  });
}
