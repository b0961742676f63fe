/** Compares the messages of a playback with what really happened on the wire. */
import assert from 'node:assert/strict';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import type { Expected, ExpectedLeg, ExpectedState } from './transcripts.ts';

export type Message = OutwardEvent & { seq_num: number };

/** A source's own clock may differ from the wire by some 50 ms. */
const TOLERANCE_MS = 60;

/** @param timed false where the recording has no times of its own */
export function assertExpected(messages: readonly Message[], expected: Expected, timed = true): void {
  assertContract(messages);
  const branches = [...Map.groupBy(messages, (message) => message.branch_id).values()];
  if (expected.counts !== undefined) assertCounts(branches, expected.counts);
  if (expected.legs === undefined) return;

  const left = [...branches];
  const calls = new Map<string, string>();
  for (const leg of expected.legs) {
    const at = left.findIndex((branch) => fits(branch, leg, calls, timed));
    if (at < 0 && leg.optional === true) continue;
    assert.ok(
      at >= 0,
      `no reported leg is ${JSON.stringify(leg, null, 1)}; left are ${JSON.stringify(left, null, 1)}`,
    );
    const [branch] = left.splice(at, 1);
    calls.set(leg.call, branch![0]!.call_id);
  }
  assert.deepEqual(left, [], 'legs were reported that nobody had');
}

/** What holds of every stream of messages. */
export function assertContract(messages: readonly Message[]): void {
  for (const [callId, ofCall] of Map.groupBy(messages, (message) => message.call_id)) {
    assert.match(callId, /^[\w-]{22}$/);
    assert.deepEqual(
      ofCall.map(({ seq_num }) => seq_num),
      ofCall.map((_, index) => index + 1),
      'messages of a call are numbered without gap',
    );
  }
  for (const [branchId, ofBranch] of Map.groupBy(messages, (message) => message.branch_id)) {
    assert.match(branchId, /^[\w-]{11}\.$/);
    const states = ofBranch.map(({ state }) => state);
    assert.deepEqual([...new Set(states)], states, 'each state at most once');
    const ranks = states.map((state) =>
      ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'].indexOf(state),
    );
    assert.deepEqual(ranks.toSorted(), ranks, 'states go forward');
    for (const { state, timestamp, 'termination-reason': reason } of ofBranch) {
      assert.match(timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
      assert.equal(reason !== undefined, state === 'TERMINATED');
      if (reason === 'HANGUP') assert.ok(states.includes('CONFIRMED'), 'HANGUP ends only what was CONFIRMED');
    }
  }
}

function assertCounts(
  branches: readonly (readonly Message[])[],
  counts: NonNullable<Expected['counts']>,
): void {
  const all = branches.flat();
  const count = (state: string) => all.filter((message) => message.state === state).length;
  const reasons = Object.groupBy(
    all.filter((message) => message.state === 'TERMINATED'),
    (message) => message['termination-reason']!,
  );
  assert.deepEqual(
    {
      legs: branches.length,
      EARLY: count('EARLY'),
      CONFIRMED: count('CONFIRMED'),
      TERMINATED: Object.fromEntries(Object.entries(reasons).map(([reason, of]) => [reason, of.length])),
    },
    counts,
  );
}

function fits(
  branch: readonly Message[],
  leg: ExpectedLeg,
  calls: ReadonlyMap<string, string>,
  timed: boolean,
): boolean {
  const [first] = branch;
  if (first === undefined || first.local_user_id !== `user.${leg.user}@acme.example`) return false;
  const sameCall = calls.get(leg.call);
  if (sameCall === undefined ? [...calls.values()].includes(first.call_id) : sameCall !== first.call_id)
    return false;
  if (![leg.direction].flat().includes(first.direction)) return false;
  const remotes = leg.remote;
  if (!branch.every(({ remote_number }) => remotes.includes('*') || remotes.includes(remote_number ?? '')))
    return false;
  return statesFit(branch, leg.states, timed);
}

function statesFit(branch: readonly Message[], expected: readonly ExpectedState[], timed: boolean): boolean {
  const left = [...branch];
  for (const state of expected) {
    if (left[0] !== undefined && stateFits(left[0], state, timed)) left.shift();
    else if (state.optional !== true) return false;
  }
  return left.length === 0;
}

function stateFits(message: Message, { state, at, reason }: ExpectedState, timed: boolean): boolean {
  const reasons: (string | undefined)[] = [reason].flat();
  if (message.state !== state) return false;
  if (!reasons.includes('*') && !reasons.includes(message['termination-reason'])) return false;
  const time = Date.parse(message.timestamp);
  return (
    !timed || [at].flat().some((wire) => wire === '*' || Math.abs(Date.parse(wire) - time) <= TOLERANCE_MS)
  );
}
