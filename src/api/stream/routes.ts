/** The live stream of an organisation: what happens, as it happens (docs/decisions/0022). */
import type { ApiContext } from '../context.ts';
import { notThere } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import { Listeners, STREAM_LIMITS, type StreamLimits } from './listeners.ts';
import { streamEvent, streamQuery } from './schemas.ts';

const DESCRIPTION = `Server-sent events, for \`EventSource\` with a session's cookie, or with a key. Each event has an id;
whoever comes back with \`Last-Event-ID\` (or \`?last_event_id=\`), to any node, misses nothing and hears nothing twice for ten
minutes. After that, the first event is \`reset\`.`;

export function streamRoutes(context: ApiContext, limits: StreamLimits = STREAM_LIMITS): Route[] {
  const { directory, feed } = context.store;
  const listeners = new Listeners(context, limits);
  const isThere = async (id: string) => (await directory.organisation(id)) !== undefined;
  return [
    route({
      operation: 'streamOrganisation',
      method: 'GET',
      path: '/api/v1/organisations/{organisation}/stream',
      tag: 'Stream',
      summary: 'Listen to what happens in an organisation',
      description: DESCRIPTION,
      need: { who: 'organisation' },
      params: inOrganisation,
      query: streamQuery,
      answer: {
        status: 200,
        schema: streamEvent,
        says: 'Events, one after the other, until either side ends it',
        media: 'text/event-stream',
      },
      async handle({ params, query, access, lastEventId, nowMs }) {
        const { organisation: organisationId } = params;
        if (!(await isThere(organisationId))) throw notThere('organisation');
        const back = lastEventId ?? query.last_event_id;
        const place = back ?? (await feed.begin(organisationId, nowMs));
        const asked = { organisationId, actorId: access.actor.id, place, isBack: back !== undefined };
        return {
          headers: { 'x-accel-buffering': 'no' },
          stream: {
            cutAfterMs: limits.cutAfterMs,
            text: (connection) =>
              listeners.open(asked, {
                ...connection,
                mayStill: async () => (await connection.mayStill()) && isThere(organisationId),
              }),
          },
        };
      },
    }),
  ];
}
