/**
 * `npm run torture -- --minutes 10 [--database postgres] [--seed 42] [--calls 40]`
 *
 * Real processes and a real receiver are treated as badly as the world treats them: kill -9, SIGSTOP and SIGCONT,
 * a database that is killed or away, a disk that is full, a receiver that fails in every way it can; between the storms
 * there are calm stretches, in which nothing at all may go wrong. Then everything is left in peace, and what the receiver
 * saw is compared with what the store remembers and what the PBX told (verdict.ts). The seed is printed, and the same
 * seed makes the same choices.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { directoryYaml, ENV } from '../support/installation.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { randomFrom } from '../support/random.ts';
import { MOODS, startCruelReceiver } from './cruel-receiver.ts';
import { startEndlessPbx } from './endless-pbx.ts';
import { Node, remembered } from './installation.ts';
import { judge, unheardProblems, type Evidence, type Mishap } from './verdict.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const LOGIN = { username: 'callhook', secret: 'correct horse battery' };
const TURN_MS = 25;
const DRAIN_S = 180;
const STORM_MS = 40_000;
const CALM_MS = 15_000;
const ATTEMPT_TIMEOUT_SECONDS = 2;
const LEASE_SECONDS = 3;
/** As the connector sets it for PostgreSQL (app.ts); on SQLite claims never lapse. */
const CLAIM_MS = ATTEMPT_TIMEOUT_SECONDS * 1_000 + 15_000;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
    database: { type: 'string', default: 'sqlite' },
    calls: { type: 'string', default: '30' },
  },
});
const minutes = Number(values.minutes);
const random = randomFrom(Number(values.seed));
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
const isPostgres = values.database === 'postgres';
console.log(
  `torture: ${minutes} min on ${isPostgres ? 'PostgreSQL, 2 nodes' : 'SQLite, 1 node'}, --seed ${values.seed}`,
);

const folder = mkdtempSync(join(tmpdir(), 'callhook-torture-'));
const ownDisk = !isPostgres && process.getuid?.() === 0 && canMount();
const nodes: Node[] = [];
const pids = () => nodes.flatMap(({ pid }) => pid ?? []);
const receiver = await startCruelReceiver(random, pids);
const pbx = await startEndlessPbx(LOGIN);
const postgres: Postgres | undefined = isPostgres ? await startPostgres() : undefined;
const database = (await postgres?.newDatabase()) ?? 'callhook.db';
writeFileSync(join(folder, 'crm.pem'), receiver.certificate);
writeFileSync(join(folder, 'acme.yaml'), directoryYaml(pbx.port, receiver.url));
writeFileSync(
  join(folder, 'callhook.toml'),
  `database = "${database}"
api_port = 0
allowed_addresses = ["127.0.0.0/8"]
trusted_certificate_files = ["crm.pem"]
attempt_timeout_seconds = ${ATTEMPT_TIMEOUT_SECONDS}
connect_timeout_seconds = 1
pause_after_failures = 5
first_probe_after_seconds = 0.5
longest_probe_wait_seconds = 2
source_lease_seconds = ${LEASE_SECONDS}
`,
);
execFileSync(process.execPath, [MAIN, 'apply', 'acme.yaml'], {
  cwd: folder,
  env: { PATH: process.env['PATH'], ...ENV },
});

nodes.push(...(isPostgres ? ['one', 'two'] : ['one']).map((name) => new Node(folder, name)));
for (const node of nodes) node.start();
await pbx.listened();

const mishaps: Mishap[] = [];
const counts: Record<string, number> = {};
/** Does harm, and notes from when to when, and to whom: it is the only excuse for a message that comes twice. */
async function mishap(what: string, harm: Harm): Promise<void> {
  const fromMs = Date.now();
  const pid = await harm();
  mishaps.push({ what, fromMs, toMs: Date.now(), ...(typeof pid === 'number' && { pid }) });
  counts[what] = (counts[what] ?? 0) + 1;
}

/** @returns the process that it was done to, if it was one */
type Harm = () => Promise<number | undefined | void>;

const HARMS: Record<string, Harm> = {
  'kill -9': async () => {
    const node = pick(nodes);
    const { pid } = node;
    await node.kill();
    await sleep(random() * 500);
    node.start();
    return pid;
  },
  freeze: async () => {
    const node = pick(nodes);
    node.signal('SIGSTOP');
    // Where another node goes on, now and then for longer than any claim lasts.
    await sleep(isPostgres && random() < 0.3 ? CLAIM_MS + 3_000 : 500 + random() * 5_500);
    node.signal('SIGCONT');
    return node.pid;
  },
  'stop and start': async () => {
    const node = pick(nodes);
    const { pid, runs } = node;
    const code = await node.stop();
    // Null: it was still starting, and ended by the signal itself.
    if (runs && code !== 0 && code !== null) problems.push(`a stop ended with exit code ${code}`);
    node.start();
    return pid;
  },
  mood: async () => {
    receiver.mood = pick(MOODS);
    await sleep(random() * 2_500);
    receiver.mood = 'well';
  },
  ...(postgres !== undefined && {
    'database restart': () => postgres.restart(),
    'database kill': async () => {
      postgres.kill();
      // Now and then for longer than any lease lasts.
      await sleep(random() * (random() < 0.3 ? 3 * LEASE_SECONDS * 1_000 : 2_000));
      await postgres.start();
    },
  }),
  ...(ownDisk && { 'full disk': fullDisk }),
};
const KINDS = ['kill -9', 'kill -9', 'kill -9', ...Object.keys(HARMS)];
const problems: string[] = [];

