/**
 * Ten thousand endpoints at a fixed rate of messages, first all of them well, then one in ten dead (it takes connections
 * and never says a word). What the dead ones cost the others: their delays, from commit to arrival, side by side.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULTS, healthRulesOf } from '../src/config/connector-config.ts';
import { createAttempter } from '../src/delivery/attempt.ts';
import { parseAllowed } from '../src/delivery/address-guard.ts';
import { Dispatcher } from '../src/delivery/dispatcher.ts';
import { planChanges } from '../src/policy/directory-changes.ts';
import type { OpenLeg } from '../src/store/store.ts';
import { DEFAULT_STATES } from '../src/policy/organisation.ts';
import { systemClock } from '../src/runtime/clock.ts';
import { deriveKeys } from '../src/runtime/keys.ts';
import { createLogger } from '../src/runtime/logger.ts';
import { openStore } from '../src/store/open-store.ts';
import { directoryFor } from '../test/support/transcripts.ts';
import { quantile } from './figures.ts';
import { startReceiver, type ReceiverProcess } from './receiver-process.ts';

const RATE_PER_S = 300;
const { secrets } = deriveKeys(new Uint8Array(32));

export async function benchManyEndpoints({ endpoints, seconds }: { endpoints: number; seconds: number }) {
  const receiver = await startReceiver();
  const silent = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const deadUrl = `https://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
  try {
    const well = await delays(receiver, deadUrl, endpoints, 0, seconds);
    const tenth = await delays(receiver, deadUrl, endpoints, 0.1, seconds);
    console.log(`\n${endpoints.toLocaleString('en')} endpoints, ${RATE_PER_S} messages/s`);
    for (const [what, sorted] of [
      ['all of them well            ', well],
      ['one in ten dead: the others ', tenth],
    ] as const) {
      console.log(
        `  ${what} p50 ${quantile(sorted, 0.5).toFixed(2)} ms, p99 ${quantile(sorted, 0.99).toFixed(2)} ms`,
      );
    }
    console.log(
      `  p99 with dead ones / without: ${(quantile(tenth, 0.99) / quantile(well, 0.99)).toFixed(2)}`,
    );
  } finally {
    receiver.stop();
    silent.close();
  }
}

/** @returns the delays of the endpoints that are well, in milliseconds, sorted; the first third of the time is not counted */
async function delays(
  receiver: ReceiverProcess,
  deadUrl: string,
  count: number,
  dead: number,
  seconds: number,
): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-endpoints-'));
  const store = await openStore(join(folder, 'bench.db'), secrets, healthRulesOf(DEFAULTS));
  const [acme] = directoryFor('PJSIP').organisations;
  const isDead = (nth: number) => nth < count * dead;
  const endpoints = Array.from({ length: count }, (_, nth) => ({
    ...acme!.endpoints[0]!,
    id: `e${nth}`,
    url: isDead(nth) ? deadUrl : receiver.url,
    states: DEFAULT_STATES,
  }));
  const directory = directoryFor('PJSIP', { endpoints });
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
  );
  const attempter = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8']).allowed,
    trustedCertificates: [receiver.cert],
    timeouts: { connectMs: 5_000, totalMs: 15_000 },
    userAgent: 'Callhook/bench',
    clock: systemClock,
  });
  const dispatcher = new Dispatcher({
    outbox: store.outbox,
    attempter,
    clock: systemClock,
    random: Math.random,
    log: createLogger('silent'),
    limits: { total: DEFAULTS.max_attempts_at_once, perEndpoint: DEFAULTS.max_attempts_per_endpoint },
    graceMs: 100,
  });
  const stop = new AbortController();
  const dispatched = dispatcher.run(stop.signal);

  const madeAtMs = new Map<string, number>();
  const began = performance.now();
  for (let made = 0; performance.now() - began < seconds * 1_000;) {
    const due = ((performance.now() - began) / 1_000) * RATE_PER_S;
    const batch = [];
    for (; made < due; made += 1) {
      const nth = (made * 7_919) % count;
      batch.push(message(`m${made}`, `e${nth}`));
      if (!isDead(nth)) madeAtMs.set(`m${made}`, performance.timeOrigin + performance.now());
    }
    if (batch.length > 0) {
      await store.calls.commit(
        batch.map((draft) => ({ leg: LEG, messages: [draft] })),
        Date.now(),
      );
      dispatcher.wake();
    }
    await systemClock.sleep(1);
  }
  await systemClock.sleep(1_000);
  const arrived = new Map(await receiver.arrivals());
  stop.abort();
  await dispatched;
  await attempter.close();
  await store.close();
  rmSync(folder, { recursive: true });
  const counted = [...madeAtMs].slice(Math.floor(madeAtMs.size / 3));
  return counted.map(([id, atMs]) => (arrived.get(id) ?? Infinity) - atMs).toSorted((a, b) => a - b);
}

const LEG: OpenLeg = {
  sourceId: 'pbx',
  leg: 'leg',
  organisationId: 'acme',
  callId: 'call',
  branchId: 'branch',
  progress: { state: 'TERMINATED', answered: false, atMs: 0 },
  direction: 'INCOMING',
  person: { userId: 'user', numbers: [], extensions: [] },
  deviceType: 'SOFT',
};

function message(messageId: string, endpointId: string) {
  const event = {
    call_id: messageId,
    branch_id: 'branch',
    timestamp: '2026-11-23T00:00:00.000+00:00',
    state: 'TERMINATED',
    direction: 'INCOMING',
  } as const;
  return { messageId, organisationId: 'acme', endpointId, event, expireAfterMs: 1e9 };
}
