/**
 * The same deliveries with PostgreSQL as the store (fsync on), by one node and by two, against raw undici in the same run.
 * The second node is a process of its own that delivers; the first one ingests and delivers.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../src/runtime/clock.ts';
import { startPostgres } from '../test/support/postgres.ts';
import { perSecond } from './figures.ts';
import { startPipeline } from './pipeline.ts';
import { CONCURRENCY, rawUndici } from './raw-undici.ts';
import { startReceiver, type ReceiverProcess } from './receiver-process.ts';

export async function benchPostgres({ messages }: { messages: number }): Promise<void> {
  const receiver = await startReceiver();
  const postgres = await startPostgres({ fsync: true });
  try {
    const raw = await rawUndici(receiver.url, receiver.cert, messages);
    console.log(
      `\nDelivery with PostgreSQL (${messages.toLocaleString('en')} POSTs over TLS, ${CONCURRENCY} at once per node)`,
    );
    console.log(`  raw undici                       ${perSecond(raw)} POSTs/s`);
    for (const nodes of [1, 2]) {
      const rate = await deliver(await postgres.newDatabase(), receiver, messages, nodes);
      console.log(
        `  leg event → PostgreSQL → POST    ${perSecond(rate)} POSTs/s   ratio ${(rate / raw).toFixed(2)}   ${nodes} node${nodes > 1 ? 's' : ''}`,
      );
    }
  } finally {
    receiver.stop();
    await postgres.stop();
  }
}

async function deliver(
  database: string,
  receiver: ReceiverProcess,
  messages: number,
  nodes: number,
): Promise<number> {
  const pipeline = await startPipeline(database, receiver.url, receiver.cert);
  const second =
    nodes > 1
      ? fork(new URL('./second-node.ts', import.meta.url), [database, receiver.url, receiver.cert], {
          stdio: 'inherit',
        })
      : undefined;
  if (second !== undefined) await once(second, 'message');
  const began = performance.now();
  await Promise.all(Array.from({ length: messages }, () => pipeline.event()));
  while ((await pipeline.pending()) > 0) await systemClock.sleep(20);
  const rate = (messages * 1_000) / (performance.now() - began);
  second?.kill();
  await pipeline.stop();
  return rate;
}
