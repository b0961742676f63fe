/** An organisation's users, and changes of them. */
import { useQueryClient } from '@tanstack/react-query';
import { useParams, useRouteContext } from '@tanstack/react-router';
import { api, queries, type Schemas } from '../../api/client.ts';
import { byCursor, itemsOf } from '../../api/pages.ts';
import type { User } from './user-columns.ts';

const ALL = '/api/v1/organisations/{organisation}/users';
const ONE = `${ALL}/{user}` as const;
const MOST_AT_ONCE = 200;

export type Allowed = Schemas['Organisation']['allowed_devices'];

export function useUsers(search: string | undefined) {
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  return queries.useInfiniteQuery(
    'get',
    ALL,
    { params: { path: { organisation }, query: { search } } },
    { ...byCursor, placeholderData: (before) => before },
  );
}

export function useUserChanges() {
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const queryClient = useQueryClient();
  const again = async () => {
    await Promise.all([ALL, ONE].map((path) => queryClient.invalidateQueries({ queryKey: ['get', path] })));
  };
  const pathTo = (user: string) => ({ path: { organisation, user } });
  return {
    organisation,
    again,
    /** As it is now, and its ETag. */
    async read(userId: string) {
      const { data, response } = await api.GET(ONE, { params: pathTo(userId) });
      return { user: data!, etag: response.headers.get('etag') ?? '' };
    },
    /** @param etag of one that is there; none for a new one, which must not be there yet */
    async put(user: User, etag: string | undefined) {
      const headers = etag === undefined ? {} : { 'if-match': etag };
      await api.PUT(ONE, { params: pathTo(user.user_id), body: user, headers });
      await again();
    },
    async remove(userId: string) {
      await api.DELETE(ONE, { params: pathTo(userId) });
      await again();
    },
  };
}

export async function readAllUsers(organisation: string): Promise<User[]> {
  const users: User[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: MOST_AT_ONCE, cursor };
    const { data } = await api.GET(ALL, { params: { path: { organisation }, query } });
    users.push(...data!.items);
    cursor = data!.next_cursor;
  } while (cursor !== undefined);
  return users;
}

/** Which phones the organisation's own people may add; until that is known, none. */
export function useAllowedDevices(): { allowed: Allowed; isPending: boolean } {
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const path = { organisation };
  const found = queries.useQuery('get', '/api/v1/organisations/{organisation}', { params: { path } });
  return { allowed: found.data?.allowed_devices ?? [], isPending: found.isPending };
}

/** Whether there is any phone that whoever looks may give to a user. */
export function useMayAddPhones(): boolean {
  const { me } = useRouteContext({ from: '/inside' });
  const { allowed } = useAllowedDevices();
  return me.role === 'operator' || allowed === 'all' || allowed.length > 0;
}

/** Phone systems by id: all of them for the operator, for others those that their phones may be on or are on. */
export function useSystems(): { systems: readonly string[]; isPending: boolean } {
  const { me } = useRouteContext({ from: '/inside' });
  const isOperator = me.role === 'operator';
  const users = useUsers(undefined);
  const { allowed, isPending } = useAllowedDevices();
  const sources = queries.useQuery('get', '/api/v1/sources', {}, { enabled: isOperator });
  const seen = itemsOf(users.data).flatMap(({ devices }) => devices.map(({ source }) => source));
  const all = sources.data?.items.map(({ id }) => id) ?? [];
  const open = allowed === 'all' ? [] : allowed.map(({ source }) => source);
  return {
    systems: [...new Set([...all, ...open, ...seen])].toSorted(),
    isPending: users.isPending || isPending || (isOperator && sources.isPending),
  };
}
