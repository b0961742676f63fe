/** Endpoints of an organisation. Their secret is shown once, when it was made here. */
import { z } from 'zod';
import { endpointOf } from '../../config/directory-file/things.ts';
import { generateSecret } from '../../delivery/signature.ts';
import { endpointWords } from '../../policy/directory-words.ts';
import type { Organisation } from '../../policy/organisation.ts';
import { completeDirectory, type WantedEndpoint } from '../../policy/wanted-directory.ts';
import { generateToken } from '../../source/http-ingest/token.ts';
import { changeDirectory, planned } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { refuseOtherId } from '../organisations/routes.ts';
import { page, pageQuery, textPage } from '../pages.ts';
import { notThere } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import { changedEndpoint, endpoint, endpointBody, endpointPage, ofEndpoint } from './schemas.ts';

const TAG = 'Endpoints';
const ALL = '/api/v1/organisations/{organisation}/endpoints';
const ONE = `${ALL}/{endpoint}`;

/** Made where none is given. */
export const SECRETS = { signingSecret: generateSecret, sourceToken: generateToken };

export function endpointRoutes(context: ApiContext): Route[] {
  const { directory } = context.store;
  const listed = route({
    operation: 'listEndpoints',
    method: 'GET',
    path: ALL,
    tag: TAG,
    summary: 'List endpoints',
    need: { who: 'organisation' },
    params: inOrganisation,
    query: z.object(pageQuery),
    answer: { status: 200, schema: endpointPage, says: 'A page of endpoints, by id' },
    async handle({ params, query }) {
      const found = await directory.endpoints(params.organisation, textPage(query));
      if (found.length === 0) await organisationOf(context, params.organisation);
      return page(query, found, (one) => one.id, endpointWords);
    },
  });
  const shown = route({
    operation: 'getEndpoint',
    method: 'GET',
    path: ONE,
    tag: TAG,
    summary: 'Show an endpoint',
    need: { who: 'organisation' },
    conditional: true,
    params: ofEndpoint,
    answer: { status: 200, schema: endpoint, says: 'The endpoint, without its secret' },
    async handle({ params }) {
      const found = await directory.endpoint(params.organisation, params.endpoint);
      if (found === undefined) throw notThere('endpoint');
      const body = endpointWords(found);
      return { body, etag: etagOf(body) };
    },
  });
  const put = route({
    operation: 'putEndpoint',
    method: 'PUT',
    path: ONE,
    tag: TAG,
    summary: 'Make or change an endpoint',
    description:
      'Without `secret`, one that is there keeps its own; a new one gets one made, which this answer shows, only now.',
    need: { who: 'administrator' },
    conditional: true,
    params: ofEndpoint,
    body: endpointBody,
    answer: { status: 200, also: [201], schema: changedEndpoint, says: 'The endpoint as it is now' },
    handle: ({ params, body, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        refuseOtherId(body.id, params.endpoint);
        const found = await organisationOf(context, params.organisation);
        return decided(context, found, endpointOf({ ...body, id: params.endpoint }), ifMatch);
      }),
  });
  const removed = route({
    operation: 'removeEndpoint',
    method: 'DELETE',
    path: ONE,
    tag: TAG,
    summary: 'Remove an endpoint',
    description: 'Its messages that still wait become dead letters.',
    need: { who: 'administrator' },
    conditional: true,
    params: ofEndpoint,
    answer: { status: 204, says: 'It is gone' },
    handle: ({ params, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const { organisation: organisationId, endpoint: endpointId } = params;
        const before = await directory.around(organisationId, { endpointIds: [endpointId] });
        const found = before.organisations[0]?.endpoints[0];
        if (found === undefined) throw notThere('endpoint');
        checkMatch(ifMatch, endpointWords(found), 'optional');
        return { before, changes: [{ do: 'remove-endpoint', organisationId, endpointId }], result: {} };
      }),
  });
  return [listed, shown, put, removed];
}

async function decided(
  { store: { directory } }: ApiContext,
  found: Organisation,
  wanted: WantedEndpoint,
  ifMatch: string | undefined,
) {
  const before = await directory.around(found.id, { endpointIds: [wanted.id] });
  const current = before.organisations[0]?.endpoints[0];
  checkMatch(ifMatch, current && endpointWords(current), 'needed');
  const entry = { ...found, users: [], functionNumbers: [], endpoints: [wanted] };
  const { directory: after, generated } = completeDirectory({ organisations: [entry] }, before, SECRETS);
  const body = endpointWords(wanted);
  const [made] = generated;
  return {
    before,
    changes: planned(before, after, found.id),
    result: {
      body: made === undefined ? body : { ...body, secret: made.secret },
      etag: etagOf(body),
      status: current === undefined ? 201 : 200,
    },
  };
}
