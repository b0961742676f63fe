/** What is told of sources, to the store and by it to all who look. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { SourceNews } from '../../src/ingest/source-news.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createEar } from '../support/ear.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { openTestStore } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';

const START_MS = 1_000_000;

async function start(t: TestContext) {
  const clock = createFakeClock(START_MS);
  const store = openTestStore();
  const empty = { sources: [], organisations: [] };
  await store.directory.write(planChanges(empty, directoryFor('PJSIP'), { prune: false }).changes);
  /** What was asked of the database, and whether it is away. */
  const database = { writes: 0, away: false };
  const write = async (room: () => Promise<void>) => {
    database.writes += 1;
    if (database.away) throw new Error('the database is away');
    await room();
  };
  const health = {
    sourceState: (...told: Parameters<typeof store.health.sourceState>) =>
      write(() => store.health.sourceState(...told)),
    sourcesHeard: (...told: Parameters<typeof store.health.sourcesHeard>) =>
      write(() => store.health.sourcesHeard(...told)),
  };
  const news = new SourceNews({ health, clock, log: createLogger('silent') });
  const stop = new AbortController();
  const running = news.run(stop.signal);
  t.after(async () => {
    stop.abort();
    await running;
    await store.close();
  });
  const source = async () => (await store.health.sources())[0]!;
  const pass = (ms: number) => {
    const untilMs = clock.nowMs() + ms;
    void clock.sleep(ms);
    return clock.runUntil(() => clock.nowMs() >= untilMs);
  };
  return { clock, database, news, source, pass, stop, running };
}

const EVENT = { leg: 'a', call: 'c', device: 'd', direction: 'INCOMING', state: 'EARLY' } as const;

test('a thousand events are one write, with the longest way from the phone system to the disk', async (t) => {
  const { clock, database, news, source, pass, stop, running } = await start(t);
  const ear = createEar();
  const sink = news.listening('pbx', { ...ear, legs: (events) => pass(events.length) });
  news.state('pbx', { status: 'connected' });
  for (let count = 0; count < 1_000; count += 1) sink.heard(clock.nowMs() - 20);
  assert.equal(database.writes, 1, 'the state');
  const atMs = clock.nowMs() - 30;
  const stored = sink.legs([
    { ...EVENT, atMs: 1 },
    { ...EVENT, atMs },
  ]);
  await stored;
  stop.abort();
  await running;
  assert.equal(database.writes, 2);
  const { heardAtMs, lagMs } = await source();
  assert.deepEqual([heardAtMs, lagMs], [START_MS, 32], 'the second leg was stored two milliseconds later');
});

test('a phone system that tells no time has no lag, and one whose clock is ahead has none either', async (t) => {
  const { clock, news, source, pass } = await start(t);
  const sink = news.listening('pbx', createEar());
  news.state('pbx', { status: 'connected' });
  sink.heard();
  await sink.legs([{ ...EVENT, atMs: clock.nowMs() - 500 }]);
  await pass(6_000);
  assert.equal((await source()).lagMs, undefined);
  sink.heard(clock.nowMs() + 700);
  await pass(6_000);
  assert.equal((await source()).lagMs, 0);
});

test('what a database that was away could not take is told when it is back: the last of it', async (t) => {
  const { database, news, source, pass } = await start(t);
  news.state('pbx', { status: 'connected' });
  database.away = true;
  news.state('pbx', { status: 'down', advice: 'Start Asterisk.', retryInMs: 1 });
  news.heard('pbx');
  await pass(6_000);
  database.away = false;
  assert.equal((await source()).status, 'connected');
  await pass(10_000);
  const { status, lastBreak, heardAtMs } = await source();
  assert.deepEqual([status, lastBreak?.why, heardAtMs], ['down', 'Start Asterisk.', START_MS]);
});

test('of a source that another node reads nothing more is told', async (t) => {
  const { database, news, source, pass } = await start(t);
  database.away = true;
  news.state('pbx', { status: 'connected' });
  news.leave('pbx');
  await pass(6_000);
  database.away = false;
  await pass(10_000);
  assert.equal((await source()).sinceMs, undefined);
});
