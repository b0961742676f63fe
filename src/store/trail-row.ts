/** How a step of the trail lies in the database: the columns to find it by, and the rest as short JSON. */
import { LEG_STATES, type LegState } from '../call/leg-event.ts';
import type { OutwardEvent } from '../call/outward-event.ts';
import type { Refusal, TakenStep, TrailStep } from '../policy/timeline.ts';

/** The JSON. One in a thousand bytes counts: there is one for each step of each leg. */
interface Entry {
  /** The event without what is in columns. */
  e: Omit<OutwardEvent, 'call_id' | 'branch_id' | 'state'>;
  /** Endpoints that got a message. */
  to?: readonly string[];
  /** Endpoints that did not, with the states they ask for where that is why. */
  no?: readonly (readonly [string, (readonly LegState[])?])[];
  late?: true;
}

export interface TrailRow {
  call_id: string;
  branch_id: string;
  /** The position in `LEG_STATES`. */
  state: number;
  at_ms: number;
  entry: string;
}

export function trailRowOf({ event, sentTo, refusals, cameLate }: TrailStep): Omit<TrailRow, 'at_ms'> {
  const { call_id, branch_id, state, ...e } = event;
  const entry: Entry = { e };
  if (sentTo.length > 0) entry.to = sentTo;
  if (refusals.length > 0) {
    entry.no = refusals.map((refusal) =>
      refusal.why === 'state' ? [refusal.endpointId, refusal.asks] : [refusal.endpointId],
    );
  }
  if (cameLate) entry.late = true;
  return { call_id, branch_id, state: LEG_STATES.indexOf(state), entry: JSON.stringify(entry) };
}

export function takenStepOf({ call_id, branch_id, state, at_ms, entry }: TrailRow): TakenStep {
  const { e, to = [], no = [], late } = JSON.parse(entry) as Entry;
  const refusals = no.map(([endpointId, asks]): Refusal => {
    return asks === undefined ? { endpointId, why: 'filter' } : { endpointId, why: 'state', asks };
  });
  const event: OutwardEvent = { ...e, call_id, branch_id, state: LEG_STATES[state] ?? 'TERMINATED' };
  return { event, sentTo: to, refusals, takenAtMs: at_ms, ...(late && { cameLate: late }) };
}
