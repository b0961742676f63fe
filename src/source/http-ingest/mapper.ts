/** A posted event as a leg event. Pure. */
import type { Ending, LegEvent, RemoteParty } from '../../call/leg-event.ts';
import type { TerminationReason } from '../../call/leg-state.ts';
import { isWithheld } from '../caller-number.ts';
import { isKnown, type WireEvent } from './schema.ts';
import { problemOfTime, readTime } from './time.ts';

/** What a reason says of an end before the answer. After the answer it is a `HANGUP`, whatever is said. */
const ENDINGS: Record<TerminationReason, Ending> = {
  ANSWERED_ELSEWHERE: 'ELSEWHERE',
  REJECTED: 'REFUSED',
  CANCELLED: 'GIVEN_UP',
  HANGUP: 'GIVEN_UP',
};

/**
 * @param nowMs when it arrived
 * @returns the event, or what is wrong of it beyond its shape
 */
export function toLegEvent(wire: WireEvent, nowMs: number): LegEvent | { path: string; detail: string } {
  const atMs = isKnown(wire.at) ? readTime(wire.at) : nowMs;
  const problem = problemOfTime(atMs, nowMs);
  if (problem !== undefined) return problem;
  const { leg, call, device, direction, state, reason } = wire;
  const event: LegEvent = { leg, call, device, direction, state, atMs };
  if (isKnown(reason)) event.ending = ENDINGS[reason];
  const remote = remoteOf(wire);
  if (remote !== undefined) event.remote = remote;
  if (isKnown(wire.local_number)) event.localNumber = wire.local_number;
  if (isKnown(wire.user_agent)) event.userAgent = wire.user_agent;
  return event;
}

function remoteOf({ remote_withheld: withheld, remote_number: number }: WireEvent): RemoteParty | undefined {
  if (withheld === true) return { withheld: true };
  if (!isKnown(number)) return undefined;
  if (withheld === false) return { withheld: false, number };
  return isWithheld(number) ? { withheld: true } : { withheld: false, number, unlessWithheld: true };
}
