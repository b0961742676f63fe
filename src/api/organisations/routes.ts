/** Organisations and their privacy settings. */
import { z } from 'zod';
import { privacyOf } from '../../config/directory-file/things.ts';
import { id } from '../../config/directory-file/shapes.ts';
import { NO_DEVICES } from '../../policy/allowed-devices.ts';
import { organisationWords, privacyWords } from '../../policy/directory-words.ts';
import type { OrganisationEntry } from '../../policy/directory.ts';
import { exampleEvents } from '../../policy/example-call.ts';
import { OPEN_PRIVACY, type Organisation } from '../../policy/organisation.ts';
import { changeDirectory, checkInTree, planned } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { checkMatch, etagOf } from '../etag.ts';
import { page, pageQuery, searchQuery, textPage } from '../pages.ts';
import { notThere, Refused, refuseFields } from '../problem.ts';
import { route, type Given, type Route } from '../route.ts';
import { inOrganisation } from '../shapes.ts';
import {
  organisation,
  organisationBody,
  organisationPage,
  preview,
  privacy,
  privacyBody,
} from './schemas.ts';

const TAG = 'Organisations';
const ONE = '/api/v1/organisations/{organisation}';

export function organisationRoutes(context: ApiContext): Route[] {
  const { directory } = context.store;
  const find = async (organisationId: string): Promise<Organisation> => {
    const found = await directory.organisation(organisationId);
    if (found === undefined) throw notThere('organisation');
    return found;
  };
  const listed = route({
    operation: 'listOrganisations',
    method: 'GET',
    path: '/api/v1/organisations',
    tag: TAG,
    summary: 'List organisations',
    need: { who: 'operator' },
    query: z.object({ ...pageQuery, ...searchQuery }),
    answer: { status: 200, schema: organisationPage, says: 'A page of organisations, by id' },
    async handle({ query }) {
      const found = await directory.organisations(textPage(query), query.search);
      return page(query, found, (one) => one.id, organisationWords);
    },
  });
  const shown = route({
    operation: 'getOrganisation',
    method: 'GET',
    path: ONE,
    tag: TAG,
    summary: 'Show an organisation',
    need: { who: 'organisation' },
    conditional: true,
    params: inOrganisation,
    answer: { status: 200, schema: organisation, says: 'The organisation' },
    async handle({ params }) {
      const body = organisationWords(await find(params.organisation));
      return { body, etag: etagOf(body) };
    },
  });
  const put = route({
    operation: 'putOrganisation',
    method: 'PUT',
    path: ONE,
    tag: TAG,
    summary: 'Make or change an organisation',
    description:
      'The id of one that was removed is refused while anything of it is kept: its messages and its audit are not the new one’s.',
    need: { who: 'operator' },
    conditional: true,
    params: z.object({ organisation: id }),
    body: organisationBody,
    answer: { status: 200, also: [201], schema: organisation, says: 'The organisation as it is now' },
    handle: ({ params, body, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        refuseOtherId(body.id, params.organisation);
        const before = await directory.organisation(params.organisation);
        checkMatch(ifMatch, before && organisationWords(before), 'needed');
        if (before === undefined) await refuseUsedId(context, params.organisation);
        checkInTree({ organisations: [body] }, ['organisations', 0], await directory.sources());
        const after: Organisation = {
          id: params.organisation,
          name: body.name,
          defaultCountry: body.default_country,
          privacy: before?.privacy ?? OPEN_PRIVACY,
          allowedDevices: body.allowed_devices ?? before?.allowedDevices ?? NO_DEVICES,
        };
        return decided(before, after);
      }),
  });
  const removed = route({
    operation: 'removeOrganisation',
    method: 'DELETE',
    path: ONE,
    tag: TAG,
    summary: 'Remove an organisation with all that is its own',
    description: 'Its accounts and keys go with it; the messages that still wait become dead letters.',
    need: { who: 'operator' },
    conditional: true,
    params: inOrganisation,
    answer: { status: 204, says: 'It is gone' },
    handle: ({ params, by, ifMatch }) =>
      changeDirectory(context, by, async () => {
        const before = await find(params.organisation);
        checkMatch(ifMatch, organisationWords(before), 'optional');
        return {
          before: directoryWith(before),
          changes: [{ do: 'remove-organisation', organisationId: params.organisation }],
          result: {},
        };
      }),
  });
  return [listed, shown, put, removed, ...privacyRoutes(context, find)];
}

