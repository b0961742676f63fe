import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RETRY_DELAYS_MS, retryDelayMs } from '../../src/delivery/retry-schedule.ts';

const DAY_MS = 86_400_000;

test('retries begin within about a second, slow down, span about three days and end', () => {
  assert.equal(RETRY_DELAYS_MS[0], 1_000);
  assert.deepEqual(
    RETRY_DELAYS_MS.toSorted((a, b) => a - b),
    RETRY_DELAYS_MS,
  );
  const days = RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay) / DAY_MS;
  assert.ok(days > 2.8 && days < 3.3, `${days} days`);
  assert.equal(
    retryDelayMs(RETRY_DELAYS_MS.length + 1, () => 0.5),
    undefined,
  );
});

test('jitter is at most a fifth, and whole milliseconds come out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: RETRY_DELAYS_MS.length }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (nth, random) => {
        const delay = retryDelayMs(nth, () => random)!;
        const plain = RETRY_DELAYS_MS[nth - 1]!;
        assert.ok(Number.isInteger(delay) && delay >= plain * 0.8 && delay <= plain * 1.2);
      },
    ),
  );
});
