/** The operator's list of organisations, and changes of it. */
import { useQueryClient } from '@tanstack/react-query';
import { api, queries, type Schemas } from '../../api/client.ts';
import { byCursor } from '../../api/pages.ts';

export type Organisation = Schemas['Organisation'];
/** Without `allowed_devices`, they stay as they are. */
export type OrganisationBody = Schemas['OrganisationBody'] & { id: string };

const ALL = '/api/v1/organisations';
const ONE = '/api/v1/organisations/{organisation}';

export function useOrganisations(search: string | undefined) {
  return queries.useInfiniteQuery(
    'get',
    ALL,
    { params: { query: { search } } },
    { ...byCursor, placeholderData: (before) => before },
  );
}

export function useOrganisationChanges() {
  const queryClient = useQueryClient();
  const again = async () => {
    await Promise.all([ALL, ONE].map((path) => queryClient.invalidateQueries({ queryKey: ['get', path] })));
  };
  const pathTo = (organisation: string) => ({ path: { organisation } });
  return {
    /** As it is now, and its ETag. */
    async read(organisation: string) {
      const { data, response } = await api.GET(ONE, { params: pathTo(organisation) });
      return { organisation: data!, etag: response.headers.get('etag') ?? '' };
    },
    /** @param etag of one that is there; none for a new one, which must not be there yet */
    async put({ id, ...body }: OrganisationBody, etag: string | undefined) {
      const headers = etag === undefined ? {} : { 'if-match': etag };
      await api.PUT(ONE, { params: pathTo(id), body, headers });
      await again();
    },
    async remove(organisation: string) {
      await api.DELETE(ONE, { params: pathTo(organisation) });
      await again();
    },
  };
}
