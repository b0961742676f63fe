/** API keys: for programs. Only people make them, so that a key that got lost cannot make another one. */
import { z } from 'zod';
import type { KeyScope, Need } from '../../policy/access.ts';
import type { AuditNote, By } from '../../policy/audit.ts';
import { hashToken, newId, newToken, TOKEN_PREFIX } from '../../runtime/tokens.ts';
import type { ApiKey } from '../../store/accounts.ts';
import type { ApiContext } from '../context.ts';
import { page, pageQuery, textPage } from '../pages.ts';
import { notThere, refuseFields } from '../problem.ts';
import { route, type Answer, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import {
  apiKeyPage,
  keyBody,
  keyInOrganisationBody,
  keyWords,
  madeApiKey,
  ofKey,
  ofKeyInOrganisation,
} from './schemas.ts';

const TAG = 'API keys';
/** Characters of the key itself that are shown to know it by. */
const SHOWN = 6;

interface Place {
  prefix: string;
  suffix: string;
  need: Need;
  all: z.ZodObject;
  one: typeof ofKey | typeof ofKeyInOrganisation;
}

export function apiKeyRoutes(context: ApiContext): Route[] {
  const everywhere: Place = {
    prefix: '/api/v1/api-keys',
    suffix: '',
    need: { who: 'operator', person: true },
    all: z.object({}),
    one: ofKey,
  };
  const inside: Place = {
    prefix: '/api/v1/organisations/{organisation}/api-keys',
    suffix: 'OfOrganisation',
    need: { who: 'administrator', person: true },
    all: inOrganisation,
    one: ofKeyInOrganisation,
  };
  const made = {
    method: 'POST',
    tag: TAG,
    summary: 'Make an API key',
    answer: { status: 201, schema: madeApiKey, says: 'The key, shown only now' },
  } as const;
  return [
    route({
      ...made,
      operation: 'makeApiKey',
      description:
        'For all organisations. `ingest` keys post events of sources of kind `http`, and do nothing else.',
      path: everywhere.prefix,
      need: everywhere.need,
      body: keyBody,
      handle: ({ body, by, nowMs }) => makeKey(context, undefined, body, by, nowMs),
    }),
    route({
      ...made,
      operation: 'makeApiKeyOfOrganisation',
      path: inside.prefix,
      need: inside.need,
      params: inOrganisation,
      body: keyInOrganisationBody,
      async handle({ params, body, by, nowMs }) {
        await organisationOf(context, params.organisation);
        return makeKey(context, params.organisation, body, by, nowMs);
      },
    }),
    ...routesAt(context, everywhere),
    ...routesAt(context, inside),
  ];
}

async function makeKey(
  { store: { accounts } }: ApiContext,
  organisationId: string | undefined,
  body: { name: string; scope: KeyScope; expires?: string | undefined },
  by: By,
  nowMs: number,
): Promise<Answer> {
  const { name, scope, expires } = body;
  const expiresAtMs = expires === undefined ? undefined : Date.parse(expires);
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
    throw refuseFields([{ in: 'body', pointer: '/expires', message: 'is over already' }]);
  }
  const token = newToken('key');
  const key: ApiKey = {
    id: newId(),
    ...(organisationId !== undefined && { organisationId }),
    name,
    scope,
    prefix: token.slice(0, TOKEN_PREFIX.key.length + SHOWN),
    createdAtMs: nowMs,
    ...(expiresAtMs !== undefined && { expiresAtMs }),
  };
  await accounts.createApiKey(key, hashToken(token), noteOf(by, nowMs, 'created', key));
  return { body: { ...keyWords(key), key: token } };
}

function routesAt({ store: { accounts } }: ApiContext, { prefix, suffix, need, all, one }: Place): Route[] {
  const listed = route({
    operation: `listApiKeys${suffix}`,
    method: 'GET',
    path: prefix,
    tag: TAG,
    summary: 'List API keys',
    need,
    params: all,
    query: z.object(pageQuery),
    answer: { status: 200, schema: apiKeyPage, says: 'A page of keys, by id, without the keys themselves' },
    async handle({ params, query }) {
      const { organisation } = params as { organisation?: string };
      const found = await accounts.apiKeys(organisation, textPage(query));
      return page(query, found, ({ id }) => id, keyWords);
    },
  });
  const removed = route({
    operation: `removeApiKey${suffix}`,
    method: 'DELETE',
    path: `${prefix}/{key}`,
    tag: TAG,
    summary: 'Take an API key back',
    need,
    params: one,
    answer: { status: 204, says: 'It is not good any more' },
    async handle({ params, by, nowMs }) {
      const { organisation, key: id } = params as { organisation?: string; key: string };
      const key = await accounts.apiKey(organisation, id);
      const note = key && noteOf(by, nowMs, 'removed', key);
      if (note === undefined || !(await accounts.removeApiKey(organisation, id, note)))
        throw notThere('API key');
      return {};
    },
  });
  return [listed, removed];
}

function noteOf(by: By, atMs: number, action: 'created' | 'removed', key: ApiKey): AuditNote {
  const { id, organisationId, name, scope, prefix } = key;
  const words = { name, scope, prefix };
  return {
    atMs,
    by,
    action,
    thing: 'api_key',
    id,
    ...(organisationId !== undefined && { organisationId }),
    ...(action === 'created' ? { after: words } : { before: words }),
  };
}
