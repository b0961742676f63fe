/** What the first steps find there. */
import { useLocalStorage } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { queries } from '../../api/client.ts';
import type { State, Step } from './steps.ts';

const ONE = { query: { limit: 1 } };

export function useSteps() {
  const [passed, setPassed] = useLocalStorage<Step[]>({
    key: 'callhook-first-steps',
    defaultValue: [],
    getInitialValueInEffect: false,
  });
  const queryClient = useQueryClient();
  const sources = queries.useQuery('get', '/api/v1/sources');
  const organisations = queries.useQuery('get', '/api/v1/organisations', { params: ONE });
  const organisation = organisations.data?.items[0]?.id;
  const params = { ...ONE, path: { organisation: organisation ?? '' } };
  const enabled = { enabled: organisation !== undefined };
  const users = queries.useQuery('get', '/api/v1/organisations/{organisation}/users', { params }, enabled);
  const endpoints = queries.useQuery(
    'get',
    '/api/v1/organisations/{organisation}/endpoints',
    { params: { path: params.path } },
    enabled,
  );
  const all = [sources, organisations, users, endpoints];
  const state: State = {
    hasSource: (sources.data?.items.length ?? 0) > 0,
    organisation,
    hasUsers: (users.data?.items.length ?? 0) > 0,
    hasEndpoint: (endpoints.data?.items.length ?? 0) > 0,
    passed,
  };
  return {
    state,
    sources: sources.data?.items ?? [],
    error: all.find(({ error }) => error !== null)?.error,
    isPending: all.some(({ isLoading }) => isLoading) || sources.isPending || organisations.isPending,
    pass: (step: Step) => setPassed((before) => [...new Set([...before, step])]),
    /** Resolves when it is known what is there now. */
    again: () => queryClient.invalidateQueries({ queryKey: ['get'] }),
  };
}
