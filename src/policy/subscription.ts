/** Which endpoints want which message. */
import type { LegState } from '../call/leg-event.ts';
import type { Endpoint } from './organisation.ts';

export function subscribers(endpoints: readonly Endpoint[], state: LegState): readonly Endpoint[] {
  return endpoints.filter((endpoint) => endpoint.states.includes(state));
}
