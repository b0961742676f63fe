/** The picture of a call: where bars, marks and times stand. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { axisOf } from '../../portal/src/rooms/calls/picture/axis.ts';
import { layOut, MARK_PX, type CallDrawn } from '../../portal/src/rooms/calls/picture/layout.ts';

const BEGAN = Date.parse('2026-11-23T12:30:00.000Z');
const SECOND = 1_000;
const at = (seconds: number) => new Date(BEGAN + seconds * SECOND).toISOString();
const now = (seconds: number) => BEGAN + seconds * SECOND;

type Step = CallDrawn['steps'][number];
type Message = CallDrawn['messages'][number];

function step(branch: string, state: Step['event']['state'], seconds: number, reason?: string): Step {
  return {
    event: {
      branch_id: branch,
      timestamp: at(seconds),
      state,
      local_user_id: 'matti',
      ...(reason !== undefined && { 'termination-reason': reason }),
    },
  };
}

function message(branch: string, state: string, triedAt: readonly number[], more: Partial<Message>): Message {
  const last = triedAt.length - 1;
  return {
    id: `${branch}-${state}-${more.endpoint ?? 'crm'}`,
    endpoint: 'crm',
    outcome: 'delivered',
    created_at: at(triedAt[0] ?? 0),
    body: { branch_id: branch, state },
    attempts: triedAt.map((seconds, nth) => ({
      number: nth + 1,
      started_at: at(seconds),
      outcome: nth === last && (more.outcome ?? 'delivered') === 'delivered' ? 'delivered' : 'receiver_error',
    })),
    ...more,
  };
}

const ANSWERED: CallDrawn = {
  steps: [
    step('a', 'EARLY', 0),
    step('b', 'EARLY', 1),
    step('a', 'CONFIRMED', 8),
    step('b', 'TERMINATED', 8, 'ANSWERED_ELSEWHERE'),
    step('a', 'TERMINATED', 18, 'HANGUP'),
  ],
  messages: [message('a', 'EARLY', [0.1], {}), message('a', 'CONFIRMED', [8.1, 9.1, 11.1], {})],
};

test('short stretches are true to scale, long ones are shortened and marked', () => {
  const { xOf, breaks } = axisOf([now(0), now(4), now(12), now(12 + 3_600)], 0, 1_000);
  const [first, second, third] = [xOf(now(4)), xOf(now(12)) - xOf(now(4)), 1_000 - xOf(now(12))];
  assert.ok(Math.abs((second - 8) / (first - 8) - 2) < 0.01, `${first} ${second}`);
  assert.ok(third > second && third <= 520, `${third}`);
  assert.deepEqual(
    breaks.map(({ lastedMs }) => lastedMs),
    [3_600 * SECOND],
  );
});

test('moments keep their order and fill the width, also where there is one only', () => {
  const moments = [5, 0, 0.01, 86_400, 3].map(now);
  const { xOf } = axisOf(moments, 10, 300);
  const places = moments.toSorted((a, b) => a - b).map(xOf);
  assert.deepEqual([places[0], Math.round(places.at(-1)!)], [10, 300]);
  for (const [nth, x] of places.slice(1).entries()) assert.ok(x > places[nth]!);
  assert.equal(axisOf([BEGAN], 10, 300).xOf(BEGAN), 10);
});

test('each leg is a lane, with its states as bars that meet, and its end with the reason', () => {
  const { lanes, heightPx } = layOut(ANSWERED, now(60), 800);
  const [a, b] = lanes;
  assert.deepEqual(
    lanes.map(({ branchId, user, segments }) => [branchId, user, segments.map(({ kind }) => kind)]),
    [
      ['a', 'matti', ['ringing', 'talking']],
      ['b', 'matti', ['ringing']],
    ],
  );
  const [ringing, talking] = a!.segments;
  assert.equal(ringing!.x + ringing!.widthPx, talking!.x);
  assert.equal(talking!.x + talking!.widthPx, a!.end?.x);
  assert.deepEqual([talking!.lastedMs, talking!.isOpen], [10 * SECOND, false]);
  assert.deepEqual([a!.end?.reason, b!.end?.reason], ['HANGUP', 'ANSWERED_ELSEWHERE']);
  assert.ok(b!.y > a!.barY && heightPx > b!.barY);
});

test('a leg that is up reaches to now', () => {
  const { lanes } = layOut({ steps: [step('a', 'EARLY', 0)], messages: [] }, now(12), 400);
  const [segment] = lanes[0]!.segments;
  assert.deepEqual([segment?.lastedMs, segment?.isOpen, lanes[0]!.end], [12 * SECOND, true, undefined]);
  assert.ok(segment!.widthPx > 300);
});

test('a phone system whose clock is ahead makes no bar of less than nothing', () => {
  const { lanes } = layOut({ steps: [step('a', 'EARLY', 30)], messages: [] }, now(0), 400);
  assert.deepEqual([lanes[0]!.segments[0]?.lastedMs, lanes[0]!.segments[0]?.widthPx], [0, 0]);
});

test('attempts hang on the state that they tell of, in order, none on top of another', () => {
  const row = layOut(ANSWERED, now(60), 320).lanes[0]!.rows[0]!;
  assert.deepEqual(
    row.marks.map(({ state, number, outcome }) => [state, number, outcome]),
    [
      ['EARLY', 1, 'delivered'],
      ['CONFIRMED', 1, 'failed'],
      ['CONFIRMED', 2, 'failed'],
      ['CONFIRMED', 3, 'delivered'],
    ],
  );
  for (const [nth, { x }] of row.marks.slice(1).entries()) assert.ok(x - row.marks[nth]!.x >= MARK_PX);
  assert.equal(row.marks[1]!.hungAtX, row.marks[3]!.hungAtX);
  assert.ok(row.marks.every(({ x }) => x > 0 && x < 320));
});

test('a row of many attempts makes the picture wider than the window', () => {
  const tries = Array.from({ length: 40 }, (_, nth) => nth + 1);
  const { widthPx, lanes } = layOut(
    { steps: ANSWERED.steps, messages: [message('a', 'EARLY', tries, {})] },
    now(60),
    320,
  );
  assert.ok(widthPx > 40 * MARK_PX);
  assert.ok(lanes[0]!.rows[0]!.marks.every(({ x }) => x < widthPx));
});

test('what waits, expired or was given up is a mark of its own behind the attempts', () => {
  const messages = [
    message('a', 'EARLY', [], { outcome: 'pending' }),
    message('a', 'CONFIRMED', [9], { outcome: 'expired', finished_at: at(15) }),
    message('a', 'TERMINATED', [19], { outcome: 'dead', finished_at: at(30), endpoint: 'erp' }),
  ];
  const { rows } = layOut({ steps: ANSWERED.steps, messages }, now(60), 800).lanes[0]!;
  assert.deepEqual(
    rows.map(({ endpoint, isNamed, marks }) => [endpoint, isNamed, marks.map(({ outcome }) => outcome)]),
    [
      ['crm', true, ['failed', 'expired', 'waiting']],
      ['erp', true, ['failed', 'dead']],
    ],
  );
  assert.equal(rows[0]!.marks.at(-1)!.atMs, now(60));
});

test('times that would run into each other are left out', () => {
  const { ticks } = layOut(ANSWERED, now(60), 320);
  assert.equal(ticks[0]?.atMs, BEGAN);
  for (const [nth, { x }] of ticks.slice(1).entries()) assert.ok(x - ticks[nth]!.x >= 70);
});
