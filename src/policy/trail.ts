/** What of a step is kept in the trail. Pure. */
import type { OutwardEvent } from '../call/outward-event.ts';
import type { Endpoint } from './organisation.ts';
import type { TrailStep } from './timeline.ts';

/**
 * Messages tell a step themselves. It needs a row of its own only where an endpoint got none.
 * @param event with only what may leave
 * @param wanted those of the endpoints that got a message
 * @param cameLate the leg was up already when its device came into the directory
 * @returns undefined where the messages tell it all
 */
export function trailOf(
  event: OutwardEvent,
  endpoints: readonly Endpoint[],
  wanted: readonly Endpoint[],
  cameLate: boolean,
): TrailStep | undefined {
  if (cameLate) return { event, sentTo: [], refusals: [], cameLate };
  if (wanted.length > 0 && wanted.length === endpoints.length) return undefined;
  const refusals = endpoints
    .filter((endpoint) => !wanted.includes(endpoint))
    .map(({ id: endpointId, states }) =>
      states.includes(event.state)
        ? ({ endpointId, why: 'filter' } as const)
        : ({ endpointId, why: 'state', asks: [...states] } as const),
    );
  return { event, sentTo: wanted.map(({ id }) => id), refusals };
}
