/** Oneself: logging in and out, password, sessions. */
import type { Access } from '../../policy/access.ts';
import type { AuditNote } from '../../policy/audit.ts';
import { SESSION_TIMES, type ApiContext } from '../context.ts';
import { endedCookie } from '../cookies.ts';
import { notThere, refuseFields } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { countTries, hashNew, inTurn, logIn, openSession } from './login.ts';
import { loginBody, me, ofSession, passwordBody, sessionList, sessionWords } from './schemas.ts';

const TAG = 'Me';
const OWN = { who: 'somebody', person: true } as const;

export function meRoutes(context: ApiContext): Route[] {
  const { accounts } = context.store;
  const login = route({
    operation: 'logIn',
    method: 'POST',
    path: '/api/v1/login',
    tag: TAG,
    summary: 'Log in',
    description:
      'The answer sets a cookie. A session ends 8 hours after its last request, after 7 days in any case.',
    need: { who: 'nobody' },
    notRepeatable: true,
    body: loginBody,
    answer: { status: 200, schema: me, says: 'Who you are' },
    handle: ({ body, ...from }) => logIn(context, body, from),
  });
  const logout = route({
    operation: 'logOut',
    method: 'POST',
    path: '/api/v1/logout',
    tag: TAG,
    summary: 'Log out',
    need: OWN,
    notRepeatable: true,
    answer: { status: 204, says: 'The session has ended' },
    async handle({ access, by, nowMs }) {
      await accounts.endSessions(access.actor.id, access.sessionId, ended(access, nowMs, by));
      return { headers: { 'set-cookie': endedCookie(context) } };
    },
  });
  const shown = route({
    operation: 'getMe',
    method: 'GET',
    path: '/api/v1/me',
    tag: TAG,
    summary: 'Who you are and what you may do',
    need: { who: 'somebody' },
    answer: { status: 200, schema: me, says: 'The account, or the API key' },
    async handle({ access }) {
      const { actor, role, organisationId, mayWrite } = access;
      const body = {
        kind: actor.kind === 'key' ? 'key' : 'account',
        id: actor.id,
        name: actor.name,
        role,
        ...(organisationId !== undefined && { organisation: organisationId }),
        may_write: mayWrite,
      };
      return { body };
    },
  });
  const password = route({
    operation: 'changePassword',
    method: 'PUT',
    path: '/api/v1/me/password',
    tag: TAG,
    summary: 'Change your password',
    description: 'All your sessions end; the answer’s cookie begins a new one.',
    need: OWN,
    body: passwordBody,
    answer: { status: 204, says: 'It is changed' },
    async handle({ body, access, by, nowMs, address }) {
      const { id, name: email } = access.actor;
      const forgive = await countTries(context, email, { address, nowMs });
      const kept = await accounts.passwordHashOf(id);
      if (!(await inTurn(() => context.passwords.verify(body.current_password, kept)))) {
        throw refuseFields([{ in: 'body', pointer: '/current_password', message: 'is not your password' }]);
      }
      await forgive();
      const { organisationId } = access;
      const who = { email, name: email, organisationId };
      const hash = await hashNew(context, body.new_password, who, 'new_password');
      await accounts.setPassword(id, hash, passwordNote(access, by, nowMs));
      const account = await accounts.account(undefined, id);
      if (account === undefined) throw notThere('account');
      const from = { by, nowMs, address, session: undefined };
      const { headers = {} } = await openSession(context, account, from, hash);
      return { headers };
    },
  });
  return [login, logout, shown, password, ...sessionRoutes(context)];
}

function sessionRoutes({ store: { accounts } }: ApiContext): Route[] {
  const listed = route({
    operation: 'listMySessions',
    method: 'GET',
    path: '/api/v1/me/sessions',
    tag: TAG,
    summary: 'List your sessions',
    need: OWN,
    answer: { status: 200, schema: sessionList, says: 'Your sessions, the one used last first' },
    async handle({ access, nowMs }) {
      const found = await accounts.sessions(access.actor.id, nowMs, SESSION_TIMES);
      return { body: { items: found.map((session) => sessionWords(session, access.sessionId)) } };
    },
  });
  const one = route({
    operation: 'endMySession',
    method: 'DELETE',
    path: '/api/v1/me/sessions/{session}',
    tag: TAG,
    summary: 'End one of your sessions',
    need: OWN,
    params: ofSession,
    answer: { status: 204, says: 'It has ended' },
    async handle({ params, access, by, nowMs }) {
      const note = ended(access, nowMs, by, params.session);
      if ((await accounts.endSessions(access.actor.id, params.session, note)) === 0)
        throw notThere('session');
      return {};
    },
  });
  const all = route({
    operation: 'endMySessions',
    method: 'DELETE',
    path: '/api/v1/me/sessions',
    tag: TAG,
    summary: 'End all your sessions, this one too',
    need: OWN,
    answer: { status: 204, says: 'They have ended' },
    async handle({ access, by, nowMs }) {
      await accounts.endSessions(access.actor.id, undefined, ended(access, nowMs, by, 'all'));
      return {};
    },
  });
  return [listed, one, all];
}

function ended(
  { organisationId, sessionId }: Access,
  atMs: number,
  by: AuditNote['by'],
  id = sessionId ?? '',
): AuditNote {
  const common = { atMs, by, action: 'removed', thing: 'session', id } as const;
  return organisationId === undefined ? common : { ...common, organisationId };
}

function passwordNote({ actor, organisationId }: Access, by: AuditNote['by'], atMs: number): AuditNote {
  return {
    atMs,
    by,
    action: 'changed',
    thing: 'account',
    id: actor.id,
    ...(organisationId !== undefined && { organisationId }),
    after: { password: 'changed' },
  };
}
