import { z } from 'zod';
import { id, line, oneOf } from '../../config/directory-file/shapes.ts';
import { ROLES } from '../../policy/access.ts';
import type { Account } from '../../policy/account.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { time, timeText } from '../shapes.ts';

/** Of accounts, sessions, keys, invitations: what `newId` makes. */
export const madeId = z.string().regex(/^[A-Za-z0-9_-]{12}$/, 'is no id that was made here');

export const account = answered(
  'Account',
  z.strictObject({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.enum(ROLES),
    organisation: z.string().optional().meta({ description: 'Of administrators and viewers' }),
    disabled: z.boolean(),
    created: time,
    last_login: time.optional(),
  }),
);

export const accountPage = answered('AccountPage', pageOf(account));

export const accountBody = taken(
  'AccountBody',
  z.strictObject({
    name: line,
    role: oneOf(ROLES),
    disabled: z.boolean('must be true or false').default(false),
  }),
);

/** Whoever reads the answer passes it on: by hand, or it went out by mail. */
export const link = answered(
  'Link',
  z.strictObject({
    link: z.string().meta({ description: 'Works once. Shown only now' }),
    expires: time,
    mailed: z.boolean().meta({ description: 'It went out by mail as well' }),
  }),
);

export const ofAccount = z.object({ account: madeId });
export const ofAccountInOrganisation = z.object({ organisation: id, account: madeId });

export function accountWords(found: Account) {
  const { id: accountId, email, name, role, organisationId, disabled, createdAtMs, lastLoginAtMs } = found;
  return {
    id: accountId,
    email,
    name,
    role,
    ...(organisationId !== undefined && { organisation: organisationId }),
    disabled,
    created: timeText(createdAtMs),
    ...(lastLoginAtMs !== undefined && { last_login: timeText(lastLoginAtMs) }),
  };
}

/** What can be changed of an account, and so what a change is conditional on. */
export function changeableWords({ id: accountId, email, name, role, disabled }: Account) {
  return { id: accountId, email, name, role, disabled };
}
