/** Invitations: links by which somebody makes an account with a role that was chosen for them. */
import { z } from 'zod';
import type { Need, Role } from '../../policy/access.ts';
import type { AuditNote, By } from '../../policy/audit.ts';
import { newId } from '../../runtime/tokens.ts';
import type { ApiContext } from '../context.ts';
import { makeLink } from '../links.ts';
import { page, pageQuery, textPage } from '../pages.ts';
import { notThere, Refused, refuseFields } from '../problem.ts';
import { route, type Answer, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import {
  invitationBody,
  invitationInOrganisationBody,
  invitationPage,
  invitationWords,
  madeInvitation,
  ofInvitation,
  ofInvitationInOrganisation,
} from './schemas.ts';

const TAG = 'Invitations';

interface Place {
  prefix: string;
  suffix: string;
  need: Need;
  all: z.ZodObject;
  one: typeof ofInvitation | typeof ofInvitationInOrganisation;
}

interface Wanted {
  email: string;
  role: Role;
  organisation?: string | undefined;
}

export function invitationRoutes(context: ApiContext): Route[] {
  const everywhere: Place = {
    prefix: '/api/v1/invitations',
    suffix: '',
    need: { who: 'operator', person: true },
    all: z.object({}),
    one: ofInvitation,
  };
  const inside: Place = {
    prefix: '/api/v1/organisations/{organisation}/invitations',
    suffix: 'OfOrganisation',
    need: { who: 'administrator', person: true },
    all: inOrganisation,
    one: ofInvitationInOrganisation,
  };
  const made = {
    method: 'POST',
    tag: TAG,
    summary: 'Invite somebody',
    description:
      'The link is answered, to be passed on; where a mail server is configured, it goes out by mail too.',
    answer: { status: 201, schema: madeInvitation, says: 'The invitation’s link' },
  } as const;
  return [
    route({
      ...made,
      operation: 'invite',
      path: everywhere.prefix,
      need: everywhere.need,
      body: invitationBody,
      handle: ({ body, by, nowMs }) => invite(context, body, by, nowMs),
    }),
    route({
      ...made,
      operation: 'inviteToOrganisation',
      path: inside.prefix,
      need: inside.need,
      params: inOrganisation,
      body: invitationInOrganisationBody,
      handle: ({ params, body, by, nowMs }) => invite(context, { ...body, ...params }, by, nowMs),
    }),
    ...routesAt(context, everywhere),
    ...routesAt(context, inside),
  ];
}

async function invite(context: ApiContext, wanted: Wanted, by: By, nowMs: number): Promise<Answer> {
  const { email, role, organisation: organisationId } = wanted;
  if ((role === 'operator') !== (organisationId === undefined)) {
    const message = role === 'operator' ? 'an operator belongs to no organisation' : 'is missing';
    throw refuseFields([{ in: 'body', pointer: '/organisation', message }]);
  }
  if (organisationId !== undefined) await organisationOf(context, organisationId);
  if ((await context.store.accounts.byEmail(email)) !== undefined) {
    throw new Refused('CONFLICT', 'This e-mail address has an account already.');
  }
  const id = newId();
  const ofOrganisation = organisationId !== undefined && { organisationId };
  const note: AuditNote = {
    atMs: nowMs,
    by,
    action: 'created',
    thing: 'invitation',
    id,
    ...ofOrganisation,
    after: { email, role },
  };
  const purpose = { purpose: 'invitation', email, role, ...ofOrganisation } as const;
  return { body: { id, ...(await makeLink(context, purpose, email, note, id)) } };
}

function routesAt({ store: { accounts } }: ApiContext, { prefix, suffix, need, all, one }: Place): Route[] {
  const listed = route({
    operation: `listInvitations${suffix}`,
    method: 'GET',
    path: prefix,
    tag: TAG,
    summary: 'List invitations that nobody has followed yet',
    need,
    params: all,
    query: z.object(pageQuery),
    answer: { status: 200, schema: invitationPage, says: 'A page of invitations, by id' },
    async handle({ params, query, nowMs }) {
      const { organisation } = params as { organisation?: string };
      const found = await accounts.invitations(organisation, nowMs, textPage(query));
      return page(query, found, ({ id }) => id, invitationWords);
    },
  });
  const removed = route({
    operation: `removeInvitation${suffix}`,
    method: 'DELETE',
    path: `${prefix}/{invitation}`,
    tag: TAG,
    summary: 'Take an invitation back',
    need,
    params: one,
    answer: { status: 204, says: 'Its link is not good any more' },
    async handle({ params, by, nowMs }) {
      const { organisation: organisationId, invitation: id } = params as {
        organisation?: string;
        invitation: string;
      };
      const note: AuditNote = {
        atMs: nowMs,
        by,
        action: 'removed',
        thing: 'invitation',
        id,
        ...(organisationId !== undefined && { organisationId }),
      };
      if (!(await accounts.removeInvitation(organisationId, id, note))) throw notThere('invitation');
      return {};
    },
  });
  return [listed, removed];
}
