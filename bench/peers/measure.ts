/** How a neighbour is timed: the same way for each, beside raw undici before, between and after. */
import { perSecond } from '../figures.ts';
import { bodyLike, CONCURRENCY, createSender, rawUndici } from '../raw-undici.ts';
import type { ReceiverProcess } from '../receiver-process.ts';
import type { Contender, Peer } from './peer.ts';

/** Jobs handed over by one call. */
const CHUNK = 500;

/**
 * Prints two figures. "Enqueue and deliver": the worker waits, the clock runs from the first job handed over to the
 * last one delivered. "Drain": all jobs are in the queue, the clock runs from the start of the worker to the last one
 * delivered. What a peer still writes down after that is not counted, to its advantage.
 */
export async function measure(contender: Contender, receiver: ReceiverProcess, jobs: number): Promise<void> {
  const sender = createSender(receiver.url, receiver.cert);
  const delivered = new Tally();
  const peer = await contender.open(async (job) => {
    await sender.send(`job-${job.seq_num}`, JSON.stringify(job));
    delivered.add();
  });
  const enqueued = new Tally();
  const clock = async (run: () => Promise<void>) => {
    const started = performance.now();
    await run();
    await delivered.reaches(enqueued.count);
    return (jobs * 1_000) / (performance.now() - started);
  };
  const raw = () => rawUndici(receiver.url, receiver.cert, jobs);

  await peer.work();
  await enqueue(peer, CONCURRENCY * 4, enqueued);
  await delivered.reaches(enqueued.count);
  const before = await raw();
  const both = await clock(() => enqueue(peer, jobs, enqueued));
  await peer.rest();
  const between = await raw();
  await enqueue(peer, jobs, enqueued);
  const drain = await clock(() => peer.work());
  await peer.rest();
  const after = await raw();
  await peer.close();
  await sender.close();

  const ids = new Set((await receiver.arrivals()).map(([id]) => id).filter((id) => id.startsWith('job-')));
  if (ids.size !== enqueued.count)
    throw new Error(`${contender.name} lost ${enqueued.count - ids.size} jobs`);
  console.log(`  ${contender.name}`);
  print('enqueue and deliver', both, (before + between) / 2);
  print('drain', drain, (between + after) / 2);
}

function print(what: string, rate: number, raw: number): void {
  const ratio = (rate / raw).toFixed(2);
  console.log(
    `    ${what.padEnd(28)} ${perSecond(rate)} POSTs/s   ratio ${ratio} to raw ${perSecond(raw).trim()}`,
  );
}

async function enqueue(peer: Peer, count: number, enqueued: Tally): Promise<void> {
  for (let left = count; left > 0; left -= CHUNK) {
    await peer.enqueue(Array.from({ length: Math.min(left, CHUNK) }, () => bodyLike(enqueued.add())));
  }
}

/** Counts, and tells when it has come far enough. */
class Tally {
  count = 0;
  #look = () => {};

  add(): number {
    this.count += 1;
    this.#look();
    return this.count;
  }

  async reaches(count: number): Promise<void> {
    while (this.count < count) await new Promise<void>((resolve) => (this.#look = resolve));
  }
}
