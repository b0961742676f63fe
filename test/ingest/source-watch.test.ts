/** Sources follow the directory, and no call stays open for ever. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { SourceLeases } from '../../src/ingest/source-leases.ts';
import { SourceNews } from '../../src/ingest/source-news.ts';
import { SourceWatch } from '../../src/ingest/source-watch.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { ReadSourceSettings } from '../../src/policy/directory.ts';
import { systemClock, type Clock } from '../../src/runtime/clock.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import type { SourceSink } from '../../src/source/source.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { openTestStore } from '../support/store.ts';
import { LEG } from '../store/store-contract.ts';
import { directoryFor } from '../support/transcripts.ts';

const keys = deriveKeys(new Uint8Array(32));
const log = createLogger('silent');

interface More {
  endCallsAfterLostMs?: number;
  clock?: Clock;
  lookEveryMs?: number;
  /** How often the source fails before it runs. */
  faults?: number;
  leaseMs?: number;
  /** Whether the source has to know its devices. */
  asksForDevices?: boolean;
}

async function start(t: TestContext, more: More = {}) {
  const { endCallsAfterLostMs = 60_000, clock = systemClock, lookEveryMs = 1, leaseMs = 10_000 } = more;
  let faults = more.faults ?? 0;
  const store = openTestStore();
  /** While the database is away its calls reject. */
  const database = { away: false };
  const reachable = <Room extends object>(room: Room): Room =>
    new Proxy(room, {
      get(target, name) {
        const call: unknown = Reflect.get(target, name);
        if (typeof call !== 'function') return call;
        return async (...args: unknown[]) => {
          if (database.away) throw new Error('the database is away');
          return (call as (...given: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const directory = directoryFor('PJSIP');
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
  );
  const reasons: (string | undefined)[] = [];
  let told = Promise.withResolvers<void>();
  const ingest = new Ingest({
    store: { ...store, calls: reachable(store.calls) },
    ids: keys.ids,
    clock,
    log,
    committed: (messages) => {
      for (const { body } of messages) reasons.push((JSON.parse(body) as OutwardEvent)['termination-reason']);
      told.resolve();
      told = Promise.withResolvers();
    },
  });
  /** What happens to the sources, in order; a test waits for the next thing. */
  const happened: string[] = [];
  let next = Promise.withResolvers<void>();
  const note = (what: string) => {
    happened.push(what);
    next.resolve();
    next = Promise.withResolvers();
  };
  const until = async (what: string) => {
    while (!happened.includes(what)) await next.promise;
  };
  const sinks: SourceSink[] = [];
  const watch = new SourceWatch({
    directory: store.directory,
    calls: store.calls,
    news: new SourceNews({ health: store.health, clock, log }),
    leases: new SourceLeases(reachable(store.leases), 'node', leaseMs),
    ingest,
    create: (settings: ReadSourceSettings) => ({
      ...(more.asksForDevices === true && {
        watch: (addresses: ReadonlySet<string>) => note(`watch ${[...addresses].toSorted().join(' ')}`),
      }),
      async run(sink, signal) {
        sinks.push(sink);
        note(`start ${settings.id} ${settings.host}`);
        if (faults-- > 0) throw new TypeError('a fault');
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        note(`stop ${settings.id} ${settings.host}`);
      },
    }),
    clock,
    log,
    lookEveryMs,
    endCallsAfterLostMs,
  });
  const stop = new AbortController();
  const running = watch.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
    await store.close();
  });
  return { store, database, directory, watch, until, happened, sinks, reasons, told: () => told.promise };
}

const RINGING = {
  leg: 'pbx1-1.1',
  call: 'pbx1-1.0',
  device: 'PJSIP/1001',
  direction: 'INCOMING',
  state: 'EARLY',
  atMs: 1_000,
} as const;

test('a changed source is restarted, a removed one stopped, an unchanged one left alone', async (t) => {
  const { store, directory, until, happened } = await start(t);
  await until('start pbx 127.0.0.1');
  const source = { ...directory.sources[0]!, host: 'pbx.example' };
  await store.directory.write([{ do: 'put-source', is: 'changed', source }]);
  await until('start pbx pbx.example');
  const organisation = { ...directory.organisations[0]!, name: 'Acme Ltd' };
  await store.directory.write([{ do: 'put-organisation', is: 'changed', organisation }]);
  await store.directory.write([{ do: 'remove-source', id: 'pbx' }]);
  await until('stop pbx pbx.example');
  assert.deepEqual(happened, [
    'start pbx 127.0.0.1',
    'stop pbx 127.0.0.1',
    'start pbx pbx.example',
    'stop pbx pbx.example',
  ]);
});

test('a source that is posted to is not for one node to read, and its open calls end when it is removed', async (t) => {
  const { store, until, happened, reasons, told } = await start(t);
  const posted = { id: 'platform', kind: 'http', secret: 'token', defaultDeviceType: 'SOFT' } as const;
  await store.directory.write([{ do: 'put-source', is: 'new', source: posted }]);
  await until('start pbx 127.0.0.1');
  assert.deepEqual((await store.leases.held('source/', Date.now())).length, 1);
  const leg = { ...LEG, sourceId: 'platform' };
  await store.calls.commit([{ leg, messages: [] }], 0);
  const ended = told();
  await store.directory.write([{ do: 'remove-source', id: 'platform' }]);
  await ended;
  assert.deepEqual([reasons, happened], [['CANCELLED'], ['start pbx 127.0.0.1']]);
});

test('a source learns the devices that it has to ask for, and each change of them', async (t) => {
  const { store, directory, until, happened } = await start(t, { asksForDevices: true });
  await until('start pbx 127.0.0.1');
  const organisation = { ...directory.organisations[0]!, name: 'Acme Ltd' };
  await store.directory.write([{ do: 'put-organisation', is: 'changed', organisation }]);
  const [user] = directory.organisations[0]!.users;
  const devices = [{ source: 'pbx', address: 'PJSIP/1009' }];
  await store.directory.write([
    { do: 'put-user', is: 'changed', organisationId: 'acme', user: { ...user!, devices } },
  ]);
  await until('watch PJSIP/1002 PJSIP/1003 PJSIP/1009');
  assert.deepEqual(happened, [
    'watch PJSIP/1001 PJSIP/1002 PJSIP/1003',
    'start pbx 127.0.0.1',
    'watch PJSIP/1002 PJSIP/1003 PJSIP/1009',
  ]);
});

test('a source that is started again after a fault of ours knows its devices', async (t) => {
  const clock = createFakeClock();
  const { happened } = await start(t, { clock, lookEveryMs: 500, faults: 1, asksForDevices: true });
  await clock.runUntil(() => happened.length >= 4);
  assert.deepEqual(happened.slice(0, 4), [
    'watch PJSIP/1001 PJSIP/1002 PJSIP/1003',
    'start pbx 127.0.0.1',
    'watch PJSIP/1001 PJSIP/1002 PJSIP/1003',
    'start pbx 127.0.0.1',
  ]);
});

test('the open calls of a source that is removed are ended', async (t) => {
  const { store, until, sinks, reasons, told } = await start(t);
  await until('start pbx 127.0.0.1');
  await sinks[0]!.legs([RINGING]);
  const ended = told();
  await store.directory.write([{ do: 'remove-source', id: 'pbx' }]);
  await ended;
  assert.deepEqual(reasons, [undefined, 'CANCELLED']);
});

test('the open calls of a source that stays lost for too long are ended', async (t) => {
  const { until, sinks, reasons, told } = await start(t, { endCallsAfterLostMs: 1 });
  await until('start pbx 127.0.0.1');
  sinks[0]!.state({ status: 'connected' });
  await sinks[0]!.legs([RINGING]);
  const ended = told();
  sinks[0]!.state({ status: 'down', advice: 'Start Asterisk.', retryInMs: 1 });
  await ended;
  assert.deepEqual(reasons, [undefined, 'CANCELLED']);
});

test('a source that a fault of ours stops is shown as down, and started again after ever longer waits', async (t) => {
  const clock = createFakeClock();
  const { store, watch, happened } = await start(t, { clock, lookEveryMs: 500, faults: 3 });
  const startedAtMs: number[] = [];
  for (let starts = 1; starts <= 4; starts += 1) {
    await clock.runUntil(() => happened.length === starts);
    startedAtMs.push(clock.nowMs());
    if (starts === 4) break;
    await clock.runUntil(() => watch.states().get('pbx')?.status === 'down');
    const { sources } = await store.health.overview();
    assert.match(sources[0]?.advice ?? '', /fault of Callhook itself.*started again/);
  }
  assert.deepEqual(
    startedAtMs.map((atMs) => atMs - startedAtMs[0]!),
    [0, 1_000, 3_000, 7_000],
  );
});

test('a wait that is longer than a timer can count is waited for to its end', async (t) => {
  const fake = createFakeClock();
  const clock: Clock = { ...fake, sleep: (delayMs, signal) => fake.sleep(Math.min(delayMs, 1_000), signal) };
  const { sinks, happened, reasons } = await start(t, {
    clock,
    lookEveryMs: 500,
    endCallsAfterLostMs: 10_000,
  });
  await fake.runUntil(() => happened.length === 1);
  sinks[0]!.state({ status: 'connected' });
  await sinks[0]!.legs([RINGING]);
  const lostAtMs = fake.nowMs();
  sinks[0]!.state({ status: 'down', advice: 'Start Asterisk.', retryInMs: 1 });
  await fake.runUntil(() => reasons.length === 2);
  assert.equal(fake.nowMs() - lostAtMs, 10_000);
});

test('what was read before the database went away is stored before the source begins again with its legs', async (t) => {
  const { database, watch, until, happened, sinks, reasons, told } = await start(t, { leaseMs: 60 });
  await until('start pbx 127.0.0.1');
  database.away = true;
  const handedOver = sinks[0]!.legs([RINGING]);
  await until('stop pbx 127.0.0.1');
  assert.match(watch.problem ?? '', /the database is away/);
  assert.equal(sinks.length, 1, 'it does not begin again while something of it is on its way');
  database.away = false;
  await handedOver;
  while (happened.filter((what) => what.startsWith('start')).length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(reasons, [undefined]);
  const ended = told();
  await sinks[1]!.alive(new Set(), 2_000);
  await ended;
  assert.deepEqual(reasons, [undefined, 'CANCELLED']);
});
