/** Who asks: the one place where an `Access` is made of a request. */
import type { FastifyRequest } from 'fastify';
import type { Access } from '../policy/access.ts';
import { hashToken, TOKEN_PREFIX } from '../runtime/tokens.ts';
import { bearerOf } from '../source/http-ingest/token.ts';
import type { ApiKey, SessionTimes } from '../store/accounts.ts';
import { KEY_USED_EVERY_MS, SESSION_TIMES, type ApiContext } from './context.ts';
import { sessionOf } from './cookies.ts';

export interface Login {
  access: Access | undefined;
  /** It came with the request whether or not its user wanted it to. */
  byCookie: boolean;
}

/**
 * A key wins over a cookie: whoever sends one means it.
 * @param times how a session ages by being used
 */
export async function authenticate(
  request: FastifyRequest,
  context: ApiContext,
  times: SessionTimes = SESSION_TIMES,
): Promise<Login> {
  const { accounts } = context.store;
  const nowMs = context.clock.nowMs();
  if (request.headers.authorization !== undefined) {
    const token = bearerOf(request.headers.authorization);
    const isKey = token.startsWith(TOKEN_PREFIX.key);
    const key = isKey ? await accounts.useApiKey(hashToken(token), nowMs, KEY_USED_EVERY_MS) : undefined;
    return { access: key && accessOfKey(key), byCookie: false };
  }
  const token = sessionOf(request.headers.cookie, context);
  if (token === undefined) return { access: undefined, byCookie: false };
  const found = await accounts.useSession(hashToken(token), nowMs, times);
  if (found === undefined) return { access: undefined, byCookie: true };
  const { id, email, role, organisationId } = found.account;
  const access: Access = {
    actor: { kind: 'account', id, name: email },
    role,
    ...(organisationId !== undefined && { organisationId }),
    mayWrite: role !== 'viewer',
    sessionId: found.session.id,
  };
  return { access, byCookie: true };
}

/** A key that only ingests has no business here. */
function accessOfKey({ id, name, scope, organisationId }: ApiKey): Access | undefined {
  if (scope === 'ingest') return undefined;
  const role = organisationId === undefined ? 'operator' : scope === 'write' ? 'administrator' : 'viewer';
  return {
    actor: { kind: 'key', id, name },
    role,
    ...(organisationId !== undefined && { organisationId }),
    mayWrite: scope === 'write',
  };
}

/**
 * Requests that change something and carry a cookie, or that log in, have to come from a page of our own: the browser
 * says where from, and a header that no form can send is there (docs/decisions/0020).
 * @returns what is wrong, undefined if nothing is
 */
export function crossSiteProblem(request: FastifyRequest, { publicUrl }: ApiContext): string | undefined {
  const { 'sec-fetch-site': site, origin, host, 'x-callhook': header } = request.headers;
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return 'The browser says that another site sent it.';
  }
  if (origin !== undefined && URL.parse(origin)?.host !== host && origin !== URL.parse(publicUrl)?.origin) {
    return 'Its Origin is another site.';
  }
  return header === undefined
    ? 'The header `X-Callhook: 1` is missing, which only our own pages send.'
    : undefined;
}

/** The operator's keys for platforms: they post events of every source that is posted to, and do nothing else. */
export async function isIngestKey(token: string, { store, clock }: ApiContext): Promise<boolean> {
  const key = await store.accounts.useApiKey(hashToken(token), clock.nowMs(), KEY_USED_EVERY_MS);
  return key?.scope === 'ingest' && key.organisationId === undefined;
}
