/**
 * The seed's seven settings, applied to an outward event before anything of it is stored or logged. Pure.
 */
import type { Direction } from '../call/leg-event.ts';
import type { OutwardEvent } from '../call/outward-event.ts';
import type { NumberPrivacy, PrivacySettings, User } from './organisation.ts';

/** The number of a caller who withheld it. It tells nothing, so no setting changes it but `remove`. */
export const ANONYMOUS = 'anonymous';

/** @returns the event with what may leave; nothing of what was taken out is left in it */
export function applyPrivacy(event: OutwardEvent, settings: PrivacySettings): OutwardEvent {
  if (!isMeant(event.direction, settings)) return event;
  const shared: OutwardEvent = { ...event };
  if (settings.removeLocalUserId) delete shared.local_user_id;
  if (settings.removeLocalEmail) delete shared.local_email;
  if (settings.removeRemoteUserId) delete shared.remote_user_id;
  if (settings.removeRemoteEmail) delete shared.remote_email;
  if (settings.removeDeviceType) delete shared.device_type;
  modifyNumber(shared, 'local_number', settings.modifyLocalNumber);
  modifyNumber(shared, 'remote_number', settings.modifyRemoteNumber);
  return shared;
}

/** The ends of a leg, as it remembers them. A user id that must not be remembered is empty. */
interface Ends {
  direction: Direction;
  localNumber?: string;
  remoteNumber?: string;
  remotePerson?: Omit<User, 'devices'>;
}

/** @returns the leg with nothing to remember of what would be taken out of every event of it */
export function withoutRemoved<Leg extends Ends>(leg: Leg, settings: PrivacySettings): Leg {
  if (!isMeant(leg.direction, settings)) return leg;
  const { localNumber, remoteNumber, remotePerson, ...rest } = leg;
  const kept: Partial<Ends> = {};
  if (localNumber !== undefined && settings.modifyLocalNumber !== 'remove') kept.localNumber = localNumber;
  // That it was withheld is remembered, so that nobody is told by whom.
  const isKept = remoteNumber === ANONYMOUS || settings.modifyRemoteNumber !== 'remove';
  if (remoteNumber !== undefined && isKept) kept.remoteNumber = remoteNumber;
  const userId = settings.removeRemoteUserId ? '' : (remotePerson?.userId ?? '');
  const email = settings.removeRemoteEmail ? undefined : remotePerson?.email;
  if (userId !== '' || email !== undefined) {
    // An event names a person by id and e-mail; the other numbers are nobody's business here.
    kept.remotePerson = { userId, ...(email !== undefined && { email }), numbers: [], extensions: [] };
  }
  return { ...rest, ...kept } as Leg;
}

/**
 * Replaces the last `digits` digits by `X`: `+358942721001` is `+35894272XXXX` with 4. A number with fewer
 * digits, and anything with letters in it (a SIP name), is masked whole; a leading `+` stays.
 * @param digits 1 to 15
 */
export function mask(number: string, digits: number): string {
  const own = number.replace(/\D/g, '').length;
  if (own < digits || /[^+\d*#]/.test(number)) return number.replace(/[^+]/g, 'X');
  let seen = 0;
  return number.replace(/\d/g, (digit) => (++seen > own - digits ? 'X' : digit));
}

function isMeant(direction: Direction, { onlyDirection }: PrivacySettings): boolean {
  return onlyDirection === undefined || onlyDirection === direction;
}

function modifyNumber(event: OutwardEvent, key: 'local_number' | 'remote_number', how: NumberPrivacy): void {
  const number = event[key];
  if (number === undefined || how === 'keep') return;
  if (how === 'remove') delete event[key];
  else if (number !== ANONYMOUS) event[key] = mask(number, how.mask);
}
