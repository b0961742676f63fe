/** How the endpoints of an organisation take messages. */
import type { ApiContext } from '../context.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import { endpointStateList } from './schemas.ts';
import { stateWords } from './words.ts';

export function endpointStateRoutes(context: ApiContext): Route[] {
  const listed = route({
    operation: 'listEndpointStates',
    method: 'GET',
    path: '/api/v1/organisations/{organisation}/endpoint-states',
    tag: 'Endpoints',
    summary: 'How the endpoints are',
    need: { who: 'organisation' },
    params: inOrganisation,
    answer: {
      status: 200,
      schema: endpointStateList,
      says: 'Each endpoint by id: its health, since when and why, what waits, the last attempt',
    },
    async handle({ params: { organisation } }) {
      await organisationOf(context, organisation);
      const found = await context.store.health.endpoints(organisation);
      return { body: { items: found.map(stateWords) } };
    },
  });
  return [listed];
}
