/** An organisation's function numbers, and changes of them. */
import { useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { api, queries, type Schemas } from '../../api/client.ts';
import { byCursor } from '../../api/pages.ts';
import { ApiProblem } from '../../api/problem.ts';

export type FunctionNumber = Schemas['FunctionNumber'];

/** In the order in which people meet them. */
export const KINDS = [
  'QUEUE',
  'HUNT_GROUP',
  'IVR',
  'VOICEMAIL',
  'CONFERENCE',
  'PARK',
  'FEATURE_CODE',
  'FAX',
  'OTHER',
] as const satisfies readonly FunctionNumber['kind'][];

const ALL = '/api/v1/organisations/{organisation}/function-numbers';
const ONE = `${ALL}/{number}` as const;

export function useFunctionNumbers() {
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const queryClient = useQueryClient();
  const again = () => queryClient.invalidateQueries({ queryKey: ['get', ALL] });
  const at = (number: string) => ({ path: { organisation, number } });
  return {
    pages: queries.useInfiniteQuery('get', ALL, { params: { path: { organisation } } }, byCursor),
    async add({ number, kind }: FunctionNumber) {
      await api.PUT(ONE, { params: at(number), body: { kind } });
      await again();
    },
    async change({ number, kind }: FunctionNumber, before: FunctionNumber) {
      const { data, response } = await api.GET(ONE, { params: at(number) });
      // Somebody has changed it since the list was read.
      if (data?.kind !== before.kind) throw new ApiProblem({ status: 412, code: 'CHANGED_MEANWHILE' });
      const headers = { 'if-match': response.headers.get('etag') ?? '' };
      await api.PUT(ONE, { params: at(number), body: { kind }, headers });
      await again();
    },
    async remove(number: string) {
      await api.DELETE(ONE, { params: at(number) });
      await again();
    },
    again,
  };
}
