/** Legs that are nobody's are counted for the operator, in bounded room and seldom written. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { UnknownDevices } from '../../src/ingest/unknown-devices.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { UnknownDevice } from '../../src/store/log.ts';

test('a burst is one write, of no more devices than are remembered; a store that fails is not asked twice', async () => {
  const writes: (readonly UnknownDevice[])[] = [];
  const stop = new AbortController();
  let nowMs = 1_000;
  const clock: Clock = {
    nowMs: () => nowMs,
    async sleep() {
      if (writes.length === 0) return;
      if (writes.length === 1) devices.saw('pbx', 'PJSIP/after-the-failure');
      else stop.abort();
    },
  };
  const log = {
    async addUnknownDevices(given: readonly UnknownDevice[]) {
      writes.push(given);
      if (writes.length === 1) throw new Error('the disk is full');
    },
  };
  const devices = new UnknownDevices({ log, clock });
  devices.saw('pbx', 'PJSIP/trunk');
  nowMs = 2_000;
  devices.saw('pbx', 'PJSIP/trunk');
  for (let nth = 0; nth < 5_000; nth += 1) devices.saw('pbx', `PJSIP/made-up-${nth}${'x'.repeat(300)}`);
  devices.saw('pbx', 'PJSIP/trunk');
  await devices.run(stop.signal);
  const [burst, later, ...none] = writes;
  assert.equal(burst?.length, 1_000);
  assert.deepEqual(burst?.[0], {
    sourceId: 'pbx',
    address: 'PJSIP/trunk',
    events: 3,
    firstAtMs: 1_000,
    lastAtMs: 2_000,
  });
  assert.ok(burst?.every(({ address }) => address.length <= 200));
  assert.deepEqual(
    later?.map(({ address }) => address),
    ['PJSIP/after-the-failure'],
  );
  assert.deepEqual(none, []);
});
