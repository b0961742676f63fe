/** An organisation's users, and changes of them. */
import { useQueryClient } from '@tanstack/react-query';
import { useParams, useRouteContext } from '@tanstack/react-router';
import { api, queries } from '../../api/client.ts';
import { byCursor, itemsOf } from '../../api/pages.ts';
import type { User } from './user-columns.ts';

const ALL = '/api/v1/organisations/{organisation}/users';
const ONE = `${ALL}/{user}` as const;
const MOST_AT_ONCE = 200;

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

/** Phone systems by id: all of them for the operator, for others those that users' phones are on. */
export function useSystems(): { systems: readonly string[]; isPending: boolean } {
  const { me } = useRouteContext({ from: '/inside' });
  const isOperator = me.role === 'operator';
  const users = useUsers(undefined);
  const sources = queries.useQuery('get', '/api/v1/sources', {}, { enabled: isOperator });
  const seen = itemsOf(users.data).flatMap(({ devices }) => devices.map(({ source }) => source));
  const all = sources.data?.items.map(({ id }) => id) ?? [];
  return {
    systems: [...new Set([...all, ...seen])].toSorted(),
    isPending: users.isPending || (isOperator && sources.isPending),
  };
}
