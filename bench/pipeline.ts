/** Callhook from leg event to POST, in this process: ingest, store, dispatcher, attempts. */
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
import { CONCURRENCY } from './raw-undici.ts';

export interface Pipeline {
  /** Handed over so far. */
  events: number;
  /** Hands over one event of a leg of its own, which makes one message. */
  event(): Promise<void>;
  /** Called with each batch that was committed. */
  committed: (messages: readonly CommittedMessage[]) => void;
  /** Resolves when so many messages were settled since the pipeline began. */
  settled(count: number): Promise<void>;
  /** Messages that wait, whichever node will send them. */
  pending(): Promise<number>;
  stop(): Promise<void>;
}

/** @param database a file that is not there yet, or a connection string of an empty database */
export async function startPipeline(database: string, url: string, cert: string): Promise<Pipeline> {
  const keys = deriveKeys(new Uint8Array(32));
  const log = createLogger('silent');
  const store = await openStore(database, keys.secrets, healthRulesOf(DEFAULTS), { connections: 10 });
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
    events: 0,
    event() {
      pipeline.events += 1;
      return sink.legs([eventOf(pipeline.events)]);
    },
    pending: async () => (await store.health.overview()).endpoints[0]!.pending,
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

function eventOf(nth: number): LegEvent {
  return {
    leg: `leg-${nth}`,
    call: `call-${nth}`,
    device: `PJSIP/${1001 + (nth % 3)}`,
    direction: 'INCOMING',
    state: 'EARLY',
    atMs: Date.now(),
    remote: { withheld: false, number: '+358409401234' },
  };
}
