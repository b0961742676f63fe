/**
 * Latencies are counted in slots, each a fifth wider than the one before, so that the percentiles of any time can be told
 * from few counts, within a tenth.
 */

/** Four slots for each doubling, from 0 ms up to more than a minute. */
const SLOTS_PER_DOUBLING = 4;
const SLOTS = 65;

function slotOf(latencyMs: number): number {
  return Math.min(SLOTS - 1, Math.round(SLOTS_PER_DOUBLING * Math.log2(Math.max(0, latencyMs) + 1)));
}

/** The middle of a slot. */
function latencyOf(slot: number): number {
  return 2 ** (slot / SLOTS_PER_DOUBLING) - 1;
}

/** @param share 0.95 for what 19 of 20 do not exceed. @returns undefined where nothing was counted */
export function percentile(counts: readonly number[], share: number): number | undefined {
  const all = counts.reduce((sum, count) => sum + count, 0);
  let seen = 0;
  for (const [slot, count] of counts.entries()) {
    seen += count;
    if (count > 0 && seen >= all * share) return Math.round(latencyOf(slot));
  }
  return undefined;
}

/** @returns how many of these there are by slot, no longer than it must be */
export function countSlots(latenciesMs: readonly number[]): number[] {
  const counts: number[] = [];
  for (const slot of latenciesMs.map(slotOf)) {
    while (counts.length <= slot) counts.push(0);
    counts[slot] = (counts[slot] ?? 0) + 1;
  }
  return counts;
}

/** Slot by slot. */
export function sumSlots(some: readonly number[], others: readonly number[]): number[] {
  const [long, short] = some.length >= others.length ? [some, others] : [others, some];
  return long.map((count, slot) => count + (short[slot] ?? 0));
}
