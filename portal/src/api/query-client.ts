import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiProblem } from './problem.ts';
import { meQuery } from './session.ts';

/** Tried again is only what may go better: a server that was not reached, or that was busy. */
const TRIES = 2;

export function createQueryClient(): QueryClient {
  const queryClient: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < TRIES && isPassing(error),
      },
    },
    queryCache: new QueryCache({
      onError(error) {
        // The session has ended: the frame of the pages sees it and asks to log in.
        if (error instanceof ApiProblem && error.code === 'LOGIN_NEEDED')
          queryClient.setQueryData(meQuery.queryKey, null);
      },
    }),
  });
  return queryClient;
}

function isPassing(error: unknown): boolean {
  return !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;
}
