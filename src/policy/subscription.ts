/**
 * Which endpoints want which message. Pure.
 *
 * An endpoint with a filter gets all of a leg or nothing of it: what it says at the leg's first state that it wants holds
 * to the leg's end, also where a phone tells its type or a PBX the called number only later. What is asked is true, also
 * where privacy keeps it from leaving.
 */
import type { Direction, LegState } from '../call/leg-event.ts';
import type { DeviceType } from './device-type.ts';
import type { EndpointFilter } from './endpoint-settings.ts';
import type { Endpoint, User } from './organisation.ts';

/** What a filter asks of a leg. */
export interface FilteredLeg {
  direction: Direction;
  deviceType: DeviceType;
  person: Pick<User, 'userId' | 'extensions'>;
  localNumber?: string;
}

/** What was said of a leg before, by endpoint; only of those that have a filter. */
export type Choices = Readonly<Record<string, boolean>>;

export function passes(filter: EndpointFilter, leg: FilteredLeg): boolean {
  const { directions, deviceTypes, users, numbers } = filter;
  if (directions !== undefined && !directions.includes(leg.direction)) return false;
  if (deviceTypes !== undefined && !deviceTypes.includes(leg.deviceType)) return false;
  if (users !== undefined && !users.includes(leg.person.userId)) return false;
  return numbers === undefined || ownNumbers(leg).some((number) => numbers.includes(number));
}

/**
 * @param before the choices of the leg so far
 * @returns who wants it, and the choices to remember; the very same ones where none was made
 */
export function subscribers(
  endpoints: readonly Endpoint[],
  state: LegState,
  leg: FilteredLeg,
  before: Choices | undefined,
): { wanted: readonly Endpoint[]; choices: Choices | undefined } {
  let choices = before;
  const wanted = endpoints.filter(({ id, states, filter }) => {
    if (!states.includes(state)) return false;
    if (filter === undefined) return true;
    const chosen = choices?.[id] ?? passes(filter, leg);
    if (choices?.[id] === undefined) choices = { ...choices, [id]: chosen };
    return chosen;
  });
  return { wanted, choices };
}

/** The number that is used in this leg, and the extensions, which stand for their user. */
function ownNumbers({ localNumber, person }: FilteredLeg): readonly string[] {
  return localNumber === undefined ? person.extensions : [localNumber, ...person.extensions];
}
