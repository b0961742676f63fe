/** Endpoints of an organisation. Their secret is shown once, when it was made here. */
import { z } from 'zod';
import { endpointOf } from '../../config/directory-file/endpoint-shape.ts';
import { generateSecret } from '../../delivery/signature.ts';
import { endpointWords, proofWords, userWords } from '../../policy/directory-words.ts';
import type { Credentials } from '../../policy/endpoint-settings.ts';
import type { Endpoint, EndpointWithSecret, Organisation } from '../../policy/organisation.ts';
import { normaliseNumber } from '../../policy/phone-number.ts';
import { signingOf } from '../../policy/signing.ts';
import { completeDirectory, type SecretMaker, type WantedEndpoint } from '../../policy/wanted-directory.ts';
import { generateToken } from '../../source/http-ingest/token.ts';
import { changeDirectory, checkInTree, planned } from '../change-directory.ts';
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
export function secretMaker({ clock }: ApiContext): SecretMaker {
  return { signingSecret: generateSecret, sourceToken: generateToken, nowMs: clock.nowMs() };
}

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
      return page(query, found, (one) => one.id, wordsOf);
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
      const body = wordsOf(found);
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
        return decided(context, found, { ...body, id: params.endpoint }, ifMatch);
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
        checkMatch(ifMatch, wordsOf(found), 'optional');
        return { before, changes: [{ do: 'remove-endpoint', organisationId, endpointId }], result: {} };
      }),
  });
  return [listed, shown, put, removed];
}

type Body = z.output<typeof endpointBody> & { id: string };

async function decided(context: ApiContext, found: Organisation, body: Body, ifMatch: string | undefined) {
  const { directory } = context.store;
  await checkFilter(context, found, body);
  const before = await directory.around(found.id, { endpointIds: [body.id] });
  const current = before.organisations[0]?.endpoints[0];
  checkMatch(ifMatch, current && wordsOf(current), 'needed');
  const wanted = withKept(body, current, found.defaultCountry);
  const entry = { ...found, users: [], functionNumbers: [], endpoints: [wanted] };
  const { directory: after, generated } = completeDirectory(
    { organisations: [entry] },
    before,
    secretMaker(context),
  );
  const words = wordsOf(after.organisations[0]!.endpoints[0]!);
  return {
    before,
    changes: planned(before, after, found.id),
    result: {
      body: { ...words, ...shownOnce(generated[0]?.secret) },
      etag: etagOf(words),
      status: current === undefined ? 201 : 200,
    },
  };
}

/** A secret that was made here is shown once; of a pair of keys the private one never. */
function shownOnce(secret: string | undefined) {
  return secret === undefined || signingOf(secret) === 'ed25519' ? {} : { secret };
}

/** What proves who sends stays as it is where the body says nothing of it. */
function withKept(
  { authentication, headers, tls, ...rest }: Body,
  current: EndpointWithSecret | undefined,
  country: string,
): WantedEndpoint {
  const said = {
    ...(authentication && { authentication }),
    ...(headers && { headers }),
    ...(tls && { tls }),
  };
  const wanted = endpointOf({ ...rest, ...said }, country);
  const credentials: Credentials = { ...wanted.credentials };
  const kept = current?.credentials;
  if (authentication === undefined && current?.authentication !== undefined) {
    wanted.authentication = current.authentication;
    if (kept?.authentication !== undefined) credentials.authentication = kept.authentication;
  }
  if (headers === undefined && current?.headers !== undefined) {
    wanted.headers = current.headers;
    if (kept?.headers !== undefined) credentials.headers = kept.headers;
  }
  if (tls === undefined && current?.tls !== undefined) {
    wanted.tls = current.tls;
    if (kept?.privateKey !== undefined) credentials.privateKey = kept.privateKey;
  }
  if (Object.keys(credentials).length > 0) wanted.credentials = credentials;
  return wanted;
}

/** Whom a filter names has to be in the organisation. */
async function checkFilter(
  { store: { directory } }: ApiContext,
  found: Organisation,
  body: Body,
): Promise<void> {
  const { users = [], numbers = [] } = body.filter ?? {};
  if (users.length + numbers.length === 0) return;
  const read = numbers.map((number) => normaliseNumber(number, found.defaultCountry) ?? number);
  const around = await directory.around(found.id, { userIds: users, numbers: read });
  const known = [
    ...(around.organisations[0]?.users ?? []),
    ...(await directory.users(found.id, { limit: 1 })),
  ];
  const tree = {
    default_country: found.defaultCountry,
    users: [...new Map(known.map((user) => [user.userId, { ...userWords(user), devices: [] }])).values()],
    endpoints: [body],
  };
  checkInTree({ organisations: [tree] }, ['organisations', 0, 'endpoints', 0], []);
}

function wordsOf(one: Endpoint) {
  const proof = proofWords(one);
  return { ...endpointWords(one), ...(Object.keys(proof).length > 0 && { proves_by: proof }) };
}
