/** The message log of an organisation: what was sent, after privacy, and what came of it. */
import { z } from 'zod';
import type { MessageFilter } from '../../store/log.ts';
import type { ApiContext } from '../context.ts';
import { logPage, pageQuery, SHORT_PAGES } from '../pages.ts';
import { notThere } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { organisationOf } from '../users/routes.ts';
import { messageFilter, messagePage, ofMessage, wholeMessage } from './schemas.ts';
import { listedWords, wholeWords } from './words.ts';

const TAG = 'Messages';
const ALL = '/api/v1/organisations/{organisation}/messages';

export function messageRoutes(context: ApiContext): Route[] {
  const { log } = context.store;
  const listed = route({
    operation: 'listMessages',
    method: 'GET',
    path: ALL,
    tag: TAG,
    summary: 'List messages',
    description: SHORT_PAGES,
    need: { who: 'organisation' },
    params: inOrganisation,
    query: z.object({ ...pageQuery, ...messageFilter }),
    answer: { status: 200, schema: messagePage, says: 'A page of messages, each with its last attempt' },
    async handle({ params: { organisation }, query }) {
      await organisationOf(context, organisation);
      return logPage(query, (page) => log.messages(organisation, filterOf(query), page), listedWords);
    },
  });
  const shown = route({
    operation: 'getMessage',
    method: 'GET',
    path: `${ALL}/{message}`,
    tag: TAG,
    summary: 'Show a message with all its attempts',
    need: { who: 'organisation' },
    params: ofMessage,
    answer: { status: 200, schema: wholeMessage, says: 'The message' },
    async handle({ params }) {
      const found = await log.message(params.organisation, params.message);
      if (found === undefined) throw notThere('message');
      return { body: wholeWords(found) };
    },
  });
  return [listed, shown];
}

type Asked = z.output<z.ZodObject<typeof messageFilter>>;

function filterOf({ endpoint, outcome, state, call, branch, user, from, to, text }: Asked): MessageFilter {
  return {
    ...(endpoint !== undefined && { endpointId: endpoint }),
    ...(outcome !== undefined && { outcome }),
    ...(state !== undefined && { state }),
    ...(call !== undefined && { callId: call }),
    ...(branch !== undefined && { branchId: branch }),
    ...(user !== undefined && { localUserId: user }),
    ...(from !== undefined && { fromMs: Date.parse(from) }),
    ...(to !== undefined && { toMs: Date.parse(to) }),
    ...(text !== undefined && { text }),
  };
}