const untilMs = Date.now() + minutes * 60_000;
const quiet = new AbortController();
const talk = (async () => {
  while (!quiet.signal.aborted) {
    pbx.turn(Number(values.calls), random);
    await sleep(TURN_MS);
  }
})();
/** Harm upon harm; whatever keeps services running starts a node again that found no database. */
async function storm(endMs: number): Promise<void> {
  while (Date.now() < endMs) {
    await sleep(100 + random() * 900);
    for (const node of nodes) if (!node.runs) node.start();
    const what = pick(KINDS);
    await mishap(what, HARMS[what]!);
  }
}
while (Date.now() < untilMs) {
  await storm(Math.min(Date.now() + STORM_MS, untilMs));
  for (const node of nodes) if (!node.runs) node.start();
  await sleep(CALM_MS);
}

quiet.abort();
await talk;
pbx.finish();
receiver.mood = 'well';
for (const node of nodes) if (!node.runs) node.start();
const databasePath = isPostgres ? database : join(folder, database);
let now = await remembered(databasePath);
// What was said last may still be on its way to the database: at rest is what stays so.
for (let quietS = 0, untilS = DRAIN_S; quietS < 5 && untilS > 0; untilS -= 1) {
  await sleep(1_000);
  now = await remembered(databasePath).catch(() => now);
  const isQuiet = now.openLegs === 0 && now.kept.every(({ outcome }) => outcome !== 'pending');
  quietS = isQuiet ? quietS + 1 : 0;
}
for (const node of nodes) await node.stop();
now = await remembered(databasePath);

const evidence: Evidence = {
  ...now,
  arrivals: receiver.arrivals,
  mishaps,
  told: pbx.told,
  claimMs: CLAIM_MS,
};
problems.push(...judge(evidence));
const { peaceful } = unheardProblems(evidence);
if (peaceful === 0) problems.push('no call was held in peace: nothing is known of lost ones');
if (receiver.forgeries > 0) problems.push(`${receiver.forgeries} requests had a wrong signature`);
const outcomes = Object.groupBy(now.kept, ({ outcome }) => outcome);
const tell = Object.entries(outcomes).map(([outcome, of]) => `${of?.length} ${outcome}`);
const twice = receiver.arrivals.length - new Set(receiver.arrivals.map(({ messageId }) => messageId)).size;
console.log(
  `calls: ${pbx.calls}, ${peaceful} of them in peace; messages: ${tell.join(', ')}; requests that came again: ${twice}`,
);
console.log(
  `harm: ${Object.entries(counts)
    .map(([what, count]) => `${count} × ${what}`)
    .join(', ')}`,
);
for (const problem of problems.slice(0, 20)) console.log(`BROKEN: ${problem}`);
const crashes = nodes.length > 0 ? faultsInLogs() : [];
for (const fault of crashes.slice(0, 5)) console.log(`FAULT in a log: ${fault}`);
pbx.close().catch(() => {});
receiver.close();
await postgres?.stop();
const failed = problems.length + crashes.length > 0;
/** The folder's own disk is in memory. */
const evidenceFolder = ownDisk ? `${folder}-evidence` : folder;
if (failed && ownDisk) cpSync(folder, evidenceFolder, { recursive: true });
if (ownDisk) execFileSync('umount', ['--lazy', folder]);
if (ownDisk || !failed) rmSync(folder, { recursive: true, force: true });
console.log(
  failed
    ? `${problems.length} promises broken; database and logs are in ${evidenceFolder}`
    : 'every promise was kept',
);
process.exit(failed ? 1 : 0);

/** A line that is no JSON is a stack trace; or the end of one that the full disk tore, on which the log lies too. */
function faultsInLogs(): string[] {
  return ['one', 'two'].flatMap((name) => {
    try {
      const lines = readFileSync(join(folder, `${name}.log`), 'utf8').split('\n');
      const isTorn = (line: string) => ownDisk && line.endsWith('"}');
      return lines.filter((line) => line !== '' && !/^(\{|callhook:)/.test(line) && !isTorn(line));
    } catch {
      return [];
    }
  });
}

function canMount(): boolean {
  try {
    // Room for all that is stored meanwhile: it is filled on purpose, not by itself.
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${Math.round(64 + 40 * minutes)}m`, 'tmpfs', folder]);
    return true;
  } catch {
    return false;
  }
}

async function fullDisk(): Promise<void> {
  const ballast = join(folder, 'ballast');
  try {
    for (let size = 1 << 20; size >= 4_096; size /= 2) {
      try {
        for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
      } catch {
        // This size does not fit any more: a smaller one may.
      }
    }
    await sleep(500 + random() * 2_000);
  } finally {
    rmSync(ballast, { force: true });
  }
}
