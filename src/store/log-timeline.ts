/** Timelines: of one call, and of a chunk of a list. */
import { HEALTHY, type EndpointHealth } from '../policy/endpoint-health.ts';
import type { FunctionKind } from '../policy/organisation.ts';
import type { LoggedAttempt, TakenStep, Timeline, TimelineEndpoint } from '../policy/timeline.ts';
import { callsOf, type StoredCall } from './log-calls.ts';
import { messageOf, readAttempts } from './log-messages.ts';
import { rows, type Dialect, type Reading } from './log-reading.ts';
import { Values } from './sql-lists.ts';
import { stepsOf } from './log-steps.ts';

/** See `LogStore.call`. */
export function* readCall(
  dialect: Dialect,
  organisationId: string,
  callId: string,
): Reading<Timeline | undefined> {
  const call = (yield* callsOf(dialect, organisationId, [callId])).get(callId);
  if (call === undefined || call.messages.length + call.trail.length === 0) return undefined;
  const attempts = yield* readAttempts(call.messages.map(({ id }) => id));
  return (yield* timelinesOf(dialect, organisationId, [call], attempts))[0];
}

type Attempts = ReadonlyMap<string, readonly LoggedAttempt[]>;

/** @param attempts by message, as far as they matter */
export function* timelinesOf(
  dialect: Dialect,
  organisationId: string,
  calls: readonly StoredCall[],
  attempts: Attempts,
): Reading<readonly Timeline[]> {
  const told = calls.map((call) => ({ call, steps: stepsOf(call.messages, call.trail) }));
  const allSteps = told.flatMap(({ steps }) => steps);
  const endpoints = yield* readEndpoints(dialect, organisationId, concernedBy(allSteps));
  const functionNumbers = yield* readFunctionNumbers(organisationId, remotesOf(allSteps));
  return told.map(({ call: { callId, messages }, steps }): Timeline => {
    const [concerned, remotes] = [new Set(concernedBy(steps)), new Set(remotesOf(steps))];
    return {
      callId,
      steps,
      messages: messages.map((row) => ({ ...messageOf(row), attempts: attempts.get(row.id) ?? [] })),
      endpoints: endpoints.filter(({ id }) => concerned.has(id)),
      functionNumbers: functionNumbers.filter(({ number }) => remotes.has(number)),
    };
  });
}

function concernedBy(steps: readonly TakenStep[]): readonly string[] {
  const ids = steps.flatMap(({ sentTo, refusals }) => [
    ...sentTo,
    ...refusals.map(({ endpointId }) => endpointId),
  ]);
  return [...new Set(ids)];
}

function remotesOf(steps: readonly TakenStep[]): readonly string[] {
  return [...new Set(steps.flatMap(({ event }) => event.remote_number ?? []))];
}

function* readEndpoints(
  { healthTable }: Dialect,
  organisationId: string,
  ids: readonly string[],
): Reading<readonly TimelineEndpoint[]> {
  if (ids.length === 0) return [];
  const values = new Values();
  const found = yield* rows<{ id: string; url: string; health: string | null }>(
    `SELECT endpoint.id, endpoint.url, CAST(state.health AS text) AS health
     FROM endpoint LEFT JOIN ${healthTable} AS state
       ON state.organisation_id = endpoint.organisation_id AND state.endpoint_id = endpoint.id
     WHERE endpoint.organisation_id = ${values.add(organisationId)} AND endpoint.id IN (${values.list(ids)})`,
    values.all,
  );
  return ids.map((id): TimelineEndpoint => {
    const row = found.find((candidate) => candidate.id === id);
    if (row === undefined) return { id, health: HEALTHY };
    const health = row.health === null ? HEALTHY : (JSON.parse(row.health) as EndpointHealth);
    const host = URL.parse(row.url)?.host;
    return { id, health, ...(host !== undefined && { host }) };
  });
}

function* readFunctionNumbers(
  organisationId: string,
  numbers: readonly string[],
): Reading<Timeline['functionNumbers']> {
  if (numbers.length === 0) return [];
  const values = new Values();
  const found = yield* rows<{ number: string; kind: FunctionKind }>(
    `SELECT number, kind FROM function_number
     WHERE organisation_id = ${values.add(organisationId)} AND number IN (${values.list(numbers)}) ORDER BY number`,
    values.all,
  );
  return found.map(({ number, kind }) => ({ number, kind }));
}
