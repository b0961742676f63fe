/** The audit log: who changed what, when, from where, from what to what. It can only be looked at. */
import { z } from 'zod';
import type { Need } from '../../policy/access.ts';
import type { AuditEntry } from '../../policy/audit.ts';
import type { AuditFilter } from '../../store/accounts.ts';
import type { ApiContext } from '../context.ts';
import { numberPage, page, pageQuery } from '../pages.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation, timeText } from '../shapes.ts';
import { auditEntry, auditFilter, auditPage } from './schemas.ts';

const TAG = 'Audit';
const LINES_AT_ONCE = 500;

const anywhere = z.object({});
type Asked = z.output<z.ZodObject<typeof auditFilter>>;

export function auditRoutes(context: ApiContext): Route[] {
  return [
    ...routesBelow(context, '/api/v1', '', { who: 'operator' }, anywhere),
    ...routesBelow(
      context,
      '/api/v1/organisations/{organisation}',
      'OfOrganisation',
      { who: 'administrator' },
      inOrganisation,
    ),
  ];
}

function routesBelow(
  { store: { accounts } }: ApiContext,
  prefix: string,
  suffix: string,
  need: Need,
  params: typeof anywhere | typeof inOrganisation,
): Route[] {
  const listed = route({
    operation: `listAudit${suffix}`,
    method: 'GET',
    path: `${prefix}/audit`,
    tag: TAG,
    summary: 'List what was changed, newest first',
    need,
    params,
    query: z.object({ ...pageQuery, ...auditFilter }),
    answer: { status: 200, schema: auditPage, says: 'A page of entries' },
    async handle({ params: given, query }) {
      const found = await accounts.audit(filterOf(query, given), numberPage(query));
      return page(query, found, ({ number }) => number, wordsOf);
    },
  });
  const exported = route({
    operation: `exportAudit${suffix}`,
    method: 'GET',
    path: `${prefix}/audit.ndjson`,
    tag: TAG,
    summary: 'Export what was changed, newest first, one JSON object a line',
    need,
    params,
    query: z.object(auditFilter),
    answer: { status: 200, schema: auditEntry, says: 'One entry a line', media: 'application/x-ndjson' },
    handle: async ({ params: given, query }) => ({ lines: linesOf(filterOf(query, given)) }),
  });
  async function* linesOf(filter: AuditFilter): AsyncGenerator<string> {
    let after: number | undefined;
    do {
      const found = await accounts.audit(filter, {
        limit: LINES_AT_ONCE,
        ...(after !== undefined && { after }),
      });
      for (const entry of found) yield `${JSON.stringify(wordsOf(entry))}\n`;
      after = found.length < LINES_AT_ONCE ? undefined : found.at(-1)?.number;
    } while (after !== undefined);
  }
  return [listed, exported];
}

function filterOf({ thing, id, actor, from, until }: Asked, params: { organisation?: string }): AuditFilter {
  return {
    ...(params.organisation !== undefined && { organisationId: params.organisation }),
    ...(thing !== undefined && { thing }),
    ...(id !== undefined && { id }),
    ...(actor !== undefined && { actorId: actor }),
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(until !== undefined && { untilMs: Date.parse(until) }),
  };
}

function wordsOf({ number, atMs, organisationId, by, action, thing, id, before, after }: AuditEntry) {
  const { actor, address, client, requestId } = by;
  return {
    number,
    at: timeText(atMs),
    ...(organisationId !== undefined && { organisation: organisationId }),
    actor,
    ...(address !== undefined && { address }),
    ...(client !== undefined && { client }),
    ...(requestId !== undefined && { request_id: requestId }),
    action,
    thing,
    id,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
  };
}
