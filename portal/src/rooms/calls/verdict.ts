/** The findings of a call, sorted: what is said first, and what about each leg. Pure. */
import type { Schemas } from '../../api/client.ts';
import type { Tone } from '../../ui/tone.ts';

export type Finding = Schemas['Finding'];
type Code = Finding['code'];
export type LegFinding = Extract<Finding, { code: 'leg' }>;

export interface LegFindings {
  leg: LegFinding;
  /** What became of it, and why. */
  others: readonly Finding[];
}

/** How well an endpoint was told, the worst first. */
const VERDICTS = [
  ['dead', 'failed', 'bad'],
  ['expired', 'failed', 'bad'],
  ['no-endpoint', 'nothing', 'bad'],
  ['held-back', 'waiting', 'busy'],
  ['retrying', 'waiting', 'busy'],
  ['queued', 'waiting', 'busy'],
  ['delivered-late', 'late', 'good'],
  ['delivered', 'told', 'good'],
  ['filtered', 'nothing', 'quiet'],
  ['not-asked-for', 'nothing', 'quiet'],
  ['came-late', 'nothing', 'quiet'],
] as const satisfies readonly (readonly [Code, string, Tone])[];

export interface Verdict {
  kind: (typeof VERDICTS)[number][1] | 'unknown';
  tone: Tone;
  leg?: LegFinding;
  /** What the verdict is read from. */
  why?: Finding;
}

export function legsOf(findings: readonly Finding[]): readonly LegFindings[] {
  const legs: { leg: LegFinding; others: Finding[] }[] = [];
  for (const finding of findings) {
    if (finding.code === 'leg') legs.push({ leg: finding, others: [] });
    else legs.at(-1)?.others.push(finding);
  }
  return legs;
}

/** By the worst that happened; of several legs the one where it did, an answered one before others. */
export function verdictOf(findings: readonly Finding[]): Verdict {
  const legs = legsOf(findings).toSorted(
    ({ leg: a }, { leg: b }) => Number(a.answered_at === undefined) - Number(b.answered_at === undefined),
  );
  for (const [code, kind, tone] of VERDICTS) {
    for (const { leg, others } of legs) {
      const why = others.find((other) => other.code === code);
      if (why !== undefined) return { kind, tone, leg, why };
    }
  }
  const [first] = legs;
  return { kind: 'unknown', tone: 'quiet', ...(first !== undefined && { leg: first.leg }) };
}
