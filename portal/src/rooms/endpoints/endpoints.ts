/** Endpoints and how they are, read from the API and changed over it. */
import { queryOptions, useMutation, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { api, queries, type Schemas } from '../../api/client.ts';
import { useLive } from '../../api/live.ts';
import { tagged, type Tagged } from '../../api/tagged.ts';

export type Endpoint = Schemas['Endpoint'];
export type EndpointBody = Schemas['EndpointBody'];
export type EndpointState = Schemas['EndpointState'];

const STATES = '/api/v1/organisations/{organisation}/endpoint-states';
const ONE = '/api/v1/organisations/{organisation}/endpoints/{endpoint}';
const KEEPS = [STATES];
/** What nobody tells: an error rate that falls with time. */
const LOOK_AGAIN_MS = 30_000;

export interface Place {
  organisation: string;
  endpoint: string;
}

export function useEndpointStates(organisation: string) {
  useLive(organisation, { keeps: KEEPS });
  return queries.useQuery(
    'get',
    STATES,
    { params: { path: { organisation } } },
    { refetchInterval: LOOK_AGAIN_MS },
  );
}

const endpointQuery = (path: Place) =>
  queryOptions({
    queryKey: ['endpoint', path.organisation, path.endpoint],
    queryFn: async () => tagged(await api.GET(ONE, { params: { path } })),
    // Not read again beneath a form that somebody fills in; what was changed meanwhile is told at saving.
    staleTime: Infinity,
    gcTime: 0,
  });

export function useEndpoint(place: Place) {
  return useQuery(endpointQuery(place));
}

export type Reading = Tagged<Endpoint>;

/** Changes what is given, and nothing else. */
export function useChange(place: Place, read: Reading) {
  const queryClient = useQueryClient();
  const { queryKey } = endpointQuery(place);
  const saving = useMutation({
    mutationFn: async (changed: Partial<EndpointBody>) =>
      tagged<Endpoint>(
        await api.PUT(ONE, {
          params: { path: place, header: { 'If-Match': read.etag } },
          body: { ...read.value, ...changed },
        }),
      ),
    async onSuccess(saved) {
      queryClient.setQueryData(queryKey, saved);
      await refreshStates(queryClient);
    },
  });
  const reload = () => void queryClient.resetQueries({ queryKey }).then(saving.reset);
  return { saving, reload };
}

/** @param place of one that is not there yet */
export async function makeEndpoint(place: Place, body: EndpointBody) {
  const { data } = await api.PUT(ONE, { params: { path: place }, body });
  return data!;
}

export async function refreshStates(queryClient: QueryClient): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ['get', STATES] });
}

export function useCommands(place: Place) {
  const queryClient = useQueryClient();
  const params = { path: place };
  const onSuccess = () => refreshStates(queryClient);
  const switching = useMutation({
    mutationFn: (on: boolean) =>
      on ? api.POST(`${ONE}/enable`, { params }) : api.POST(`${ONE}/disable`, { params }),
    onSuccess,
  });
  const removal = useMutation({ mutationFn: () => api.DELETE(ONE, { params }), onSuccess });
  return { switching, removal };
}

export function useTest(place: Place) {
  return useMutation({
    mutationFn: async (body: Schemas['TestBody']) =>
      (await api.POST(`${ONE}/test`, { params: { path: place }, body })).data!,
  });
}

export function useRotation(place: Place) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (body: Schemas['RotateSecretBody']) =>
      (await api.POST(`${ONE}/rotate-secret`, { params: { path: place }, body })).data!,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: endpointQuery(place).queryKey }),
  });
}
