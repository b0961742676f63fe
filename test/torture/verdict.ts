/** Judges what a receiver saw and what the store remembers of it. */
import type { Arrival } from './cruel-receiver.ts';
import type { ToldCall } from './endless-pbx.ts';

/** Something bad that was done. It is an excuse only for what it can have cut off. */
export interface Mishap {
  what: string;
  fromMs: number;
  toMs: number;
  /** The process that it was done to; undefined: to the database, the disk or the receiver. */
  pid?: number;
}

export interface Kept {
  messageId: string;
  callId: string;
  seq: number;
  outcome: string;
}

/** From a receiver's answer to its outcome on the disk, as long as nothing is done to anybody. */
const SETTLED_MS = 2_000;

/** From the end of a mishap until all is as before: a node has started, a lease has passed to it, a receiver is trusted. */
const RECOVERED_MS = 8_000;

export interface Evidence {
  arrivals: readonly Arrival[];
  kept: readonly Kept[];
  mishaps: readonly Mishap[];
  told: readonly ToldCall[];
  openLegs: number;
  /** For so long a message that a node has claimed is that node's. */
  claimMs: number;
}

/** @returns what was promised and not kept, in words; empty when all is well */
export function judge(evidence: Evidence): string[] {
  const { arrivals, kept, openLegs } = evidence;
  return [
    ...orderProblems(arrivals),
    ...lossProblems(arrivals, kept),
    ...unheardProblems(evidence).problems,
    ...duplicateProblems(evidence),
    ...fencingProblems(evidence),
    ...branchProblems(arrivals, kept),
    ...(openLegs > 0 ? [`${openLegs} legs are still open`] : []),
  ];
}

/** Calls that began and ended while nothing bad was done or felt have to be told, each of them. */
export function unheardProblems({ told, arrivals, mishaps }: Evidence): {
  peaceful: number;
  problems: string[];
} {
  const ended = new Set(
    arrivals
      .filter(({ message }) => message.state === 'TERMINATED')
      .map(({ message }) => message.remote_number),
  );
  const peaceful = told.filter(
    ({ fromMs, toMs }) =>
      toMs !== undefined &&
      !mishaps.some((mishap) => mishap.fromMs < toMs + SETTLED_MS && mishap.toMs + RECOVERED_MS > fromMs),
  );
  return {
    peaceful: peaceful.length,
    problems: peaceful
      .filter(({ remoteNumber }) => !ended.has(remoteNumber))
      .map(({ remoteNumber }) => `the call with ${remoteNumber} was held in peace and its end never told`),
  };
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

/** A message comes again only if something kept its sender, or the database, from settling the answer it had. */
function duplicateProblems({ arrivals, mishaps }: Evidence): string[] {
  const problems: string[] = [];
  for (const [id, ofMessage] of Map.groupBy(arrivals, ({ messageId }) => messageId)) {
    const first = ofMessage.find(({ takenAtMs }) => takenAtMs !== undefined);
    if (first?.takenAtMs === undefined) continue;
    const { takenAtMs, sender } = first;
    const again = ofMessage.find(({ atMs }) => atMs > takenAtMs);
    if (again === undefined) continue;
    const isExcused = mishaps.some(
      ({ pid, fromMs, toMs }) =>
        (pid === undefined || sender === undefined || pid === sender) &&
        fromMs <= takenAtMs + SETTLED_MS &&
        toMs + SETTLED_MS >= takenAtMs,
    );
    if (!isExcused)
      problems.push(`${id} came again ${again.atMs - takenAtMs} ms after it was taken, without a cause`);
  }
  return problems;
}

/** A node that was frozen for longer than its claims last has lost them: what another node took meanwhile it must not send. */
function fencingProblems({ arrivals, mishaps, claimMs }: Evidence): string[] {
  const freezes = mishaps.filter(({ what, fromMs, toMs }) => what === 'freeze' && toMs - fromMs > claimMs);
  const byMessage = Map.groupBy(arrivals, ({ messageId }) => messageId);
  return freezes.flatMap(({ pid, fromMs, toMs }) =>
    [...byMessage].flatMap(([id, ofMessage]) => {
      const byOther = ofMessage.some(
        ({ sender, takenAtMs = 0 }) =>
          sender !== undefined && sender !== pid && takenAtMs > fromMs && takenAtMs < toMs,
      );
      const late = ofMessage.find(({ sender, atMs }) => sender === pid && atMs >= toMs);
      return byOther && late !== undefined
        ? [`${id} was sent by a node that had been frozen for ${toMs - fromMs} ms, after another had sent it`]
        : [];
    }),
  );
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
