/** The audit of one organisation, or of the whole installation: the same log behind two addresses. */
import { useParams } from '@tanstack/react-router';
import { queries, type Schemas } from '../../api/client.ts';
import { byCursor } from '../../api/pages.ts';
import type { Filters } from './filters.ts';

export type Entry = Schemas['AuditEntry'];

export function useEntries(query: Filters) {
  const { organisation } = useParams({ strict: false });
  const path = { organisation: organisation ?? '' };
  const isOwn = organisation !== undefined;
  const all = queries.useInfiniteQuery(
    'get',
    '/api/v1/audit',
    { params: { query } },
    { ...byCursor, enabled: !isOwn },
  );
  const own = queries.useInfiniteQuery(
    'get',
    '/api/v1/organisations/{organisation}/audit',
    { params: { path, query } },
    { ...byCursor, enabled: isOwn },
  );
  const prefix = isOwn ? `/api/v1/organisations/${encodeURIComponent(organisation)}` : '/api/v1';
  return {
    entries: isOwn ? own : all,
    download: `${prefix}/audit.ndjson?${new URLSearchParams({ ...query }).toString()}`,
  };
}

/** Whose deeds can be asked for. */
export function usePeople() {
  const { organisation } = useParams({ strict: false });
  const path = { organisation: organisation ?? '' };
  const isOwn = organisation !== undefined;
  const query = { limit: 200 };
  const all = queries.useQuery('get', '/api/v1/accounts', { params: { query } }, { enabled: !isOwn });
  const own = queries.useQuery(
    'get',
    '/api/v1/organisations/{organisation}/accounts',
    { params: { path, query } },
    { enabled: isOwn },
  );
  return (isOwn ? own : all).data?.items ?? [];
}
