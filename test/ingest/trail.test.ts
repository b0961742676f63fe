/** What ingest leaves in the log of steps that made no message: only what may leave, and why there was none. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { LegEvent } from '../../src/call/leg-event.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { OrganisationEntry } from '../../src/policy/directory.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { KEYS, openTestStore } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';

async function start(t: TestContext, more: Partial<OrganisationEntry> = {}, keepsTrail = true) {
  const store = openTestStore();
  t.after(() => store.close());
  const empty = { sources: [], organisations: [] };
  const directory = directoryFor('PJSIP', more);
  await store.directory.write(planChanges(empty, directory, { prune: false }).changes);
  const log = createLogger('silent');
  const options = { store, ids: KEYS.ids, clock: systemClock, log, committed: () => {}, keepsTrail };
  const ingest = new Ingest(options);
  const source = { id: 'pbx', defaultDeviceType: 'DESKTOP' as const };
  const sink = await ingest.open(source, undefined, { state: () => {}, ignored: () => {} });
  return {
    take: (...events: Partial<LegEvent>[]) => sink.legs(events.map((event) => ({ ...LEG, ...event }))),
    timelines: async () => {
      const { items } = await store.log.calls('acme', {}, { limit: 10 });
      return Promise.all(items.map(({ callId }) => store.log.call('acme', callId)));
    },
  };
}

const LEG: LegEvent = {
  leg: 'a',
  call: 'call',
  device: 'PJSIP/1001',
  direction: 'INCOMING',
  state: 'EARLY',
  atMs: 1_000,
  remote: { withheld: false, number: '0409401234' },
};

test('a state that no endpoint asks for is told with what they ask for', async (t) => {
  const [endpoint] = directoryFor('PJSIP').organisations[0]!.endpoints;
  const { take, timelines } = await start(t, { endpoints: [{ ...endpoint!, states: ['TERMINATED'] }] });
  await take({}, { state: 'TERMINATED', atMs: 2_000 });
  const [timeline] = await timelines();
  assert.deepEqual(
    timeline?.steps.map(({ event, sentTo, refusals }) => [event.state, sentTo, refusals]),
    [
      ['EARLY', [], [{ endpointId: 'crm', why: 'state', asks: ['TERMINATED'] }]],
      ['TERMINATED', ['crm'], []],
    ],
  );
});

test('of a call without any endpoint the trail holds what may leave, masked as it would be', async (t) => {
  const privacy = { ...OPEN_PRIVACY, modifyRemoteNumber: { mask: 4 }, removeLocalUserId: true };
  const { take, timelines } = await start(t, { endpoints: [], privacy });
  await take({});
  const [timeline] = await timelines();
  const [step] = timeline!.steps;
  assert.equal(step?.event.remote_number, '+35840940XXXX');
  assert.equal(step?.event.local_user_id, undefined);
  assert.deepEqual([step?.sentTo, step?.refusals], [[], []]);
});

test('a leg that was up before its device was in the directory is told, and is not reported', async (t) => {
  const { take, timelines } = await start(t);
  await take({ state: 'TERMINATED', after: 'CONFIRMED' });
  const [timeline] = await timelines();
  const [step] = timeline!.steps;
  assert.deepEqual([step?.cameLate, step?.event['termination-reason']], [true, 'HANGUP']);
  assert.deepEqual(timeline?.messages, []);
});

test('without a trail, and of a device that is nobody’s, nothing is kept', async (t) => {
  const none = await start(t, { endpoints: [] }, false);
  await none.take({}, { leg: 'b', state: 'TERMINATED', after: 'CONFIRMED' });
  assert.deepEqual(await none.timelines(), []);
  const nobody = await start(t);
  await nobody.take({ device: 'PJSIP/trunk' });
  assert.deepEqual(await nobody.timelines(), []);
});
