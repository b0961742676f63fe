/** Where a moment stands in the picture. What is close together is true to scale; long stretches are drawn shorter. Pure. */

export interface Axis {
  xOf(atMs: number): number;
  /** Stretches that are drawn much shorter than they were. */
  breaks: readonly { x: number; lastedMs: number }[];
}

/** So long a stretch is drawn as long as it was. */
const TRUE_MS = 20_000;
/** A longer one gets so much for each time that it doubles. */
const DOUBLING_MS = 4_000;
/** No stretch is drawn longer than all others together, or than this. */
const MOST_MS = 5_000;
/** No two moments are at one place. */
const LEAST_PX = 8;

/** @param moments at least one, in any order */
export function axisOf(moments: readonly number[], fromPx: number, toPx: number): Axis {
  const times = [...new Set(moments)].toSorted((a, b) => a - b);
  const lasted = times.slice(1).map((atMs, nth) => atMs - times[nth]!);
  const allMs = sumOf(lasted.map(shortened));
  const stretches = lasted.map((lastedMs) => {
    const drawnMs = shortened(lastedMs);
    return { lastedMs, drawnMs: Math.min(drawnMs, Math.max(MOST_MS, allMs - drawnMs)) };
  });
  const totalMs = sumOf(stretches.map(({ drawnMs }) => drawnMs));
  const sparePx = Math.max(0, toPx - fromPx - stretches.length * LEAST_PX);
  const places = new Map([[times[0]!, fromPx]]);
  const breaks: { x: number; lastedMs: number }[] = [];
  let x = fromPx;
  for (const [nth, { lastedMs, drawnMs }] of stretches.entries()) {
    const widthPx = LEAST_PX + (sparePx * drawnMs) / totalMs;
    if (lastedMs > 2 * drawnMs) breaks.push({ x: x + widthPx / 2, lastedMs });
    x += widthPx;
    places.set(times[nth + 1]!, x);
  }
  return { breaks, xOf: (atMs) => places.get(atMs)! };
}

function shortened(ms: number): number {
  return ms <= TRUE_MS ? ms : TRUE_MS + DOUBLING_MS * Math.log2(ms / TRUE_MS);
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
