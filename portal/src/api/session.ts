/** Who is logged in. Asked once, kept until somebody logs in or out. */
import { queryOptions, type QueryClient } from '@tanstack/react-query';
import { api, type Schemas } from './client.ts';
import { ApiProblem } from './problem.ts';

export type Me = Schemas['Me'];

export const meQuery = queryOptions({
  queryKey: ['me'],
  staleTime: Infinity,
  async queryFn(): Promise<Me | null> {
    try {
      const { data } = await api.GET('/api/v1/me');
      return data ?? null;
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
});

/** Nothing that another account has seen stays. */
export function become(queryClient: QueryClient, me: Me | null): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
  queryClient.setQueryData(meQuery.queryKey, me);
}

/** The frame of the pages sees it and leads to the login. */
export async function logOut(queryClient: QueryClient): Promise<void> {
  await api.POST('/api/v1/logout');
  become(queryClient, null);
}