function privacyRoutes(
  context: ApiContext,
  find: (organisationId: string) => Promise<Organisation>,
): Route[] {
  const shown = route({
    operation: 'getPrivacy',
    method: 'GET',
    path: `${ONE}/privacy`,
    tag: TAG,
    summary: 'Show the privacy settings',
    need: { who: 'organisation' },
    conditional: true,
    params: inOrganisation,
    answer: { status: 200, schema: privacy, says: 'The seven settings' },
    async handle({ params }) {
      const body = privacyWords((await find(params.organisation)).privacy);
      return { body, etag: etagOf(body) };
    },
  });
  const put = route({
    operation: 'putPrivacy',
    method: 'PUT',
    path: `${ONE}/privacy`,
    tag: TAG,
    summary: 'Change the privacy settings',
    description: 'They hold from the next message on, for calls of the directions that `applies_to` names.',
    need: { who: 'administrator' },
    conditional: true,
    params: inOrganisation,
    body: privacyBody,
    answer: { status: 200, schema: privacy, says: 'The settings as they are now' },
    handle: ({
      params,
      body,
      by,
      ifMatch,
    }: Given<{ organisation: string }, undefined, z.output<typeof privacyBody>>) =>
      changeDirectory(context, by, async () => {
        const before = await find(params.organisation);
        checkMatch(ifMatch, privacyWords(before.privacy), 'needed');
        const after = { ...before, privacy: privacyOf(body) };
        const words = privacyWords(after.privacy);
        return { ...decided(before, after), result: { body: words, etag: etagOf(words) } };
      }),
  });
  const previewed = route({
    operation: 'previewPrivacy',
    method: 'POST',
    path: `${ONE}/privacy/preview`,
    tag: TAG,
    summary: 'What an example call would look like with these settings',
    need: { who: 'organisation' },
    writes: false,
    params: inOrganisation,
    body: privacyBody,
    answer: { status: 200, schema: preview, says: 'The bodies of the example’s messages' },
    async handle({ params, body }) {
      await find(params.organisation);
      return { body: exampleEvents(privacyOf(body)) };
    },
  });
  return [shown, put, previewed];
}

function decided(before: Organisation | undefined, after: Organisation) {
  const directory = directoryWith(before);
  const wanted = directoryWith(after);
  const body = organisationWords(after);
  return {
    before: directory,
    changes: planned(directory, wanted),
    result: { body, etag: etagOf(body), status: before === undefined ? 201 : 200 },
  };
}

/** The directory with nothing else in it. */
function directoryWith(found: Organisation | undefined) {
  const entries: OrganisationEntry[] =
    found === undefined ? [] : [{ ...found, users: [], functionNumbers: [], endpoints: [] }];
  return { sources: [], organisations: entries };
}

/** What was read can be put as it was read; it cannot be called something else by that. */
export function refuseOtherId(given: string | undefined, inPath: string, key = 'id'): void {
  if (given === undefined || given === inPath) return;
  const message = 'is not what the path says; leave it out, or make a new one under that path';
  throw refuseFields([{ in: 'body', pointer: `/${key}`, message }]);
}

/** What is kept of a removed organisation would be read, and sent again, by the next one of its name. */
async function refuseUsedId({ store }: ApiContext, organisationId: string): Promise<void> {
  const [entries, messages, calls] = await Promise.all([
    store.accounts.audit({ organisationId }, { limit: 1 }),
    store.log.messages(organisationId, {}, { limit: 1 }),
    store.log.calls(organisationId, {}, { limit: 1 }),
  ]);
  if (entries.length + messages.items.length + calls.items.length === 0) return;
  throw new Refused(
    'CONFLICT',
    'This id belonged to an organisation that was removed, and its log or audit is still kept. Take another id.',
  );
}
