/**
 * HTTP ingest: events posted in batches of 100, 8 POSTs at once, to a node in a process of its own that answers 202 once
 * they are on the disk. Nothing is delivered meanwhile.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEG_STATES, type LegState } from '../src/call/leg-event.ts';
import { event, TOKEN } from '../test/support/http-ingest.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { perSecond } from './figures.ts';

const BATCH = 100;
const AT_ONCE = 8;

export async function benchHttpIngest({ events }: { events: number }): Promise<void> {
  console.log(
    `\nHTTP ingest (${events.toLocaleString('en')} events in batches of ${BATCH}, ${AT_ONCE} POSTs at once)`,
  );
  const folder = await mkdtemp(join(tmpdir(), 'callhook-bench-'));
  const postgres = await startPostgres({ fsync: true });
  try {
    for (const [at, mix] of MIXES.entries()) {
      for (const [name, database] of [
        ['SQLite', join(folder, `${at}.db`)],
        ['PostgreSQL', await postgres.newDatabase()],
      ] as const) {
        const rate = await ingest(database, bodies(events, mix));
        console.log(
          `  ${mix.name.padEnd(36)} ${name.padEnd(10)} ${perSecond(rate * BATCH)} events/s ${perSecond(rate)} POSTs/s`,
        );
      }
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  }
}

/** @returns POSTs a second */
async function ingest(database: string, all: Buffer[]): Promise<number> {
  const node = fork(new URL('./http-ingest-node.ts', import.meta.url), [database], { stdio: 'inherit' });
  try {
    return await postAll(node, all);
  } finally {
    const ended = once(node, 'exit');
    node.kill();
    await ended;
  }
}

async function postAll(node: ChildProcess, all: Buffer[]): Promise<number> {
  const [url] = (await once(node, 'message')) as [string];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const warm = all.splice(0, Math.ceil(all.length / 10));
  const work = async (queue: Buffer[]) => {
    for (let body = queue.shift(); body !== undefined; body = queue.shift()) await post(url, body, agent);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(warm)));
  const posts = all.length;
  const began = performance.now();
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(all)));
  const seconds = (performance.now() - began) / 1_000;
  agent.destroy();
  return posts / seconds;
}

interface Mix {
  name: string;
  /** Legs of the call, by device, and the states each passes. */
  legs: readonly { device?: string; states: readonly LegState[] }[];
}

const MIXES: readonly Mix[] = [
  {
    name: 'every event makes a message',
    legs: [{ states: ['EARLY', 'CONFIRMED', 'TERMINATED'] }],
  },
  {
    name: 'all that a platform has: 3 of 10 do',
    legs: [{ device: 'trunk', states: LEG_STATES }, { states: LEG_STATES }],
  },
];

/** Calls overlap, as on a busy platform: a batch holds beginnings, answers and ends of different calls. */
function bodies(events: number, { legs }: Mix): Buffer[] {
  const apart = 1_000;
  const made: unknown[] = [];
  for (let nth = 0; made.length < events; nth += 1) {
    for (const [which, { device, states }] of legs.entries()) {
      for (const [stage, state] of states.entries()) {
        const call = nth - stage * apart;
        if (call < 0) continue;
        made.push(
          event({
            leg: `leg-${call}-${which}`,
            call: `call-${call}`,
            device: device ?? `${1001 + (call % 3)}`,
            state,
            remote_number: `04094${String(call % 100_000).padStart(5, '0')}`,
          }),
        );
      }
    }
  }
  return Array.from({ length: Math.floor(events / BATCH) }, (_, i) =>
    Buffer.from(JSON.stringify(made.slice(i * BATCH, (i + 1) * BATCH))),
  );
}

function post(url: string, body: Buffer, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      authorization: `Bearer ${TOKEN}`,
    };
    request(`${url}/api/v1/sources/platform/events`, { method: 'POST', agent, headers }, (response) => {
      let answer = '';
      response.setEncoding('utf8').on('data', (text: string) => (answer += text));
      response.on('end', () => {
        if (response.statusCode === 202 && answer.includes('"unchanged":0,')) resolve();
        else reject(new Error(`${response.statusCode} ${answer}`));
      });
    })
      .on('error', reject)
      .end(body);
  });
}
