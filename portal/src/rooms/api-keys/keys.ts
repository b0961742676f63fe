/** Keys of one organisation, or the operator's: the same list behind two addresses. */
import { useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, queries, type Schemas } from '../../api/client.ts';
import { byCursor } from '../../api/pages.ts';

export type ApiKey = Schemas['ApiKey'];

const ALL = '/api/v1/api-keys';
const OWN = '/api/v1/organisations/{organisation}/api-keys';

export function useKeys() {
  const { organisation } = useParams({ strict: false });
  const path = { organisation: organisation ?? '' };
  const all = queries.useInfiniteQuery('get', ALL, {}, { ...byCursor, enabled: organisation === undefined });
  const own = queries.useInfiniteQuery(
    'get',
    OWN,
    { params: { path } },
    { ...byCursor, enabled: organisation !== undefined },
  );
  const queryClient = useQueryClient();
  const again = () =>
    queryClient.invalidateQueries({ queryKey: ['get', organisation === undefined ? ALL : OWN] });
  return {
    organisation,
    pages: organisation === undefined ? all : own,
    async make(body: { name: string; scope: ApiKey['scope']; expires?: string }) {
      const { name, scope, expires } = body;
      const { data } =
        organisation === undefined || scope === 'ingest'
          ? await api.POST(ALL, { body })
          : await api.POST(OWN, { params: { path }, body: { name, scope, expires } });
      await again();
      return data!.key;
    },
    async remove(key: string) {
      await (organisation === undefined
        ? api.DELETE(`${ALL}/{key}`, { params: { path: { key } } })
        : api.DELETE(`${OWN}/{key}`, { params: { path: { ...path, key } } }));
      await again();
    },
  };
}
