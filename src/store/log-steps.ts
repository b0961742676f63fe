/** The steps of a call, put together from what its messages say and what the trail keeps beside them. Pure. */
import { LEG_STATES } from '../call/leg-event.ts';
import type { OutwardEvent } from '../call/outward-event.ts';
import type { TakenStep } from '../policy/timeline.ts';
import type { MessageRow } from './log-messages.ts';
import { takenStepOf, type TrailRow } from './trail-row.ts';

/** In the order in which they were taken in. */
export function stepsOf(
  messages: readonly Pick<MessageRow, 'body' | 'endpoint_id' | 'created_at_ms'>[],
  trail: readonly TrailRow[],
): readonly TakenStep[] {
  const steps = new Map<string, TakenStep>();
  for (const row of trail) {
    const step = takenStepOf(row);
    steps.set(nameOf(step.event), step);
  }
  for (const { body, endpoint_id, created_at_ms: takenAtMs } of messages) {
    const { seq_num: _, ...event } = JSON.parse(body) as OutwardEvent & { seq_num: number };
    const name = nameOf(event);
    const step = steps.get(name) ?? { event, sentTo: [], refusals: [], takenAtMs };
    const sentTo = step.sentTo.includes(endpoint_id) ? step.sentTo : [...step.sentTo, endpoint_id];
    steps.set(name, { ...step, sentTo });
  }
  return [...steps.values()].toSorted((a, b) => a.takenAtMs - b.takenAtMs || rankOf(a) - rankOf(b));
}

function nameOf({ branch_id, state }: OutwardEvent): string {
  return `${branch_id}/${state}`;
}

function rankOf({ event }: TakenStep): number {
  return LEG_STATES.indexOf(event.state);
}
