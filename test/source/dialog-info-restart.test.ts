/** Dialog events through ingest and store: what a restart in mid-call makes of open legs. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { createDialogInfoSource } from '../../src/source/dialog-info/run.ts';
import { documentXml, type Written } from '../support/dialog-info.ts';
import { startSipNotifier } from '../support/sip-notifier.ts';
import { openTestStore } from '../support/store.ts';
import { kamailioDirectory } from '../support/transcripts.ts';

const ANNA = 'sip:1001@127.0.0.1';
const BO = 'sip:1002@127.0.0.1';

async function install(t: TestContext) {
  const store = openTestStore();
  const directory = kamailioDirectory();
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directory, { prune: false }).changes,
  );
  const shown = new Map<string, readonly Written[]>();
  const pbx = await startSipNotifier({
    document: (address) => documentXml(shown.get(address) ?? [], { entity: address }),
  });
  t.after(async () => {
    await pbx.close();
    await store.close();
  });
  const told: string[] = [];
  let more = Promise.withResolvers<void>();
  const log = createLogger('silent');

  /** Another process with the same database. */
  const start = async (addresses: readonly string[]) => {
    const ingest = new Ingest({
      store,
      ids: deriveKeys(new Uint8Array(32)).ids,
      clock: systemClock,
      log,
      committed(messages) {
        for (const { body } of messages) {
          const {
            local_user_id: user,
            state,
            'termination-reason': reason,
          } = JSON.parse(body) as OutwardEvent;
          told.push([user?.slice(5, 9), state, reason].filter(Boolean).join(' '));
        }
        more.resolve();
        more = Promise.withResolvers();
      },
    });
    const [settings] = directory.sources;
    if (settings?.kind !== 'dialog-info') throw new Error('another source');
    const source = createDialogInfoSource({
      settings: { ...settings, port: pbx.port },
      clock: systemClock,
      log,
      random: () => 0.5,
      endCallsAfterLostMs: 60_000,
      times: { reportMs: 1, goodbyeMs: 500 },
    });
    const sink = await ingest.open(settings, undefined, { state: () => {}, ignored: () => {} });
    source.watch?.(new Set(addresses));
    const stopping = new AbortController();
    const running = source.run(sink, stopping.signal);
    const stop = async () => {
      stopping.abort();
      await running;
      await ingest.close();
    };
    t.after(stop);
    return stop;
  };
  const until = async (count: number) => {
    while (told.length < count) await more.promise;
  };
  return { pbx, shown, start, told, until };
}

test('a restart in mid-call repeats nothing, ends what is gone for the reason that is told, and goes on', async (t) => {
  const { pbx, shown, start, told, until } = await install(t);
  shown.set(ANNA, [
    { id: 'a', state: 'confirmed' },
    { id: 'b', state: 'early' },
    { id: 'c', state: 'early' },
  ]);
  const stop = await start([ANNA]);
  await until(3);
  await stop();
  shown.set(ANNA, [
    { id: 'a', state: 'confirmed' },
    { id: 'b', state: 'terminated event="rejected" code="486"' },
    { id: 'x', state: 'terminated' },
  ]);
  await start([ANNA]);
  await until(5);
  pbx.notify(pbx.of(ANNA), { document: documentXml([{ id: 'a', state: 'terminated' }], { entity: ANNA }) });
  await until(6);
  assert.deepEqual(told, [
    '1001 CONFIRMED',
    '1001 EARLY',
    '1001 EARLY',
    '1001 TERMINATED REJECTED',
    '1001 TERMINATED CANCELLED',
    '1001 TERMINATED HANGUP',
  ]);
});

test('the legs of one who is not watched any more after a restart are ended, those of others are not', async (t) => {
  const { shown, start, told, until } = await install(t);
  for (const address of [ANNA, BO]) shown.set(address, [{ id: address, state: 'confirmed' }]);
  const stop = await start([ANNA, BO]);
  await until(2);
  await stop();
  await start([BO]);
  await until(3);
  assert.deepEqual(told.slice(2), ['1001 TERMINATED HANGUP']);
});
