/**
 * From leg event to POST, against raw undici doing the same POSTs in the same run: throughput of a full outbox, and
 * the delay of single events at a fixed rate. The store is a SQLite file with synchronous=FULL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/runtime/clock.ts';
import { startPipeline, type Pipeline } from './pipeline.ts';
import { perSecond, quantile } from './figures.ts';
import { CONCURRENCY, rawUndici } from './raw-undici.ts';
import { startReceiver, type ReceiverProcess } from './receiver-process.ts';

const RATE_PER_S = 500;

export async function benchDelivery({
  messages,
  seconds,
}: {
  messages: number;
  seconds: number;
}): Promise<void> {
  const receiver = await startReceiver();
  const { url, cert } = receiver;
  const folder = mkdtempSync(join(tmpdir(), 'callhook-bench-'));
  try {
    const raw = await rawUndici(url, cert, messages);
    await receiver.arrivals();
    const pipeline = await startPipeline(join(folder, 'bench.db'), url, cert);
    const ours = await throughput(pipeline, messages);
    await receiver.arrivals();
    console.log(`\nDelivery (${messages.toLocaleString('en')} POSTs over TLS, ${CONCURRENCY} at once)`);
    console.log(`  raw undici                       ${perSecond(raw)} POSTs/s`);
    console.log(
      `  leg event → SQLite → POST        ${perSecond(ours)} POSTs/s   ratio ${(ours / raw).toFixed(2)}`,
    );
    const delays = await delaysAtFixedRate(pipeline, receiver, seconds);
    console.log(
      `  at ${RATE_PER_S} events/s, event → POST arrived: p50 ${at(delays, 0.5)} ms, p99 ${at(delays, 0.99)} ms`,
    );
    await pipeline.stop();
  } finally {
    receiver.stop();
    rmSync(folder, { recursive: true });
  }
}

/** All events at once; the clock stops when the last message is settled. */
export async function throughput(pipeline: Pipeline, count: number): Promise<number> {
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => pipeline.event()));
  await pipeline.settled(pipeline.events);
  return (count * 1_000) / (performance.now() - started);
}

async function delaysAtFixedRate(
  pipeline: Pipeline,
  receiver: ReceiverProcess,
  seconds: number,
): Promise<number[]> {
  const handedAtMs: number[] = [];
  const order: string[] = [];
  pipeline.committed = (messages) => order.push(...messages.map(({ messageId }) => messageId));
  const count = RATE_PER_S * seconds;
  const started = performance.now();
  while (handedAtMs.length < count) {
    const due = Math.min(count, ((performance.now() - started) / 1_000) * RATE_PER_S);
    while (handedAtMs.length < due) {
      handedAtMs.push(performance.timeOrigin + performance.now());
      void pipeline.event();
    }
    await systemClock.sleep(1);
  }
  await pipeline.settled(pipeline.events);
  const arrivedAt = new Map(await receiver.arrivals());
  return order.map((id, index) => arrivedAt.get(id)! - handedAtMs[index]!).toSorted((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): string {
  return quantile(sorted, share).toFixed(2);
}
