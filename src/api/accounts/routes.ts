/** Accounts: of the whole installation for its operators, of one organisation for its administrators. */
import { z } from 'zod';
import type { Access, Need } from '../../policy/access.ts';
import type { Account } from '../../policy/account.ts';
import type { AuditNote, By } from '../../policy/audit.ts';
import type { ApiContext } from '../context.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { makeLink } from '../links.ts';
import { page, pageQuery, textPage } from '../pages.ts';
import { notThere, Refused, refuseFields } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import {
  account,
  accountBody,
  accountPage,
  accountWords,
  changeableWords,
  link,
  ofAccount,
  ofAccountInOrganisation,
} from './schemas.ts';

const TAG = 'Accounts';

interface Place {
  prefix: string;
  suffix: string;
  need: Need;
  all: z.ZodObject;
  one: typeof ofAccount | typeof ofAccountInOrganisation;
}

export function accountRoutes(context: ApiContext): Route[] {
  const everywhere: Place = {
    prefix: '/api/v1/accounts',
    suffix: '',
    need: { who: 'operator', person: true },
    all: z.object({}),
    one: ofAccount,
  };
  const inside: Place = {
    prefix: '/api/v1/organisations/{organisation}/accounts',
    suffix: 'OfOrganisation',
    need: { who: 'administrator', person: true },
    all: inOrganisation,
    one: ofAccountInOrganisation,
  };
  return [...routesAt(context, everywhere), ...routesAt(context, inside)];
}

interface Params {
  organisation?: string;
  account: string;
}

function routesAt(context: ApiContext, { prefix, suffix, need, all, one }: Place): Route[] {
  const { accounts } = context.store;
  const find = async ({ organisation, account: id }: Params): Promise<Account> => {
    const found = await accounts.account(organisation, id);
    if (found === undefined) throw notThere('account');
    return found;
  };
  const listed = route({
    operation: `listAccounts${suffix}`,
    method: 'GET',
    path: prefix,
    tag: TAG,
    summary: 'List accounts',
    need,
    params: all,
    query: z.object(pageQuery),
    answer: { status: 200, schema: accountPage, says: 'A page of accounts, by id' },
    async handle({ params, query }) {
      const { organisation } = params as { organisation?: string };
      const found = await accounts.accounts(organisation, textPage(query));
      return page(query, found, ({ id }) => id, accountWords);
    },
  });
  const shown = route({
    operation: `getAccount${suffix}`,
    method: 'GET',
    path: `${prefix}/{account}`,
    tag: TAG,
    summary: 'Show an account',
    need,
    conditional: true,
    params: one,
    answer: { status: 200, schema: account, says: 'The account' },
    async handle({ params }) {
      const found = await find(params);
      return { body: accountWords(found), etag: etagOf(changeableWords(found)) };
    },
  });
  const put = route({
    operation: `putAccount${suffix}`,
    method: 'PUT',
    path: `${prefix}/{account}`,
    tag: TAG,
    summary: 'Change name and role, disable and enable',
    description: 'The sessions of an account that is disabled, or gets another role, end at once.',
    need,
    conditional: true,
    params: one,
    body: accountBody,
    answer: { status: 200, schema: account, says: 'The account as it is now' },
    async handle({ params, body, access, by, nowMs, ifMatch }) {
      const before = await find(params);
      checkMatch(ifMatch, changeableWords(before), 'needed');
      refuseRole(before, body.role);
      refuseOwn(access, before, body.disabled || body.role !== before.role);
      const after = { ...before, ...body };
      const note = noteOf(by, nowMs, before, 'changed', { before, after });
      if (!(await accounts.change(organisationOf(params), before.id, body, note))) throw notThere('account');
      return { body: accountWords(after), etag: etagOf(changeableWords(after)) };
    },
  });
  const removed = route({
    operation: `removeAccount${suffix}`,
    method: 'DELETE',
    path: `${prefix}/{account}`,
    tag: TAG,
    summary: 'Remove an account',
    need,
    conditional: true,
    params: one,
    answer: { status: 204, says: 'It is gone' },
    async handle({ params, access, by, nowMs, ifMatch }) {
      const before = await find(params);
      checkMatch(ifMatch, changeableWords(before), 'optional');
      refuseOwn(access, before, true);
      const note = noteOf(by, nowMs, before, 'removed', { before });
      if (!(await accounts.remove(organisationOf(params), before.id, note))) throw notThere('account');
      return {};
    },
  });
  const reset = route({
    operation: `resetPassword${suffix}`,
    method: 'POST',
    path: `${prefix}/{account}/password-reset`,
    tag: TAG,
    summary: 'Make a link by which the account’s password can be set anew',
    need,
    params: one,
    answer: { status: 201, schema: link, says: 'The link, to be passed on' },
    async handle({ params, by, nowMs }) {
      const found = await find(params);
      const { id: accountId, email } = found;
      const note = noteOf(by, nowMs, found, 'changed', {});
      const made = await makeLink(context, { purpose: 'reset', accountId }, email, {
        ...note,
        after: { password: 'reset link' },
      });
      return { body: made };
    },
  });
  return [listed, shown, put, removed, reset];
}

function organisationOf(params: Params): string | undefined {
  return params.organisation;
}

/** An operator belongs to no organisation, the others to one: neither becomes the other. */
function refuseRole(before: Account, role: Account['role']): void {
  if ((before.role === 'operator') === (role === 'operator')) return;
  const message = 'cannot change between operator and the roles of an organisation; invite a new account';
  throw refuseFields([{ in: 'body', pointer: '/role', message }]);
}

/** Nobody locks themselves out: another operator or administrator does it. */
function refuseOwn({ actor }: Access, { id }: Account, isLoss: boolean): void {
  if (isLoss && actor.id === id) {
    throw new Refused(
      'CONFLICT',
      'This is your own account. Somebody else has to take it away or change its role.',
    );
  }
}

export function noteOf(
  by: By,
  atMs: number,
  { id, organisationId }: Pick<Account, 'id' | 'organisationId'>,
  action: AuditNote['action'],
  { before, after }: { before?: Account; after?: Account },
): AuditNote {
  return {
    atMs,
    by,
    action,
    thing: 'account',
    id,
    ...(organisationId !== undefined && { organisationId }),
    ...(before !== undefined && { before: changeableWords(before) }),
    ...(after !== undefined && { after: changeableWords(after) }),
  };
}
