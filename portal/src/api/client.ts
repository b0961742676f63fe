/** The one way to the API: typed by its OpenAPI document, with the session's cookie and the header that only our pages send. */
import createFetch from 'openapi-fetch';
import createQueries from 'openapi-react-query';
import type { components, paths } from './schema.d.ts';
import { ApiProblem, problemOf } from './problem.ts';

export type Schemas = components['schemas'];

export const api = createFetch<paths>({ headers: { 'x-callhook': '1' } });

api.use({
  async onResponse({ response }) {
    if (!response.ok) throw await problemOf(response);
  },
  onError() {
    return new ApiProblem({ status: 0, code: 'UNREACHABLE' });
  },
});

/** `queries.useQuery('get', '/api/v1/…', …)`: TanStack Query over the same client. */
export const queries = createQueries(api);
