import { z } from 'zod';
import { line } from '../../config/directory-file/shapes.ts';
import { ROLES } from '../../policy/access.ts';
import type { Session } from '../../store/accounts.ts';
import { madeId } from '../accounts/schemas.ts';
import { answered, taken } from '../openapi.ts';
import { email, time, timeText } from '../shapes.ts';

/** Taken as it is; what it may be is said where one is chosen. Bounded, for hashing costs. */
const password = z.string('must be a text').max(1_000, 'is longer than 1,000 characters');

export const loginBody = taken('LoginBody', z.strictObject({ email, password }));
export const passwordBody = taken(
  'PasswordBody',
  z.strictObject({ current_password: password, new_password: password }),
);
export const setUpBody = taken('SetUpBody', z.strictObject({ token: line, email, name: line, password }));
export const resetBody = taken('ForgottenPasswordBody', z.strictObject({ email }));
export const useResetBody = taken('NewPasswordBody', z.strictObject({ token: line, password }));

export const me = answered(
  'Me',
  z.strictObject({
    kind: z.enum(['account', 'key']),
    id: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    organisation: z.string().optional(),
    may_write: z.boolean(),
  }),
);

export const setUpState = answered(
  'SetUpState',
  z.strictObject({ needed: z.boolean().meta({ description: 'There is no account yet' }) }),
);

export const accepted = answered('Accepted', z.strictObject({ says: z.string() }));

export const session = answered(
  'Session',
  z.strictObject({
    id: z.string(),
    current: z.boolean().meta({ description: 'The one of this request' }),
    created: time,
    seen: time,
    expires: time,
    address: z.string(),
    client: z.string(),
  }),
);
export const sessionList = answered('SessionList', z.strictObject({ items: z.array(session) }));
export const ofSession = z.object({ session: madeId });

export function sessionWords(found: Session, currentId: string | undefined) {
  return {
    id: found.id,
    current: found.id === currentId,
    created: timeText(found.createdAtMs),
    seen: timeText(found.seenAtMs),
    expires: timeText(found.expiresAtMs),
    address: found.address,
    client: found.client,
  };
}
