/**
 * From leg event to POST, against raw undici doing the same POSTs in the same run: throughput of a full outbox, and
 * the delay of single events at a fixed rate. The store is a SQLite file with synchronous=FULL.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LegEvent } from '../src/call/leg-event.ts';
import { DEFAULTS, healthRulesOf } from '../src/config/connector-config.ts';
import { parseAllowed } from '../src/delivery/address-guard.ts';
import { createAttempter } from '../src/delivery/attempt.ts';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { Ingest } from '../src/ingest/ingest.ts';
import { planChanges } from '../src/policy/directory-changes.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { deriveKeys } from '../src/runtime/keys.ts';
import { createLogger } from '../src/runtime/logger.ts';
import { openStore } from '../src/store/open-store.ts';
import type { CommittedMessage } from '../src/store/store.ts';
import { directoryFor } from '../test/support/transcripts.ts';
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
  try {
    const raw = await rawUndici(url, cert, messages);
    await receiver.arrivals();
    const pipeline = await startPipeline(url, cert);
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
  }
}

interface Pipeline {
  /** Hands over one event of a leg of its own, which makes one message. */
  event(): Promise<void>;
  /** Called with each batch that was committed. */
  committed: (messages: readonly CommittedMessage[]) => void;
  /** Resolves when so many messages were settled since the pipeline began. */
  settled(count: number): Promise<void>;
  stop(): Promise<void>;
}

async function startPipeline(url: string, cert: string): Promise<Pipeline> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-bench-'));
  const keys = deriveKeys(new Uint8Array(32));
  const log = createLogger('silent');
  const store = await openStore(join(folder, 'bench.db'), keys.secrets, healthRulesOf(DEFAULTS));
  const [organisation] = directoryFor('PJSIP').organisations;
  const endpoints = [{ ...organisation!.endpoints[0]!, url }];
  const directory = directoryFor('PJSIP', { endpoints });
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
  );
  const attempter = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8']).allowed,
    trustedCertificates: [cert],
    timeouts: { connectMs: 5_000, totalMs: 15_000 },
    userAgent: 'Callhook/bench',
    clock: systemClock,
  });
  let settled = 0;
  let look = () => {};
  const limits = { total: CONCURRENCY, perEndpoint: CONCURRENCY };
  const dispatcher = new Dispatcher({
    outbox: {
      ...store.outbox,
      async settle(settlements, nowMs) {
        const lost = await store.outbox.settle(settlements, nowMs);
        settled += settlements.length;
        look();
        return lost;
      },
    },
    attempter,
    clock: systemClock,
    random: Math.random,
    log,
    limits,
    graceMs: 1_000,
  });
  const stop = new AbortController();
  const dispatched = dispatcher.run(stop.signal);
  const pipeline: Pipeline = {
    event: () => sink.legs([nextEvent()]),
    committed: () => {},
    settled: async (count) => {
      for (;;) {
        if (settled >= count) return;
        await new Promise<void>((resolve) => (look = resolve));
      }
    },
    async stop() {
      stop.abort();
      await dispatched;
      await ingest.close();
      await attempter.close();
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
  const ingest = new Ingest({
    store,
    ids: keys.ids,
    clock: systemClock,
    log,
    committed: (messages) => {
      pipeline.committed(messages);
      dispatcher.wake();
    },
  });
  const sink = await ingest.open({ id: 'pbx', defaultDeviceType: 'SOFT' }, undefined, {
    state: () => {},
    ignored: () => {},
  });
  return pipeline;
}

let legs = 0;

function nextEvent(): LegEvent {
  legs += 1;
  return {
    leg: `leg-${legs}`,
    call: `call-${legs}`,
    device: `PJSIP/${1001 + (legs % 3)}`,
    direction: 'INCOMING',
    state: 'EARLY',
    atMs: Date.now(),
    remote: { withheld: false, number: '+358409401234' },
  };
}

/** All events at once; the clock stops when the last message is settled. */
async function throughput(pipeline: Pipeline, count: number): Promise<number> {
  const started = performance.now();
  await Promise.all(Array.from({ length: count }, () => pipeline.event()));
  await pipeline.settled(legs);
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
  await pipeline.settled(legs);
  const arrivedAt = new Map(await receiver.arrivals());
  return order.map((id, index) => arrivedAt.get(id)! - handedAtMs[index]!).toSorted((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): string {
  return quantile(sorted, share).toFixed(2);
}
