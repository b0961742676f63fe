import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LEG_STATES, type Ending, type LegState } from '../../src/call/leg-event.ts';
import { advance, type LegProgress, type LegStep } from '../../src/call/leg-state.ts';

interface Said {
  state: LegState;
  atMs: number;
  ending?: Ending;
}

function run(events: readonly Said[]): LegStep[] {
  let progress: LegProgress | undefined;
  return events.flatMap((event) => {
    const moved = advance(progress, event);
    progress = moved.progress;
    return moved.step ?? [];
  });
}

const said = fc.record(
  {
    state: fc.constantFrom(...LEG_STATES),
    atMs: fc.integer({ min: 0, max: 4_102_444_800_000 }),
    ending: fc.constantFrom<Ending>('ELSEWHERE', 'REFUSED', 'GIVEN_UP'),
  },
  { requiredKeys: ['state', 'atMs'] },
);

const rank = (step: LegStep) => LEG_STATES.indexOf(step.state);

test('whatever is said in whatever order, states go forward only and each comes at most once', () => {
  fc.assert(
    fc.property(fc.array(said), (events) => {
      const ranks = run(events).map(rank);
      assert.deepEqual(
        ranks,
        [...new Set(ranks)].toSorted((a, b) => a - b),
      );
    }),
  );
});

test('a leg that is said to have ended is terminated exactly once, and nothing follows', () => {
  fc.assert(
    fc.property(fc.array(said), fc.array(said), (before, after) => {
      const steps = run([...before, { state: 'TERMINATED', atMs: 0 }, ...after]);
      assert.equal(steps.filter(({ state }) => state === 'TERMINATED').length, 1);
      assert.equal(steps.at(-1)?.state, 'TERMINATED');
    }),
  );
});

test('HANGUP is the reason of an answered leg and of no other', () => {
  fc.assert(
    fc.property(fc.array(said), (events) => {
      const steps = run(events);
      const end = steps.find((step) => step.state === 'TERMINATED');
      if (end?.state !== 'TERMINATED') return;
      const answered = steps.some(({ state }) => state === 'CONFIRMED');
      assert.equal(end.reason === 'HANGUP', answered);
    }),
  );
});

test("a leg's own times never run backwards", () => {
  fc.assert(
    fc.property(fc.array(said), (events) => {
      const times = run(events).map(({ atMs }) => atMs);
      assert.deepEqual(
        times,
        times.toSorted((a, b) => a - b),
      );
    }),
  );
});

test('a busy leg terminates without ever being early', () => {
  assert.deepEqual(
    run([
      { state: 'TRYING', atMs: 1 },
      { state: 'TERMINATED', atMs: 2, ending: 'REFUSED' },
    ]),
    [
      { state: 'TRYING', atMs: 1 },
      { state: 'TERMINATED', atMs: 2, reason: 'REJECTED' },
    ],
  );
});

for (const [ending, reason] of [
  ['ELSEWHERE', 'ANSWERED_ELSEWHERE'],
  ['REFUSED', 'REJECTED'],
  ['GIVEN_UP', 'CANCELLED'],
  [undefined, 'CANCELLED'],
] as const) {
  test(`an unanswered leg that ends ${ending ?? 'for an unknown cause'} is ${reason}`, () => {
    const steps = run([
      { state: 'EARLY', atMs: 1 },
      { state: 'TERMINATED', atMs: 2, ...(ending && { ending }) },
    ]);
    assert.deepEqual(steps[1], { state: 'TERMINATED', atMs: 2, reason });
  });
}
