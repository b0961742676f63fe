/** How all endpoints are taken together, from the few that wait or are not well. Pure; both backends count with it. */
import type { EndpointHealth } from '../policy/endpoint-health.ts';
import type { HealthSummary } from './health.ts';

interface EndpointName {
  organisationId: string;
  endpointId: string;
}

/** An endpoint that messages wait for. */
export interface Waiting extends EndpointName {
  pending: number;
  lanes: number;
  oldestMs: number;
}

/** An endpoint that is not healthy. */
export interface Unwell extends EndpointName {
  kind: EndpointHealth['kind'];
}

/**
 * @param most how many endpoints that need a look are named at most
 * @returns with them: those that most waits for first
 */
export function summaryOf(
  endpoints: number,
  waiting: readonly Waiting[],
  unwell: readonly Unwell[],
  most: number,
): Omit<HealthSummary, 'sources' | 'concerning'> & { concerning: readonly (Waiting | Unwell)[] } {
  const byHealth: HealthSummary['byHealth'] = {};
  const count = (kind: EndpointHealth['kind'], of: number) => {
    if (of > 0) byHealth[kind] = (byHealth[kind] ?? 0) + of;
  };
  count('healthy', endpoints - unwell.length);
  for (const { kind } of unwell) count(kind, 1);
  const backlog: HealthSummary['backlog'] = { messages: 0, lanes: 0 };
  for (const { pending, lanes, oldestMs } of waiting) {
    backlog.messages += pending;
    backlog.lanes += lanes;
    backlog.oldestAtMs = Math.min(backlog.oldestAtMs ?? oldestMs, oldestMs);
  }
  return { byHealth, backlog, concerning: concerning(waiting, unwell).slice(0, most) };
}

/** What waits for an endpoint says more than that it is unwell, which stands with it anyway. In an order that stays. */
function concerning(waiting: readonly Waiting[], unwell: readonly Unwell[]): (Waiting | Unwell)[] {
  const named = new Map<string, Waiting | Unwell>();
  const byName = (a: EndpointName, b: EndpointName) => (nameOf(a) < nameOf(b) ? -1 : 1);
  for (const one of waiting.toSorted((a, b) => b.pending - a.pending || byName(a, b))) {
    named.set(nameOf(one), one);
  }
  for (const one of unwell.toSorted(byName)) if (!named.has(nameOf(one))) named.set(nameOf(one), one);
  return [...named.values()];
}

function nameOf({ organisationId, endpointId }: EndpointName): string {
  return `${organisationId}/${endpointId}`;
}
