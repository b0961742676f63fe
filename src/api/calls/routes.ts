/** Calls of an organisation: what was reported of them, what was not, and why. */
import { z } from 'zod';
import type { CallFilter, NotReportedFilter } from '../../store/log.ts';
import type { ApiContext } from '../context.ts';
import { logPage, pageQuery, SHORT_PAGES } from '../pages.ts';
import { notThere } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import { callFilter, callPage, notReportedFilter, notReportedPage, ofCall, timeline } from './schemas.ts';
import { callWords, notReportedWords, timelineWords } from './words.ts';

const TAG = 'Calls';
const ORGANISATION = '/api/v1/organisations/{organisation}';

export function callRoutes(context: ApiContext): Route[] {
  const { log } = context.store;
  const listed = route({
    operation: 'listCalls',
    method: 'GET',
    path: `${ORGANISATION}/calls`,
    tag: TAG,
    summary: 'List calls',
    description: SHORT_PAGES,
    need: { who: 'organisation' },
    params: inOrganisation,
    query: z.object({ ...pageQuery, ...callFilter }),
    answer: { status: 200, schema: callPage, says: 'A page of calls' },
    async handle({ params: { organisation }, query }) {
      await organisationOf(context, organisation);
      return logPage(query, (page) => log.calls(organisation, filterOf(query), page), callWords);
    },
  });
  const shown = route({
    operation: 'getCall',
    method: 'GET',
    path: `${ORGANISATION}/calls/{call}`,
    tag: TAG,
    summary: 'Show a call: why did my CRM not pop?',
    description:
      'The timeline of a call in one answer. `findings` say what happened and why, each as a code with its values and in ' +
      'English; below them is what they were read from.',
    need: { who: 'organisation' },
    params: ofCall,
    answer: { status: 200, schema: timeline, says: 'The call, all of one moment' },
    async handle({ params }) {
      const found = await log.call(params.organisation, params.call);
      if (found === undefined) throw notThere('call in the log');
      return { body: timelineWords(found) };
    },
  });
  const notReported = route({
    operation: 'listNotReported',
    method: 'GET',
    path: `${ORGANISATION}/not-reported`,
    tag: TAG,
    summary: 'List what was not reported, and why',
    description:
      'Calls with a leg that some endpoint heard nothing of: its filter or its states leave it out, it is disabled, the leg ' +
      `was up before its device came into the directory. Kept for \`keep_trail_days\`. ${SHORT_PAGES}`,
    need: { who: 'organisation' },
    params: inOrganisation,
    query: z.object({ ...pageQuery, ...notReportedFilter }),
    answer: { status: 200, schema: notReportedPage, says: 'A page of calls, each with those legs' },
    async handle({ params: { organisation }, query }) {
      await organisationOf(context, organisation);
      const { endpoint } = query;
      const filter: NotReportedFilter = {
        ...rangeOf(query),
        ...(endpoint !== undefined && { endpointId: endpoint }),
      };
      return logPage(query, (page) => log.notReported(organisation, filter, page), notReportedWords);
    },
  });
  return [listed, shown, notReported];
}

function filterOf({ result, user, from, to }: z.output<z.ZodObject<typeof callFilter>>): CallFilter {
  return {
    ...(result !== undefined && { result: result === 'not_reported' ? 'not reported' : result }),
    ...(user !== undefined && { localUserId: user }),
    ...rangeOf({ from, to }),
  };
}

function rangeOf({ from, to }: { from?: string | undefined; to?: string | undefined }) {
  return {
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) }),
  };
}
