/** Accounts and invitations of one organisation, or the operator's: the same lists behind two addresses. */
import { useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, queries, type Schemas } from '../../api/client.ts';
import { byCursor } from '../../api/pages.ts';

export type Account = Schemas['Account'];
export type Invitation = Schemas['Invitation'];
export type Role = Account['role'];
export type AccountBody = Schemas['AccountBody'];

const ACCOUNTS = '/api/v1/accounts';
const INVITATIONS = '/api/v1/invitations';
const OWN = '/api/v1/organisations/{organisation}';
const OWN_ACCOUNTS = `${OWN}/accounts` as const;
const OWN_INVITATIONS = `${OWN}/invitations` as const;

/** What is invited to; the organisation only where the operator says it. */
export interface Wanted {
  email: string;
  role: Role;
  organisation?: string;
}

export function useAccounts() {
  const { organisation } = useParams({ strict: false });
  const path = { organisation: organisation ?? '' };
  const isOwn = organisation !== undefined;
  const [ofAll, ofOne] = [
    { ...byCursor, enabled: !isOwn },
    { ...byCursor, enabled: isOwn },
  ];
  const all = queries.useInfiniteQuery('get', ACCOUNTS, {}, ofAll);
  const own = queries.useInfiniteQuery('get', OWN_ACCOUNTS, { params: { path } }, ofOne);
  const allInvited = queries.useInfiniteQuery('get', INVITATIONS, {}, ofAll);
  const ownInvited = queries.useInfiniteQuery('get', OWN_INVITATIONS, { params: { path } }, ofOne);
  const queryClient = useQueryClient();
  const again = async (what: 'accounts' | 'invitations') => {
    const key = { accounts: [ACCOUNTS, OWN_ACCOUNTS], invitations: [INVITATIONS, OWN_INVITATIONS] }[what];
    await queryClient.invalidateQueries({ queryKey: ['get', key[isOwn ? 1 : 0]] });
  };
  const of = (account: string) => ({ params: { path: { ...path, account } } });
  return {
    organisation,
    accounts: isOwn ? own : all,
    invitations: isOwn ? ownInvited : allInvited,
    async read(id: string) {
      const { data, response } = await (isOwn
        ? api.GET(`${OWN_ACCOUNTS}/{account}`, of(id))
        : api.GET(`${ACCOUNTS}/{account}`, of(id)));
      return { account: data!, etag: response.headers.get('etag') ?? '' };
    },
    async change(id: string, body: AccountBody, etag: string) {
      const given = { params: { ...of(id).params, header: { 'If-Match': etag } }, body };
      await (isOwn ? api.PUT(`${OWN_ACCOUNTS}/{account}`, given) : api.PUT(`${ACCOUNTS}/{account}`, given));
      await again('accounts');
    },
    async resetPassword(id: string) {
      const { data } = await (isOwn
        ? api.POST(`${OWN_ACCOUNTS}/{account}/password-reset`, of(id))
        : api.POST(`${ACCOUNTS}/{account}/password-reset`, of(id)));
      return data!;
    },
    async remove(id: string) {
      await (isOwn
        ? api.DELETE(`${OWN_ACCOUNTS}/{account}`, of(id))
        : api.DELETE(`${ACCOUNTS}/{account}`, of(id)));
      await again('accounts');
    },
    async invite({ email, role, ...where }: Wanted) {
      const { data } =
        isOwn && role !== 'operator'
          ? await api.POST(OWN_INVITATIONS, { params: { path }, body: { email, role } })
          : await api.POST(INVITATIONS, { body: { email, role, ...where } });
      await again('invitations');
      return data!;
    },
    async takeBack(invitation: string) {
      await (isOwn
        ? api.DELETE(`${OWN_INVITATIONS}/{invitation}`, { params: { path: { ...path, invitation } } })
        : api.DELETE(`${INVITATIONS}/{invitation}`, { params: { path: { invitation } } }));
      await again('invitations');
    },
  };
}

export type Accounts = ReturnType<typeof useAccounts>;
