/** The seven settings of an organisation, as the API reads and writes them. */
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, type Schemas } from '../../api/client.ts';
import { tagged, type Tagged } from '../../api/tagged.ts';

export type Privacy = Schemas['Privacy'];
export type NumberPrivacy = Privacy['modify_local_number'];

const PATH = '/api/v1/organisations/{organisation}/privacy';

const privacyQuery = (organisation: string) =>
  queryOptions({
    queryKey: ['privacy', organisation],
    queryFn: async () => tagged(await api.GET(PATH, { params: { path: { organisation } } })),
    // Not read again beneath a form that somebody fills in; what was changed meanwhile is told at saving.
    staleTime: Infinity,
    gcTime: 0,
  });

export function usePrivacy() {
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const queryClient = useQueryClient();
  const { queryKey } = privacyQuery(organisation);
  const shown = useQuery(privacyQuery(organisation));
  const saving = useMutation({
    mutationFn: async ({ body, etag }: { body: Privacy; etag: string }): Promise<Tagged<Privacy>> =>
      tagged(await api.PUT(PATH, { params: { path: { organisation }, header: { 'If-Match': etag } }, body })),
    onSuccess: (saved) => queryClient.setQueryData(queryKey, saved),
  });
  return { organisation, shown, saving, reload: () => queryClient.resetQueries({ queryKey }) };
}
