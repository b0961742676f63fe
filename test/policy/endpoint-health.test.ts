/** The health of an endpoint: a pure machine, tried with whatever may happen to it. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import {
  afterAttempt,
  afterClaim,
  afterTime,
  allowance,
  disabled,
  enabled,
  HEALTHY,
  nextChanceMs,
  OPEN_GATE,
  type EndpointHealth,
  type Gate,
  type Signal,
} from '../../src/policy/endpoint-health.ts';
import { RULES } from '../support/store.ts';

const FAILED: Signal = { kind: 'failed', reason: 'It is down.' };
const ANSWERED: Signal = { kind: 'answered' };

function after(signals: readonly Signal[], health: EndpointHealth = HEALTHY, nowMs = 0): EndpointHealth {
  return signals.reduce((before, signal) => afterAttempt(before, signal, nowMs, RULES).health, health);
}

const PAUSED = after([FAILED, FAILED, FAILED]);

test('some failures make it failing, one answer makes it healthy again', () => {
  assert.equal(after([FAILED, FAILED]).kind, 'failing');
  assert.deepEqual(after([FAILED, FAILED, ANSWERED]), HEALTHY);
});

test('failures in a row pause it, and the operator is told once', () => {
  assert.equal(PAUSED.kind, 'paused');
  const failing = after([FAILED, FAILED]);
  assert.equal(afterAttempt(failing, FAILED, 0, RULES).notice?.kind, 'paused');
  assert.equal(afterAttempt(PAUSED, FAILED, 0, RULES).notice, undefined);
});

test('probes come after waits twice as long each, up to the longest', () => {
  let gate: Gate = { health: PAUSED, tatMs: 0 };
  const waits: number[] = [];
  for (let nowMs = 0; waits.length < 6;) {
    const chanceMs = nextChanceMs(gate)!;
    waits.push(chanceMs - nowMs);
    nowMs = chanceMs;
    assert.equal(allowance(gate, nowMs - 1, 0), 0);
    assert.equal(allowance(gate, nowMs, 0), 1);
    gate = afterClaim(gate, 1, nowMs, RULES);
    assert.equal(allowance(gate, nowMs, 1), 0, 'one at a time');
    gate = { ...gate, health: afterAttempt(gate.health, FAILED, nowMs, RULES).health };
  }
  assert.deepEqual(waits, [1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
});

test('a probe whose sender is gone gives way to another after its claim has lapsed', () => {
  const gate = afterClaim({ health: PAUSED, tatMs: 0 }, 1, 1_000, RULES);
  assert.equal(allowance(gate, 1_000 + RULES.claimMs - 1, 0), 0);
  assert.equal(allowance(gate, 1_000 + RULES.claimMs, 0), 1);
});

test('after a probe that was answered the rate rises until it is no limit, then it is healthy', () => {
  const probing = afterClaim({ health: PAUSED, tatMs: 0 }, 1, 1_000, RULES).health;
  const { health, notice } = afterAttempt(probing, ANSWERED, 2_000, RULES);
  assert.equal(health.kind, 'recovering');
  assert.equal(notice?.kind, 'recovered');
  const perSecond: number[] = [];
  let gate: Gate = { health, tatMs: 0 };
  for (let second = 0; second < 10; second += 1) {
    let count = 0;
    for (let ms = 0; ms < 1_000; ms += 10) {
      const nowMs = 2_000 + second * 1_000 + ms;
      const allowed = allowance(gate, nowMs, 0);
      gate = afterClaim(gate, allowed, nowMs, RULES);
      count += allowed;
    }
    perSecond.push(count);
  }
  assert.ok(perSecond[0]! >= 4 && perSecond[0]! <= 8, perSecond.join());
  assert.deepEqual(
    perSecond.toSorted((a, b) => a - b),
    perSecond,
  );
  assert.equal(afterAttempt(health, ANSWERED, 2_000 + 15_999, RULES).health.kind, 'recovering');
  assert.deepEqual(afterAttempt(health, ANSWERED, 2_000 + 16_000, RULES).health, HEALTHY);
});

test('a failure while it recovers sets it back a little; only as many in a row as pause it pause it', () => {
  const recovering: EndpointHealth = { kind: 'recovering', startsAtMs: 0 };
  const once = after([FAILED], recovering, 5_000);
  assert.deepEqual(once, { kind: 'recovering', startsAtMs: 250, failures: 1 });
  assert.deepEqual(after([FAILED, ANSWERED, FAILED, ANSWERED], recovering, 5_000), {
    kind: 'recovering',
    startsAtMs: 500,
  });
  assert.equal(after([FAILED, FAILED, FAILED], recovering, 5_000).kind, 'paused');
});

test('a receiver that fails one time in twenty gets over an outage, and the operator is not told again and again', () => {
  const rules = { ...RULES, pauseAfterFailures: 10 };
  let gate: Gate = { health: { kind: 'recovering', startsAtMs: 0 }, tatMs: 0 };
  let notices = 0;
  let backlog = 2_000;
  let nth = 0;
  for (let nowMs = 0; nowMs < 300_000 && backlog > 0; nowMs += 50) {
    // Twenty new messages a second.
    backlog += 1;
    const allowed = Math.min(allowance(gate, nowMs, 0), backlog, 32);
    gate = afterClaim(gate, allowed, nowMs, rules);
    for (let i = 0; i < allowed; i += 1) {
      nth += 1;
      const signal: Signal = nth % 20 === 0 ? FAILED : ANSWERED;
      const step = afterAttempt(gate.health, signal, nowMs, rules);
      gate = { ...gate, health: step.health };
      if (step.notice !== undefined) notices += 1;
      if (signal === ANSWERED) backlog -= 1;
    }
  }
  assert.equal(backlog, 0);
  assert.equal(notices, 0);
});

test('a 429 leaves it alone for its time and lets it come back slowly', () => {
  const throttled = after([{ kind: 'throttled', untilMs: 9_000 }]);
  const gate = { health: throttled, tatMs: 0 };
  assert.deepEqual([allowance(gate, 8_999, 0), allowance(gate, 9_000, 0)], [0, 1]);
  const others = after([{ kind: 'throttled', untilMs: 1_000 }, FAILED], throttled);
  assert.equal(allowance({ health: others, tatMs: 0 }, 8_999, 0), 0, 'whatever the answers beside it say');
});

test('a probe that is answered by a 429 shows that the receiver is back', () => {
  const probing = afterClaim({ health: PAUSED, tatMs: 0 }, 1, 1_000, RULES).health;
  const { health, notice } = afterAttempt(probing, { kind: 'throttled', untilMs: 9_000 }, 2_000, RULES);
  assert.deepEqual([health.kind, notice?.kind], ['recovering', 'recovered']);
});

test('time alone ends a recovery', () => {
  const recovering: EndpointHealth = { kind: 'recovering', startsAtMs: 0 };
  assert.equal(afterTime(recovering, 15_999, RULES).health.kind, 'recovering');
  assert.deepEqual(afterTime(recovering, 16_000, RULES).health, HEALTHY);
});

test('an endpoint that nobody asks any more is not failing for days', () => {
  const failing = after([FAILED, FAILED]);
  for (const health of [failing, PAUSED]) {
    assert.deepEqual(afterTime(health, 10 * RULES.disableAfterMs, RULES), { health });
  }
  // And when it is asked again, its trouble begins then.
  const again = after([FAILED], PAUSED, 10 * RULES.disableAfterMs);
  const later = afterAttempt(failing, FAILED, 10 * RULES.disableAfterMs, RULES).health;
  assert.ok(again.kind === 'paused' && later.kind === 'paused');
  assert.equal(later.sinceMs, 10 * RULES.disableAfterMs);
});

test('what fails for long is announced twice and then disabled; enabling sends a probe first', () => {
  let health = PAUSED;
  const told: string[] = [];
  for (let nowMs = 0; nowMs <= RULES.disableAfterMs; nowMs += 1_000) {
    health = afterAttempt(health, FAILED, nowMs, RULES).health;
    const step = afterTime(health, nowMs, RULES);
    if (step.notice !== undefined) told.push(`${step.notice.kind} ${nowMs}`);
    health = step.health;
  }
  assert.deepEqual(told, ['disable_soon 50000', 'disable_soon 80000', 'disabled 100000']);
  assert.deepEqual(after([ANSWERED, FAILED], health), health, 'attempts under way change nothing');
  const gate = { health: enabled(health, 200_000), tatMs: 0 };
  assert.equal(allowance(gate, 200_000, 0), 1);
});

test('the operator’s word holds until the operator says otherwise', () => {
  const off = disabled(HEALTHY, 5);
  assert.equal(allowance({ health: off, tatMs: 0 }, 1e12, 0), 0);
  assert.equal(nextChanceMs({ health: off, tatMs: 0 }), undefined);
  assert.deepEqual(afterTime(off, 1e12, RULES).health, off);
});

test('the endpoint’s own rate holds over any stretch of time', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 60 }),
      (perSecond, gaps) => {
        let gate = OPEN_GATE;
        let nowMs = 1_000;
        let sent = 0;
        for (const gap of gaps) {
          nowMs += gap;
          const allowed = allowance(gate, nowMs, 0, perSecond);
          assert.ok(Number.isFinite(allowed) && allowed >= 0);
          gate = afterClaim(gate, allowed, nowMs, RULES, perSecond);
          sent += allowed;
        }
        const most = ((nowMs - 1_000 + 100) * perSecond) / 1_000 + 1;
        assert.ok(sent <= most + 1e-6, `${sent} of at most ${most}`);
      },
    ),
  );
});

test('whatever happens, there is a way on: time or an attempt leads out of every state but disabled', () => {
  const signal = fc.oneof(
    fc.constant(ANSWERED),
    fc.constant(FAILED),
    fc.constant<Signal>({ kind: 'none' }),
    fc.nat(5_000).map((ms): Signal => ({ kind: 'throttled', untilMs: ms })),
    fc.constant<Signal>({ kind: 'gone', reason: 'It wants no more.' }),
  );
  const happening = fc.record({ signal, afterMs: fc.nat(3_000) });
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 50 }), (happenings) => {
      let gate = OPEN_GATE;
      let nowMs = 0;
      for (const { signal: what, afterMs } of happenings) {
        nowMs += afterMs;
        gate = { ...gate, health: afterTime(gate.health, nowMs, RULES).health };
        gate = afterClaim(gate, Math.min(1, allowance(gate, nowMs, 0)), nowMs, RULES);
        gate = { ...gate, health: afterAttempt(gate.health, what, nowMs, RULES).health };
        const chanceMs = nextChanceMs(gate);
        if (gate.health.kind === 'disabled') assert.equal(chanceMs, undefined);
        else assert.ok(allowance(gate, Math.max(nowMs, chanceMs!), 0) >= 1, JSON.stringify(gate));
      }
    }),
  );
});
