import { z } from 'zod';
import { id, line, oneOf } from '../../config/directory-file/shapes.ts';
import { ROLES } from '../../policy/access.ts';
import type { Link } from '../../store/accounts.ts';
import { madeId } from '../accounts/schemas.ts';
import { answered, taken } from '../openapi.ts';
import { pageOf } from '../pages.ts';
import { email, time, timeText } from '../shapes.ts';

export const ofInvitation = z.object({ invitation: madeId });
export const ofInvitationInOrganisation = z.object({ organisation: id, invitation: madeId });

export const invitationBody = taken(
  'InvitationBody',
  z.strictObject({
    email,
    role: oneOf(ROLES),
    organisation: id.optional().meta({ description: 'Of administrators and viewers' }),
  }),
);

export const invitationInOrganisationBody = taken(
  'InvitationInOrganisationBody',
  z.strictObject({ email, role: oneOf(['administrator', 'viewer']) }),
);

const shape = {
  id: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  organisation: z.string().optional(),
  created: time,
  expires: time,
};

export const invitation = answered('Invitation', z.strictObject(shape));
export const invitationPage = answered('InvitationPage', pageOf(invitation));
export const madeInvitation = answered(
  'MadeInvitation',
  z.strictObject({
    id: z.string(),
    link: z.string().meta({ description: 'Works once. Shown only now' }),
    expires: time,
    mailed: z.boolean().meta({ description: 'It went out by mail as well' }),
  }),
);

/** Where somebody who follows a link chooses a password. */
export const acceptBody = taken(
  'AcceptInvitationBody',
  z.strictObject({ token: line, name: line, password: z.string().max(1_000) }),
);

export function invitationWords(link: Link) {
  return {
    id: link.id,
    email: link.email ?? '',
    role: link.role ?? 'viewer',
    ...(link.organisationId !== undefined && { organisation: link.organisationId }),
    created: timeText(link.createdAtMs),
    expires: timeText(link.expiresAtMs),
  };
}
