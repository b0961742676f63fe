/** What somebody does who is not logged in but holds a link: the first operator, an invited person, a forgetful one. */
import type { Account } from '../../policy/account.ts';
import type { AuditNote, By } from '../../policy/audit.ts';
import { hashToken, newId } from '../../runtime/tokens.ts';
import type { Link, NewAccount } from '../../store/accounts.ts';
import { acceptBody } from '../invitations/schemas.ts';
import type { ApiContext } from '../context.ts';
import { goodLink, linkUsed, makeLink } from '../links.ts';
import { route, type Answer, type Route } from '../route.ts';
import { countTries, hashNew, openSession, type From } from './login.ts';
import { accepted, me, resetBody, setUpBody, setUpState, useResetBody } from './schemas.ts';

const TAG = 'Links';
const ANYBODY = { who: 'nobody' } as const;

export function linkRoutes(context: ApiContext): Route[] {
  const { accounts } = context.store;
  const asked = route({
    operation: 'getSetUp',
    method: 'GET',
    path: '/api/v1/set-up',
    tag: TAG,
    summary: 'Is there any account yet?',
    need: ANYBODY,
    answer: { status: 200, schema: setUpState, says: 'Whether the first account is still to be made' },
    handle: async () => ({ body: { needed: await accounts.isEmpty() } }),
  });
  const setUp = route({
    operation: 'setUp',
    method: 'POST',
    path: '/api/v1/set-up',
    tag: TAG,
    summary: 'Make the first operator’s account',
    description: 'With the token of the link that `callhook serve` prints at its first start.',
    need: ANYBODY,
    notRepeatable: true,
    body: setUpBody,
    answer: { status: 201, schema: me, says: 'Who you are; you are logged in' },
    async handle({ body, ...from }) {
      await goodLink(context, body.token, 'set-up');
      const { email, name } = body;
      return makeAccount(context, body, { email, name, role: 'operator' }, { onlyFirst: true }, from);
    },
  });
  const invited = route({
    operation: 'acceptInvitation',
    method: 'POST',
    path: '/api/v1/invitations/accept',
    tag: TAG,
    summary: 'Make the account that you were invited to',
    need: ANYBODY,
    notRepeatable: true,
    body: acceptBody,
    answer: { status: 201, schema: me, says: 'Who you are; you are logged in' },
    async handle({ body, ...from }) {
      const {
        email = '',
        role = 'viewer',
        organisationId,
      } = await goodLink(context, body.token, 'invitation');
      const ofOrganisation = organisationId !== undefined && { organisationId };
      const person = { email, name: body.name, role, ...ofOrganisation };
      return makeAccount(context, body, person, { onlyFirst: false }, from);
    },
  });
  const forgotten = route({
    operation: 'forgotPassword',
    method: 'POST',
    path: '/api/v1/password-resets',
    tag: TAG,
    summary: 'Ask for a link to set a forgotten password anew, by mail',
    description: 'The answer is the same whether there is such an account or not.',
    need: ANYBODY,
    notRepeatable: true,
    body: resetBody,
    answer: { status: 202, schema: accepted, says: 'Heard' },
    async handle({ body, by, nowMs, address }) {
      await countTries(context, body.email, { address, nowMs });
      // Nobody waits for it: the time it takes would tell whether there is an account.
      if (context.mail !== undefined) mailReset(context, body.email, by, nowMs);
      const says =
        context.mail === undefined
          ? 'No mail server is configured here: ask your operator or administrator for a link.'
          : 'If there is an account with this address, a mail is on its way.';
      return { body: { says } };
    },
  });
  const used = route({
    operation: 'setForgottenPassword',
    method: 'POST',
    path: '/api/v1/password-resets/use',
    tag: TAG,
    summary: 'Set a forgotten password anew',
    description: 'All sessions of the account end.',
    need: ANYBODY,
    notRepeatable: true,
    body: useResetBody,
    answer: { status: 204, says: 'It is changed; log in with it' },
    async handle({ body, by, nowMs }) {
      const { accountId = '' } = await goodLink(context, body.token, 'reset');
      const account = await accounts.account(undefined, accountId);
      if (account === undefined) throw linkUsed();
      const hash = await hashNew(context, body.password, account, 'password');
      const note = noteOf(account, { ...by, actor: actorOf(account) }, nowMs, {
        password: 'changed by a link',
      });
      const isDone = await accounts.setPasswordByLink(hashToken(body.token), account.id, hash, note);
      if (!isDone) throw linkUsed();
      return {};
    },
  });
  return [asked, setUp, invited, forgotten, used];
}

type Person = Pick<Account, 'email' | 'name' | 'role' | 'organisationId'>;

async function makeAccount(
  context: ApiContext,
  { token, password }: { token: string; password: string },
  person: Person,
  options: { onlyFirst: boolean },
  from: From,
): Promise<Answer> {
  const passwordHash = await hashNew(context, password, person, 'password');
  const made: NewAccount = { ...person, id: newId(), passwordHash, createdAtMs: from.nowMs };
  const { email, name, role } = person;
  const by: By = { ...from.by, actor: actorOf(made) };
  const note: AuditNote = { ...noteOf(made, by, from.nowMs, { email, name, role }), action: 'created' };
  const isMade = await context.store.accounts.createByLink(hashToken(token), made, note, options);
  if (!isMade) throw linkUsed();
  const { passwordHash: _hash, ...account } = made;
  return { ...(await openSession(context, { ...account, disabled: false }, from)), status: 201 };
}

function mailReset(context: ApiContext, email: string, by: By, nowMs: number): void {
  const { store, log } = context;
  const send = async () => {
    const found = await store.accounts.byEmail(email);
    if (found === undefined || found.account.disabled) return;
    const { account } = found;
    const purpose: Pick<Link, 'purpose' | 'accountId'> = { purpose: 'reset', accountId: account.id };
    await makeLink(context, purpose, email, noteOf(account, by, nowMs, { password: 'reset link asked for' }));
  };
  send().catch((error: unknown) => log.error({ err: error }, 'a password reset failed'));
}

function noteOf(
  { id, organisationId }: Pick<Account, 'id' | 'organisationId'>,
  by: By,
  atMs: number,
  after: Record<string, unknown>,
): AuditNote {
  const common = { atMs, by, action: 'changed', thing: 'account', id, after } as const;
  return organisationId === undefined ? common : { ...common, organisationId };
}

function actorOf({ id, email }: Pick<Account, 'id' | 'email'>): By['actor'] {
  return { kind: 'account', id, name: email };
}
