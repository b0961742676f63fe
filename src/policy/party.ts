/**
 * Who is on the two ends of a leg, in the numbers and names that an organisation reads. Pure; the directory's
 * answers are handed in.
 */
import type { RemoteParty } from '../call/leg-event.ts';
import type { User } from './organisation.ts';
import { normaliseNumber, toE164 } from './phone-number.ts';
import { ANONYMOUS } from './privacy.ts';

type Numbers = Pick<User, 'numbers' | 'extensions'>;

/** The number a user is given by: the public one where there is one, else the extension. */
export function numberOf(user: Numbers): string | undefined {
  return user.numbers[0] ?? user.extensions[0];
}

/**
 * The user's own number in this call.
 * @param used the number that the PBX names for this leg, followed only if it is one of the user's public ones
 */
export function localNumber(
  user: Numbers,
  used: string | undefined,
  defaultCountry: string,
): string | undefined {
  const e164 = used === undefined ? undefined : toE164(used, defaultCountry);
  return e164 !== undefined && user.numbers.includes(e164) ? e164 : numberOf(user);
}

/** The far number as the organisation reads it; undefined where the PBX wrote nothing that is one. */
export function remoteNumber(remote: RemoteParty, defaultCountry: string): string | undefined {
  return remote.withheld ? ANONYMOUS : normaliseNumber(remote.number, defaultCountry);
}
