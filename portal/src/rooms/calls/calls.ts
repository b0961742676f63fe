/** The list of calls, kept fresh. */
import { useEffect, useState } from 'react';
import { queries } from '../../api/client.ts';
import { useLive, type LiveState } from '../../api/live.ts';
import { byCursor, itemsOf } from '../../api/pages.ts';
import { rangeOf, type Search } from './search.ts';

export const CALLS = '/api/v1/organisations/{organisation}/calls';
const KEEPS = [CALLS];
/** A page of a rare result may be empty though others follow (docs/API.md): so many are looked through unasked. */
const UNASKED = 10;

export function useCalls(organisation: string, search: Search, limit = 50) {
  const live: LiveState = useLive(organisation, { keeps: KEEPS });
  const { result, user, time, from, to } = search;
  // So that the same is asked for while the page is open.
  const [openedAtMs] = useState(() => Date.now());
  const query = { limit, result, user, ...rangeOf({ time, from, to }, openedAtMs) };
  const pages = queries.useInfiniteQuery(
    'get',
    CALLS,
    { params: { path: { organisation }, query } },
    { ...byCursor, placeholderData: (before) => before },
  );
  const { hasNextPage, isFetching, fetchNextPage } = pages;
  const items = itemsOf(pages.data);
  const isFruitless = items.length === 0 && hasNextPage && (pages.data?.pages.length ?? 0) < UNASKED;
  useEffect(() => {
    if (isFruitless && !isFetching) void fetchNextPage();
  }, [isFruitless, isFetching, fetchNextPage]);
  return { live, pages, items, isLooking: pages.isPending || isFruitless };
}
