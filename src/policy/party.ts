/**
 * Who is on the two ends of a leg, in the numbers and names that an organisation reads. Pure; the directory's
 * answers are handed in.
 */
import type { RemoteParty } from '../call/leg-event.ts';
import type { User } from './organisation.ts';
import { normaliseNumber, toE164, withoutSipParts } from './phone-number.ts';
import { ANONYMOUS } from './privacy.ts';

type Numbers = Pick<User, 'numbers' | 'extensions'>;

/** The number a user is given by: the public one where there is one, else the extension. */
export function numberOf(user: Numbers): string | undefined {
  return user.numbers[0] ?? user.extensions[0];
}

/**
 * The user's own number in this call.
 * @param used the number that the PBX names for this leg
 * @returns undefined where that is none of the user's public ones
 */
export function ownNumber(
  user: Pick<User, 'numbers'>,
  used: string,
  defaultCountry: string,
): string | undefined {
  const e164 = toE164(withoutSipParts(used), defaultCountry);
  return e164 !== undefined && user.numbers.includes(e164) ? e164 : undefined;
}

/** The far number as the organisation reads it; undefined where the PBX wrote nothing that is one. */
export function remoteNumber(remote: RemoteParty, defaultCountry: string): string | undefined {
  return remote.withheld ? ANONYMOUS : normaliseNumber(withoutSipParts(remote.number), defaultCountry);
}
