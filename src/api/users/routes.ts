/** Users of an organisation, with their numbers and devices. */
import { z } from 'zod';
import { userOf } from '../../config/directory-file/things.ts';
import type { Access } from '../../policy/access.ts';
import type { Plan } from '../../policy/directory-changes.ts';
import { userWords } from '../../policy/directory-words.ts';
import type { Organisation } from '../../policy/organisation.ts';
import { changeDirectory } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { refuseOtherId } from '../organisations/routes.ts';
import { page, pageQuery, searchQuery, textPage } from '../pages.ts';
import { notThere, Refused } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { conflictErrors, planUsers, type SentUser, type UsersAsked } from './plan-users.ts';
import { ofUser, user, userBody, userPage } from './schemas.ts';

const TAG = 'Users';
const ALL = '/api/v1/organisations/{organisation}/users';
const ONE = `${ALL}/{user}`;

export function userRoutes(context: ApiContext): Route[] {
  const { directory } = context.store;
  const listed = route({
    operation: 'listUsers',
    method: 'GET',
    path: ALL,
    tag: TAG,
    summary: 'List users',
    description: '`search` looks into user ids, e-mail addresses, numbers and extensions.',
    need: { who: 'organisation' },
    params: inOrganisation,
    query: z.object({ ...pageQuery, ...searchQuery }),
    answer: { status: 200, schema: userPage, says: 'A page of users, by user_id' },
    async handle({ params, query }) {
      const found = await directory.users(params.organisation, textPage(query), query.search);
      if (found.length === 0) await organisationOf(context, params.organisation);
      return page(query, found, (one) => one.userId, userWords);
    },
  });
  const shown = route({
    operation: 'getUser',
    method: 'GET',
    path: ONE,
    tag: TAG,
    summary: 'Show a user',
    need: { who: 'organisation' },
    conditional: true,
    params: ofUser,
    answer: { status: 200, schema: user, says: 'The user' },
    async handle({ params }) {
      const found = await directory.user(params.organisation, params.user);
      if (found === undefined) throw notThere('user');
      const body = userWords(found);
      return { body, etag: etagOf(body) };
    },
  });
  const put = route({
    operation: 'putUser',
    method: 'PUT',
    path: ONE,
    tag: TAG,
    summary: 'Make or change a user',
    need: { who: 'administrator' },
    conditional: true,
    params: ofUser,
    body: userBody,
    answer: { status: 200, also: [201], schema: user, says: 'The user as it is now' },
    handle: ({ params, body, access, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        refuseOtherId(body.user_id, params.user, 'user_id');
        const found = await organisationOf(context, params.organisation);
        return decided(context, { found, access, sent: { ...body, user_id: params.user } }, ifMatch);
      }),
  });
  const removed = route({
    operation: 'removeUser',
    method: 'DELETE',
    path: ONE,
    tag: TAG,
    summary: 'Remove a user',
    description: 'Calls that are under way are told to their end.',
    need: { who: 'administrator' },
    conditional: true,
    params: ofUser,
    answer: { status: 204, says: 'It is gone' },
    handle: ({ params, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const { organisation: organisationId, user: userId } = params;
        const before = await directory.around(organisationId, { userIds: [userId] });
        const found = before.organisations[0]?.users[0];
        if (found === undefined) throw notThere('user');
        checkMatch(ifMatch, userWords(found), 'optional');
        return { before, changes: [{ do: 'remove-user', organisationId, userId }], result: {} };
      }),
  });
  return [listed, shown, put, removed];
}

async function decided(
  { store: { directory } }: ApiContext,
  { found, access, sent }: { found: Organisation; access: Access; sent: SentUser },
  ifMatch: string | undefined,
) {
  const { userId, devices, numbers, extensions } = userOf(sent, found.defaultCountry);
  const concerned = { userIds: [userId], devices, numbers: [...numbers, ...extensions] };
  const before = await directory.around(found.id, concerned);
  const asked = { access, found, before, sources: await directory.sources(), users: [sent] };
  const { after, plan } = planUsers(asked, ['users', 0]);
  const current = before.organisations[0]?.users.find((one) => one.userId === userId);
  checkMatch(ifMatch, current && userWords(current), 'needed');
  refuseConflicts(plan, asked);
  const body = userWords(after[0]!);
  return {
    before,
    changes: plan.changes,
    result: { body, etag: etagOf(body), status: current === undefined ? 201 : 200 },
  };
}

/** @throws Refused `CONFLICT` where somebody else keeps what is wanted */
function refuseConflicts({ conflicts }: Plan, asked: UsersAsked): void {
  if (conflicts.length === 0) return;
  const errors = conflictErrors(conflicts, asked, ['users', 0]);
  const words = [...new Set(errors.map(({ message }) => message))].join(' ');
  throw new Refused('CONFLICT', `Nothing was changed. ${words}`, { more: { errors } });
}

/** @throws Refused where it is not there */
export async function organisationOf({ store }: ApiContext, organisationId: string): Promise<Organisation> {
  const found = await store.directory.organisation(organisationId);
  if (found === undefined) throw notThere('organisation');
  return found;
}
