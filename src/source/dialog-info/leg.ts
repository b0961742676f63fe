/**
 * A user's leg as the mapper follows it, and what follows from its names. A leg is one dialog, or several where a call was
 * forked beyond the user, or where one dialog took another's place.
 */
import { createHash } from 'node:crypto';
import { LEG_STATES, type Direction, type LegState, type RemoteParty } from '../../call/leg-event.ts';
import type { Dialog } from './document.ts';
import { numberOf, remoteOf } from './party.ts';

export interface Leg {
  /** `LegEvent.leg`: begins with the address and a space. */
  name: string;
  address: string;
  call: string;
  direction: Direction;
  reached: LegState;
  /** Keys of its dialogs that are up. */
  dialogs: Set<string>;
  callIds: Set<string>;
  remote?: RemoteParty;
  localNumber?: string;
  /** A full document showed another dialog in its place: that of a leg, or one that had been taken for over. */
  hidden?: { by: Leg | undefined; byReached: LegState | undefined; sinceMs: number };
}

/** What tells one dialog from another within one user's documents: ids may be used again for another call. */
export function keyOf({ id, callId }: Dialog): string {
  return `${plain(id)} ${plain(callId ?? '-')}`;
}

/** The key by which a dialog is up already: some PBXes leave the Call-ID out now and then, the id stays. */
export function keyAmong(legs: ReadonlyMap<string, Leg>, dialog: Dialog): string {
  const key = keyOf(dialog);
  if (legs.has(key)) return key;
  const id = key.slice(0, key.indexOf(' ') + 1);
  const isSame = (one: string) => (dialog.callId === undefined ? one.startsWith(id) : one === `${id}-`);
  return [...legs.keys()].find(isSame) ?? key;
}

/** Names that the far end may choose become ones of bounded length without control characters. */
function plain(name: string): string {
  if (/^[\x21-\x7e]{1,128}$/.test(name)) return name;
  return `#${createHash('sha256').update(name).digest('base64url')}`;
}

/** What all legs of a call have in common, as far as the dialogs tell: the Call-ID. */
export function callOf(callId: string | undefined, legName: string): string {
  return callId === undefined ? legName : plain(callId);
}

/** @returns undefined where the dialog does not say who called whom */
export function directionOf({ direction }: Dialog): Direction | undefined {
  if (direction === undefined) return undefined;
  return direction === 'initiator' ? 'OUTGOING' : 'INCOMING';
}

export function isFurther(state: LegState, than: LegState): boolean {
  return LEG_STATES.indexOf(state) > LEG_STATES.indexOf(than);
}

/** Takes over who is at the ends. @returns whether the far party was not known and is now */
export function learnParties(leg: Leg, { remoteIdentity, remoteTarget, localIdentity }: Dialog): boolean {
  const remote = remoteOf(remoteIdentity, remoteTarget);
  const isNew = leg.remote === undefined && remote !== undefined;
  if (remote !== undefined) leg.remote = remote;
  const local = numberOf(localIdentity);
  if (local !== undefined) leg.localNumber = local;
  return isNew;
}
