/** When a failed message is tried again, and what its failing tells of the receiver. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { nextStep, retryDelayMs, signalOf } from '../../src/delivery/retry-schedule.ts';
import { RETRY_PRESETS } from '../../src/policy/delivery-settings.ts';

const DAY_MS = 86_400_000;
const ENDPOINT = { id: 'crm', url: 'https://crm.example/', states: [], secret: '', delivery: {} };
const CLAIM = { endpoint: ENDPOINT, retriesUsed: 0, probe: false };
const middle = () => 0.5;

const failure = (code: Exclude<Outcome, { ok: true }>['code'], retryAfterMs?: number): Outcome => ({
  ok: false,
  code,
  detail: 'It failed.',
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

test('retries begin within about a second, slow down, span about three days and end', () => {
  const delays = RETRY_PRESETS.standard;
  assert.equal(delays[0], 1_000);
  assert.deepEqual(
    delays.toSorted((a, b) => a - b),
    delays,
  );
  const days = delays.reduce((sum, delay) => sum + delay) / DAY_MS;
  assert.ok(days > 2.8 && days < 3.3, `${days} days`);
  assert.equal(retryDelayMs({}, delays.length, middle), undefined);
});

test('an endpoint can have the brief schedule or one of its own', () => {
  assert.equal(retryDelayMs({ retry: 'brief' }, 12, middle), undefined);
  assert.deepEqual(
    [0, 1, 2].map((used) => retryDelayMs({ retry: [500, 7_000] }, used, middle)),
    [500, 7_000, undefined],
  );
});

test('jitter is at most a fifth, and whole milliseconds come out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: RETRY_PRESETS.standard.length - 1 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (used, random) => {
        const delay = retryDelayMs({}, used, () => random)!;
        const plain = RETRY_PRESETS.standard[used]!;
        assert.ok(Number.isInteger(delay) && delay >= plain * 0.8 && delay <= plain * 1.2);
      },
    ),
  );
});

test('what a receiver asks for by Retry-After is kept, within a second and an hour', () => {
  for (const [askedMs, dueAtMs] of [
    [0, 1_000],
    [90_000, 90_000],
    [DAY_MS, 3_600_000],
  ] as const) {
    const next = nextStep(CLAIM, failure('receiver_error', askedMs), 0, middle);
    assert.deepEqual(next, { kind: 'later', dueAtMs, usesRetry: true });
  }
});

test('a 429 slows the whole endpoint and costs the message no step of its schedule', () => {
  assert.deepEqual(signalOf(failure('rate_limited', 30_000), 100), { kind: 'throttled', untilMs: 30_100 });
  assert.deepEqual(signalOf(failure('rate_limited'), 100), { kind: 'throttled', untilMs: 5_100 });
  const next = nextStep({ ...CLAIM, retriesUsed: 99 }, failure('rate_limited'), 0, middle);
  assert.deepEqual(next, { kind: 'later', dueAtMs: 5_000, usesRetry: false });
});

test('a message that is not accepted shows that the receiver is there, and dies when its schedule is over', () => {
  assert.deepEqual(signalOf(failure('refused_message'), 0), { kind: 'answered' });
  assert.deepEqual(nextStep({ ...CLAIM, retriesUsed: 99 }, failure('refused_message'), 0, middle), {
    kind: 'dead',
  });
});

test('a 410 disables the endpoint, and its message waits for the day it is enabled', () => {
  assert.equal(signalOf(failure('gone'), 0).kind, 'gone');
  assert.equal(nextStep(CLAIM, failure('gone'), 0, middle).kind, 'later');
});

test('a failed probe costs its message no step of its schedule', () => {
  const next = nextStep({ ...CLAIM, retriesUsed: 99, probe: true }, failure('timeout_connect'), 0, middle);
  assert.ok(next.kind === 'later' && !next.usesRetry);
});

test('what was not sent says nothing of the receiver', () => {
  assert.deepEqual(signalOf(failure('claim_lapsed'), 0), { kind: 'none' });
});
