/** Sources: the configured ways to phone systems. They are the operator's; their secrets are never shown. */
import type { z } from 'zod';
import { sourceOf } from '../../config/directory-file/source-kinds.ts';
import { sourceWords } from '../../policy/directory-words.ts';
import type { SourceSettings } from '../../policy/directory.ts';
import { completeDirectory } from '../../policy/wanted-directory.ts';
import type { SourceHealth } from '../../store/health.ts';
import { changeDirectory, checkInTree, planned } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { secretMaker } from '../endpoints/routes.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { refuseOtherId } from '../organisations/routes.ts';
import { notThere, Refused } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { timeText } from '../shapes.ts';
import { inspectRoute } from './inspect-route.ts';
import { changedSource, ofSource, source, sourceBody, sourceList, sourceStateList } from './schemas.ts';

const TAG = 'Sources';
const ALL = '/api/v1/sources';
const ONE = `${ALL}/{source}`;

export function sourceRoutes(context: ApiContext): Route[] {
  const { directory, health } = context.store;
  const find = async (id: string): Promise<SourceSettings> => {
    const found = await directory.source(id);
    if (found === undefined) throw notThere('source');
    return found;
  };
  const listed = route({
    operation: 'listSources',
    method: 'GET',
    path: ALL,
    tag: TAG,
    summary: 'List sources',
    need: { who: 'operator' },
    answer: { status: 200, schema: sourceList, says: 'All sources, by id' },
    handle: async () => ({ body: { items: (await directory.sources()).map(sourceWords) } }),
  });
  const states = route({
    operation: 'listSourceStates',
    method: 'GET',
    path: '/api/v1/source-states',
    tag: TAG,
    summary: 'How the sources are',
    need: { who: 'operator' },
    answer: {
      status: 200,
      schema: sourceStateList,
      says: 'The state of each source, on whichever node reads it',
    },
    async handle() {
      const sources = await health.sources();
      return { body: { items: sources.map(sourceStateWords) } };
    },
  });
  const shown = route({
    operation: 'getSource',
    method: 'GET',
    path: ONE,
    tag: TAG,
    summary: 'Show a source',
    need: { who: 'operator' },
    conditional: true,
    params: ofSource,
    answer: { status: 200, schema: source, says: 'The source, without its secret' },
    async handle({ params }) {
      const body = sourceWords(await find(params.source));
      return { body, etag: etagOf(body) };
    },
  });
  const put = route({
    operation: 'putSource',
    method: 'PUT',
    path: ONE,
    tag: TAG,
    summary: 'Make or change a source',
    description:
      'Without `secret`, one that is there keeps its own. A new one of kind `http` gets a token made, which this ' +
      'answer shows, only now.',
    need: { who: 'operator' },
    conditional: true,
    params: ofSource,
    body: sourceBody,
    answer: { status: 200, also: [201], schema: changedSource, says: 'The source as it is now' },
    handle: ({ params, body, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        refuseOtherId(body.id, params.source);
        return decided(context, body, ifMatch);
      }),
  });
  const removed = route({
    operation: 'removeSource',
    method: 'DELETE',
    path: ONE,
    tag: TAG,
    summary: 'Remove a source',
    description: 'Not while a device of a user is on it, or an organisation’s `allowed_devices` name it.',
    need: { who: 'operator' },
    conditional: true,
    params: ofSource,
    answer: { status: 204, says: 'It is gone' },
    handle: ({ params, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const before = await find(params.source);
        checkMatch(ifMatch, sourceWords(before), 'optional');
        if (await directory.isSourceUsed(before.id)) {
          const use = 'Devices of users are on this source, or an organisation’s `allowed_devices` name it.';
          throw new Refused('CONFLICT', `${use} Take them away first.`);
        }
        const changes = [{ do: 'remove-source', id: before.id }] as const;
        return { before: { sources: [before], organisations: [] }, changes, result: {} };
      }),
  });
  return [listed, states, shown, put, removed, inspectRoute(context)];
}

async function decided(context: ApiContext, body: z.output<typeof sourceBody>, ifMatch: string | undefined) {
  const { directory } = context.store;
  const current = await directory.source(body.id);
  checkMatch(ifMatch, current && sourceWords(current), 'needed');
  checkInTree({ sources: [body] }, ['sources', 0], current === undefined ? [] : [current]);
  const before = { sources: current === undefined ? [] : [current], organisations: [] };
  const wanted = { sources: [sourceOf(body)], organisations: [] };
  const { directory: after, generated } = completeDirectory(wanted, before, secretMaker(context));
  const words = sourceWords(after.sources[0]!);
  const [made] = generated;
  return {
    before,
    changes: planned(before, after),
    result: {
      body: made === undefined ? words : { ...words, secret: made.secret },
      etag: etagOf(words),
      status: current === undefined ? 201 : 200,
    },
  };
}

export function sourceStateWords(state: SourceHealth) {
  const { id, status, advice, openLegs, lagMs, reconnects, lastBreak } = state;
  const time = (ms: number | undefined) => (ms === undefined ? null : timeText(ms));
  return {
    id,
    status,
    since: time(state.sinceMs),
    ...(advice !== undefined && { advice }),
    open_legs: openLegs,
    last_event_at: time(state.heardAtMs),
    lag_ms: lagMs ?? null,
    reconnects,
    reconnects_since: time(state.countedSinceMs),
    last_break: lastBreak === undefined ? null : { at: timeText(lastBreak.atMs), reason: lastBreak.why },
  };
}
