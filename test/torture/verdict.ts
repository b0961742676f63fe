/** Judges what a receiver saw and what the store remembers of it. */
import type { Arrival } from './cruel-receiver.ts';

/** Something that may have cut off an attempt or its settling: the only excuse for a duplicate. */
export interface Mishap {
  what: string;
  fromMs: number;
  toMs: number;
}

export interface Kept {
  messageId: string;
  callId: string;
  seq: number;
  outcome: string;
}

/** An attempt may be cut off so long before the receiver's answer is settled, or be under way for so long. */
const EXCUSE_MS = 20_000;

/** @returns what was promised and not kept, in words; empty when all is well */
export function judge(
  arrivals: readonly Arrival[],
  kept: readonly Kept[],
  mishaps: readonly Mishap[],
  openLegs: number,
): string[] {
  return [
    ...orderProblems(arrivals),
    ...lossProblems(arrivals, kept),
    ...duplicateProblems(arrivals, mishaps),
    ...branchProblems(arrivals, kept),
    ...(openLegs > 0 ? [`${openLegs} legs are still open`] : []),
  ];
}

/** First arrivals of a call come in the order of their numbers, and a gap is one that was told. */
function orderProblems(arrivals: readonly Arrival[]): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  const last = new Map<string, number>();
  for (const { messageId, message, skipped } of arrivals) {
    if (seen.has(messageId)) continue;
    seen.add(messageId);
    const { call_id: call, seq_num: seq } = message;
    const before = last.get(call) ?? 0;
    if (seq <= before) problems.push(`${call}: ${seq} arrived after ${before}`);
    for (let gap = before + 1; gap < seq; gap += 1) {
      if (!skipped.includes(gap))
        problems.push(`${call}: ${gap} is missing before ${seq} and was not told as skipped`);
    }
    last.set(call, Math.max(before, seq));
  }
  return problems;
}

function lossProblems(arrivals: readonly Arrival[], kept: readonly Kept[]): string[] {
  const arrived = new Set(arrivals.map(({ messageId }) => messageId));
  const known = new Set(kept.map(({ messageId }) => messageId));
  return [
    ...kept
      .filter(({ outcome }) => outcome === 'pending')
      .map(({ callId, seq }) => `${callId}: ${seq} still waits`),
    ...kept
      .filter(({ outcome, messageId }) => outcome === 'delivered' && !arrived.has(messageId))
      .map(({ callId, seq }) => `${callId}: ${seq} counts as delivered and never arrived`),
    ...[...arrived].filter((id) => !known.has(id)).map((id) => `${id} arrived and was never committed`),
  ];
}

/** A message comes again only when something cut off its first attempt or the settling of it. */
function duplicateProblems(arrivals: readonly Arrival[], mishaps: readonly Mishap[]): string[] {
  const problems: string[] = [];
  for (const [id, ofMessage] of Map.groupBy(arrivals, ({ messageId }) => messageId)) {
    const first = ofMessage.find(({ answered }) => answered);
    if (first === undefined) continue;
    for (const again of ofMessage) {
      if (again.atMs <= first.atMs) continue;
      const excused = mishaps.some(
        ({ fromMs, toMs }) => fromMs - EXCUSE_MS <= again.atMs && toMs + EXCUSE_MS >= first.atMs,
      );
      if (!excused)
        problems.push(`${id} came again ${again.atMs - first.atMs} ms after it was taken, without a cause`);
    }
  }
  return problems;
}

/** States go forward, and a branch that was told of has its end, unless it expired or died. */
function branchProblems(arrivals: readonly Arrival[], kept: readonly Kept[]): string[] {
  const problems: string[] = [];
  const gone = new Set(
    kept.filter(({ outcome }) => outcome === 'expired' || outcome === 'dead').map(({ callId }) => callId),
  );
  const branches = Map.groupBy(arrivals, ({ message }) => message.branch_id);
  for (const [branch, ofBranch] of branches) {
    const states = new Set(ofBranch.map(({ message }) => message.state));
    if (!states.has('TERMINATED') && !gone.has(ofBranch[0]!.message.call_id))
      problems.push(`${branch} has no end`);
  }
  return problems;
}
