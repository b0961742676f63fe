/** Around each page of an organisation: is there one of this name? */
import { Loader } from '@mantine/core';
import { Outlet, useParams } from '@tanstack/react-router';
import { queries } from '../api/client.ts';
import { Problem } from '../ui/problem.tsx';

export function OrganisationFrame() {
  const { organisation } = useParams({ from: '/inside/o/$organisation' });
  const found = useOrganisation(organisation);
  if (found.error) return <Problem problem={found.error} />;
  return found.data === undefined ? <Loader /> : <Outlet />;
}

export function useOrganisation(organisation: string) {
  return queries.useQuery(
    'get',
    '/api/v1/organisations/{organisation}',
    { params: { path: { organisation } } },
    { staleTime: 60_000 },
  );
}
