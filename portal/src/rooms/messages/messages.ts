/** Messages as this room reads them. */
import { useParams } from '@tanstack/react-router';
import { queries, type Schemas } from '../../api/client.ts';
import { byCursor } from '../../api/pages.ts';
import { queryOf, type Filters } from './filters.ts';

export type Message = Schemas['Message'];
export type WholeMessage = Schemas['WholeMessage'];
export type Attempt = WholeMessage['attempts'][number];

export const LIST = '/api/v1/organisations/{organisation}/messages';
export const ONE = '/api/v1/organisations/{organisation}/messages/{message}';

/** Where something is on its way, a look again after so long tells what came of it. */
const AGAIN_MS = 3_000;

/** @param nowMs what the spans of the filters are counted from */
export function useMessages(filters: Filters, nowMs: number) {
  const path = useParams({ from: '/inside/o/$organisation' });
  return queries.useInfiniteQuery(
    'get',
    LIST,
    { params: { path, query: queryOf(filters, nowMs) } },
    {
      ...byCursor,
      // Only the newest page: nobody waits before a hundred old ones.
      refetchInterval: ({ state: { data } }) =>
        data?.pages.length === 1 && data.pages[0]!.items.some(isOnItsWay) ? AGAIN_MS : false,
    },
  );
}

export function useMessage() {
  const path = useParams({ from: '/inside/o/$organisation/messages/$message' });
  return queries.useQuery(
    'get',
    ONE,
    { params: { path } },
    { refetchInterval: ({ state: { data } }) => (data && isOnItsWay(data) ? AGAIN_MS : false) },
  );
}

/** All of them: an organisation has few. */
export function useEndpoints() {
  const path = useParams({ from: '/inside/o/$organisation' });
  return queries.useQuery(
    'get',
    '/api/v1/organisations/{organisation}/endpoints',
    { params: { path, query: { limit: 200 } } },
    { staleTime: 60_000 },
  );
}

function isOnItsWay({ outcome }: { outcome: Message['outcome'] }): boolean {
  return outcome === 'pending';
}
