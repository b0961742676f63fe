/** Which legs of a call some endpoint heard nothing of, and why: the not-reported log. Pure. */
import { explain, type Finding, type LegFinding } from './explanation.ts';
import type { Timeline } from './timeline.ts';

/** A leg with at least one reason. */
export interface LegNotReported {
  leg: LegFinding;
  /** Those that name no endpoint hold for all of them. */
  reasons: readonly Finding[];
}

/** @param endpointId only what this endpoint did not get */
export function notReported(timeline: Timeline, endpointId?: string): readonly LegNotReported[] {
  const legs: { leg: LegFinding; findings: Finding[] }[] = [];
  for (const finding of explain(timeline)) {
    if (finding.code === 'leg') legs.push({ leg: finding, findings: [] });
    else legs.at(-1)?.findings.push(finding);
  }
  return legs.flatMap(({ leg, findings }) => {
    const concerning = findings.filter(
      (finding) =>
        endpointId === undefined || !('endpointId' in finding) || finding.endpointId === endpointId,
    );
    if (!concerning.some((finding) => isUntold(finding, leg))) return [];
    const reasons = concerning.filter(
      (finding) => isUntold(finding, leg) || finding.code === 'function-number',
    );
    return [{ leg, reasons }];
  });
}

/** While a leg has not ended, a state that an endpoint asks for may still come. */
function isUntold(finding: Finding, { endedAtMs }: LegFinding): boolean {
  switch (finding.code) {
    case 'came-late':
    case 'no-endpoint':
    case 'filtered':
      return true;
    case 'not-asked-for':
      return endedAtMs !== undefined;
    case 'held-back':
      return finding.health === 'disabled';
    case 'leg':
    case 'learnt-late':
    case 'function-number':
    case 'delivered':
    case 'delivered-late':
    case 'retrying':
    case 'queued':
    case 'expired':
    case 'dead':
      return false;
  }
}
