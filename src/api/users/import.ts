/**
 * Many users in one request, all or none: what a CSV file, another system or a script brings. By the rules of
 * `callhook apply`. A dry run says what would be made and changed; its ETag keeps the import from doing anything else.
 */
import type { z } from 'zod';
import type { Access } from '../../policy/access.ts';
import { userWords } from '../../policy/directory-words.ts';
import type { Organisation, User } from '../../policy/organisation.ts';
import { changeDirectory, refuseReferences } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { refuseFields } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { conflictErrors, planUsers, type SentUser } from './plan-users.ts';
import { organisationOf } from './routes.ts';
import { IMPORT_FIELDS, usersImported, usersImportBody } from './schemas.ts';

/** 10,000 users with two phones each take about half of it. */
const IMPORT_BODY_LIMIT = 8 * 1024 * 1024;

type Body = z.output<typeof usersImportBody>;

export function userImportRoute(context: ApiContext): Route {
  return route({
    operation: 'importUsers',
    method: 'POST',
    path: '/api/v1/organisations/{organisation}/users/import',
    tag: 'Users',
    summary: 'Make and change many users at once',
    description:
      'All or nothing, 10,000 users at most. Users that are not named stay as they are, and of those that are, what is not ' +
      'among `fields`. With `dry_run` nothing is changed; send the ETag of its answer as If-Match, and the import does ' +
      'what was said, or nothing.',
    need: { who: 'administrator' },
    conditional: true,
    notRepeatable: true,
    bodyLimit: IMPORT_BODY_LIMIT,
    params: inOrganisation,
    body: usersImportBody,
    answer: {
      status: 200,
      schema: usersImported,
      says: 'What becomes of each user, in the order of the request',
    },
    handle: ({ params, body, access, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const found = await organisationOf(context, params.organisation);
        const { before, changes, users } = await decide(context, found, body, access);
        checkMatch(ifMatch, users, 'optional');
        const answer = { dry_run: body.dry_run, ...count(users), users };
        return {
          before,
          changes: body.dry_run ? [] : changes,
          result: { body: answer, etag: etagOf(users) },
        };
      }),
  });
}

async function decide({ store: { directory } }: ApiContext, found: Organisation, body: Body, access: Access) {
  // All of it at once: asking for each device and number of thousands takes longer.
  const before = await directory.read();
  const own = before.organisations.find(({ id }) => id === found.id);
  const current = new Map(own?.users.map((user) => [user.userId, user]));
  const wanted = body.users.map((given) => withKept(given, current.get(given.user_id), body.fields));
  const asked = { access, found, before, sources: before.sources, users: wanted };
  const { after, plan } = planUsers(asked, []);
  if (plan.conflicts.length > 0) throw refuseFields(conflictErrors(plan.conflicts, asked, []));
  const { changes } = plan;
  // Also in a dry run.
  refuseReferences(changes);
  const changed = new Set(changes.map((change) => change.do === 'put-user' && change.user.userId));
  const users = after.map((user) => rowOf(user, current.get(user.userId), changed.has(user.userId)));
  return { before, changes, users };
}

/** What the import does not speak of stays as it is. */
function withKept(given: SentUser, current: User | undefined, fields: Body['fields']): SentUser {
  if (current === undefined) return given;
  const kept = IMPORT_FIELDS.filter((field) => !fields.includes(field));
  const words = userWords(current);
  return { ...given, ...Object.fromEntries(kept.map((field) => [field, words[field]])) };
}

type Row = z.output<typeof usersImported>['users'][number];

function rowOf(user: User, current: User | undefined, isChanged: boolean): Row {
  const words = { user_id: user.userId };
  if (current === undefined) return { ...words, becomes: 'created', after: userWords(user) as Row['after'] };
  if (!isChanged) return { ...words, becomes: 'unchanged' };
  const [before, after] = [userWords(current), userWords(user)] as Row['after'][];
  return { ...words, becomes: 'changed', before, after };
}

function count(users: readonly Row[]) {
  const of = (what: Row['becomes']) => users.filter(({ becomes }) => becomes === what).length;
  return { created: of('created'), changed: of('changed'), unchanged: of('unchanged') };
}
