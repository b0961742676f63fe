/**
 * HTTP ingest: events posted in batches of 100, 4 POSTs at once, to a node in a process of its own that answers 202 once
 * they are on the disk. Each leg has three events (rings, answered, ended), each of which makes a message.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, TOKEN } from '../test/support/http-ingest.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { perSecond } from './figures.ts';

const BATCH = 100;
const AT_ONCE = 4;

export async function benchHttpIngest({ events }: { events: number }): Promise<void> {
  console.log(`\nHTTP ingest (${events.toLocaleString('en')} events in batches of ${BATCH}, ${AT_ONCE} POSTs at once)`);
  const folder = await mkdtemp(join(tmpdir(), 'callhook-bench-'));
  const postgres = await startPostgres({ fsync: true });
  try {
    for (const [name, database] of [
      ['SQLite', join(folder, 'bench.db')],
      ['PostgreSQL', await postgres.newDatabase()],
    ] as const) {
      const { eventsPerSecond, requestsPerSecond } = await ingest(database, events);
      console.log(
        `  events → policy → ${name.padEnd(12)} ${perSecond(eventsPerSecond)} events/s ${perSecond(requestsPerSecond)} POSTs/s`,
      );
    }
  } finally {
    await postgres.stop();
    rmSync(folder, { recursive: true });
  }
}

async function ingest(database: string, events: number) {
  const node = fork(new URL('./http-ingest-node.ts', import.meta.url), [database], { stdio: 'inherit' });
  const [url] = (await once(node, 'message')) as [string];
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const all = bodies(events);
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
  node.kill();
  await once(node, 'exit');
  return { eventsPerSecond: (posts * BATCH) / seconds, requestsPerSecond: posts / seconds };
}

/** Calls overlap, as on a busy platform: a batch holds beginnings, answers and ends of different calls. */
function bodies(events: number): Buffer[] {
  const states = ['EARLY', 'CONFIRMED', 'TERMINATED'] as const;
  const apart = 200;
  const made = [];
  for (let nth = 0; made.length < events; nth += 1) {
    for (const [stage, state] of states.entries()) {
      const leg = nth - stage * apart;
      if (leg < 0) continue;
      const remote = `04094${String(leg % 100_000).padStart(5, '0')}`;
      made.push(event({ leg: `leg-${leg}`, call: `call-${leg}`, device: `${1001 + (leg % 3)}`, state, remote_number: remote }));
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
        if (response.statusCode === 202 && answer.includes(`"accepted":${BATCH},`)) resolve();
        else reject(new Error(`${response.statusCode} ${answer}`));
      });
    })
      .on('error', reject)
      .end(body);
  });
}
