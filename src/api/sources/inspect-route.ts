/**
 * A look at a phone system, as `callhook doctor` and `callhook discover` take it: does it let us in, with which rights, and which of
 * its phones does no directory have? Also before the source is stored, so that nobody stores what cannot work.
 */
import { sourceOf } from '../../config/directory-file/source-kinds.ts';
import { inspectSource } from '../../command/inspect-source.ts';
import { peopleOf, type Person } from '../../command/people.ts';
import { sourceWords } from '../../policy/directory-words.ts';
import type { HttpSettings, SourceSettings } from '../../policy/directory.ts';
import { completeDirectory } from '../../policy/wanted-directory.ts';
import type { Inspection } from '../../source/inspection.ts';
import { checkInTree } from '../change-directory.ts';
import type { ApiContext } from '../context.ts';
import { notThere } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { organisationOf } from '../users/routes.ts';
import { inspectBody, inspection, type InspectBody } from './inspect-schemas.ts';
import { ofSource } from './schemas.ts';

/** A phone system that does not answer is told as such well before that. */
const WITHIN_MS = 30_000;
/** Shown of each list. */
const MOST = 1_000;

export function inspectRoute(context: ApiContext): Route {
  return route({
    operation: 'inspectSource',
    method: 'POST',
    path: '/api/v1/sources/{source}/inspect',
    tag: 'Sources',
    summary: 'Look at a phone system: does it let us in, and which phones has it?',
    description:
      'Asks the phone system with the settings that are stored, or with those of the body; nothing is stored or changed, but the ' +
      'audit says who was asked. With an ' +
      '`organisation`, the phones that no directory has are answered as users of it, ready to be put.',
    need: { who: 'operator' },
    notRepeatable: true,
    params: ofSource,
    body: inspectBody.optional(),
    answer: { status: 200, schema: inspection, says: 'What was found' },
    async handle({ params, body = {}, by, nowMs }) {
      const source = await asked(context, params.source, body);
      if (source.kind === 'http') return { body: await waited(context, source) };
      const found =
        body.organisation === undefined ? undefined : await organisationOf(context, body.organisation);
      const known = await context.store.directory.devicesOn(source.id);
      // Before it: a secret that is stored goes to whichever host the body names.
      const after = { inspected: sourceWords(source) };
      await context.store.accounts.note({
        atMs: nowMs,
        by,
        action: 'used',
        thing: 'source',
        id: source.id,
        after,
      });
      const seen = await inspectSource(source, {
        addresses: known,
        names: found !== undefined,
        waitMs: 0,
        waiting: () => {},
        signal: AbortSignal.timeout(WITHIN_MS),
      });
      return { body: words(seen, known, source, found?.defaultCountry) };
    },
  });
}

/** @throws Refused where there is none, or the body's is not right */
async function asked(
  { store }: ApiContext,
  sourceId: string,
  { settings }: InspectBody,
): Promise<SourceSettings> {
  const current = await store.directory.source(sourceId);
  if (settings === undefined) {
    if (current === undefined) throw notThere('source');
    return current;
  }
  const body = { ...settings, id: sourceId };
  checkInTree({ sources: [body] }, ['sources', 0], current === undefined ? [] : [current]);
  const before = { sources: current === undefined ? [] : [current], organisations: [] };
  const wanted = { sources: [sourceOf(body)], organisations: [] };
  const maker = { signingSecret: () => '', sourceToken: () => '', nowMs: 0 };
  return completeDirectory(wanted, before, maker).directory.sources[0]!;
}

/** Nobody is connected to: have events come? */
async function waited({ store }: ApiContext, { id }: HttpSettings) {
  const { sources } = await store.health.overview();
  const hasHeard = sources.some((source) => source.id === id && source.status === 'connected');
  const check = hasHeard
    ? { about: 'events', is: 'fine', says: 'have come' }
    : {
        about: 'events',
        is: 'improvable',
        says: 'none has come yet',
        advice: [`POST the first one to /api/v1/sources/${id}/events, with the token of the source.`],
      };
  return { system: 'posts its events', checks: [check], function_numbers: [] };
}

function words(
  { system, checks, devices, wouldList, functionNumbers }: Inspection,
  known: ReadonlySet<string>,
  { kind }: SourceSettings,
  country: string | undefined,
) {
  const guesses = functionNumbers
    .slice(0, MOST)
    .map(({ number, kind: is, because }) => ({ number, kind: is, because }));
  const told = { system, checks: checks.map(checkWords), function_numbers: guesses };
  if (devices === undefined) return told;
  const seen = new Set(devices.map(({ address }) => address));
  const others = devices.filter(({ address }) => !known.has(address));
  const unknown = others.filter(({ trunk }) => trunk === undefined);
  const missing = [...known].filter((address) => !seen.has(address) && wouldList(address));
  return {
    ...told,
    phones: {
      known: devices.length - others.length,
      unknown: unknown.length,
      trunks: others.length - unknown.length,
      missing: missing.slice(0, MOST),
    },
    ...(country !== undefined && {
      people: peopleOf(unknown, kind, country)
        .people.slice(0, MOST)
        .map((person) => personWords(person)),
    }),
  };
}

function checkWords({ about, is, says, advice }: Inspection['checks'][number]) {
  return { about, is, says, ...(advice !== undefined && { advice: [...advice] }) };
}

function personWords({ userId, names, numbers, extensions, devices }: Person) {
  return {
    user_id: userId,
    names,
    numbers,
    extensions,
    devices: devices.map(({ address, type }) => ({ address, ...(type !== undefined && { type }) })),
  };
}
