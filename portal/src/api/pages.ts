/** For `queries.useInfiniteQuery`: the API's lists come in pages, `next_cursor` names the next one. */
export const byCursor = {
  pageParamName: 'cursor',
  // Null is left out of the address.
  initialPageParam: null,
  getNextPageParam: (last: { next_cursor?: string }) => last.next_cursor,
} as const;

export function itemsOf<Item>(pages: { pages: readonly { items: readonly Item[] }[] } | undefined): Item[] {
  return pages?.pages.flatMap(({ items }) => items) ?? [];
}
