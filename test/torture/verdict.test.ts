/** The judge of a torture itself: each broken promise is seen, and what is excused is not. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Message } from '../support/expectation.ts';
import type { Arrival } from './cruel-receiver.ts';
import { judge, type Evidence } from './verdict.ts';

const NODE = 11;
const OTHER = 12;

const arrival = (seq: number, atMs: number, more: Partial<Arrival> = {}): Arrival => ({
  messageId: `m${seq}`,
  message: {
    call_id: 'call',
    branch_id: 'branch',
    seq_num: seq,
    state: seq === 2 ? 'TERMINATED' : 'EARLY',
    remote_number: '+358401000001',
  } as Message,
  skipped: [],
  atMs,
  takenAtMs: atMs + 1,
  sender: NODE,
  ...more,
});

const kept = (seq: number, outcome = 'delivered') => ({ messageId: `m${seq}`, callId: 'call', seq, outcome });

const problemsOf = (evidence: Partial<Evidence>) =>
  judge({
    arrivals: [arrival(1, 20_000), arrival(2, 21_000)],
    kept: [kept(1), kept(2)],
    mishaps: [],
    told: [{ remoteNumber: '+358401000001', fromMs: 20_000, toMs: 21_000 }],
    openLegs: 0,
    claimMs: 17_000,
    ...evidence,
  });

test('nothing is wrong when all came once and in order', () => {
  assert.deepEqual(problemsOf({}), []);
});

test('what came in another order is seen', () => {
  const [first] = problemsOf({ arrivals: [arrival(2, 20_000), arrival(1, 21_000)] });
  assert.equal(first, 'call: 1 is missing before 2 and was not told as skipped');
});

test('what was told as skipped is not missing', () => {
  const arrivals = [arrival(2, 20_000, { skipped: [1] })];
  assert.deepEqual(problemsOf({ arrivals, kept: [kept(1, 'expired'), kept(2)] }), []);
});

test('what never came, waits still or is not known is seen', () => {
  assert.deepEqual(problemsOf({ arrivals: [arrival(1, 20_000)], kept: [kept(1), kept(2)], told: [] }), [
    'call: 2 counts as delivered and never arrived',
    'branch has no end',
  ]);
  assert.deepEqual(problemsOf({ kept: [kept(1), kept(2, 'pending')] }), ['call: 2 still waits']);
  assert.deepEqual(problemsOf({ kept: [kept(1)] }), ['m2 arrived and was never committed']);
});

test('a call that was held in peace and not told is seen, one in a storm is not', () => {
  const told = [{ remoteNumber: '+358401000002', fromMs: 20_000, toMs: 21_000 }];
  assert.deepEqual(problemsOf({ told }), [
    'the call with +358401000002 was held in peace and its end never told',
  ]);
  assert.deepEqual(
    problemsOf({ told, mishaps: [{ what: 'kill -9', fromMs: 15_000, toMs: 15_100, pid: NODE }] }),
    [],
  );
});

test('a message that comes again is excused only by what kept its sender from settling it', () => {
  const arrivals = [arrival(1, 20_000), arrival(1, 30_000), arrival(2, 31_000)];
  const after = (...mishaps: Evidence['mishaps']) => problemsOf({ arrivals, mishaps, told: [] });
  const unexcused = ['m1 came again 9999 ms after it was taken, without a cause'];
  assert.deepEqual(after(), unexcused);
  assert.deepEqual(after({ what: 'kill -9', fromMs: 20_500, toMs: 20_600, pid: NODE }), []);
  assert.deepEqual(after({ what: 'kill -9', fromMs: 20_500, toMs: 20_600, pid: OTHER }), unexcused);
  assert.deepEqual(after({ what: 'kill -9', fromMs: 25_000, toMs: 25_100, pid: NODE }), unexcused);
  assert.deepEqual(after({ what: 'database kill', fromMs: 20_500, toMs: 20_600 }), []);
});

test('a node that lost its claims in a freeze and sends all the same is seen', () => {
  const mishaps = [{ what: 'freeze', fromMs: 20_500, toMs: 40_500, pid: NODE }];
  const byOther = arrival(2, 39_000, { sender: OTHER });
  const late = (atMs: number) =>
    problemsOf({ arrivals: [arrival(1, 20_000), byOther, arrival(2, atMs)], mishaps, told: [] });
  assert.ok(late(40_600).some((problem) => problem.includes('had been frozen for 20000 ms')));
  assert.ok(!late(39_500).some((problem) => problem.includes('had been frozen')));
});
