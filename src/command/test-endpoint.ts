/**
 * Sends an endpoint one example message now, as real ones are sent: with the organisation's privacy settings, signed,
 * with the endpoint's own authentication and TLS. It is marked, is kept nowhere, and leaves the endpoint's health alone.
 */
import { randomBytes } from 'node:crypto';
import type { Direction, LegState } from '../call/leg-event.ts';
import { encodeBody } from '../call/outward-event.ts';
import type { Attempted, Attempter } from '../delivery/attempt.ts';
import { targetOf } from '../delivery/target.ts';
import { exampleEvent } from '../policy/example-call.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Store } from '../store/store.ts';
import { noteOf, type Command } from './command.ts';

export interface Tester {
  store: Pick<Store, 'directory' | 'accounts'>;
  attempter: Pick<Attempter, 'attempt'>;
  clock: Clock;
}

export interface Tested extends Attempted {
  messageId: string;
  callId: string;
  /** What was sent. */
  body: string;
}

const FIRST = 1;

/** @returns undefined if there is no such endpoint */
export async function testEndpoint(
  { store: { directory, accounts }, attempter, clock }: Tester,
  command: Command,
  { state = 'EARLY', direction = 'INCOMING' }: { state?: LegState; direction?: Direction },
): Promise<Tested | undefined> {
  const { organisationId, endpointId } = command;
  const [organisation, endpoint] = await Promise.all([
    directory.organisation(organisationId),
    directory.endpoint(organisationId, endpointId),
  ]);
  if (organisation === undefined || endpoint === undefined) return undefined;
  // As the ids of real calls look, but new each time.
  const callId = randomBytes(16).toString('base64url');
  const branchId = `${randomBytes(8).toString('base64url')}.`;
  const messageId = `msg_${randomBytes(16).toString('base64url')}`;
  const atMs = clock.nowMs();
  const event = exampleEvent({ callId, branchId, state, direction, atMs }, organisation.privacy, endpoint);
  const body = encodeBody(FIRST, event);
  // Before it: nothing leaves that is not written down.
  await accounts.note(noteOf(command, { action: 'used', after: { test: { state, direction } } }));
  const headers = { 'callhook-test': 'true' };
  const target = targetOf(organisationId, endpoint, atMs);
  const attempted = await attempter.attempt(target, { id: messageId, body, headers });
  return { ...attempted, messageId, callId, body };
}

/** What came of it, in words: the outcome's own where it failed. */
export function wordTested({ outcome }: Pick<Tested, 'outcome'>): string {
  if (!outcome.ok) return outcome.detail;
  const says = outcome.excerpt === undefined ? '' : ` It says: ${outcome.excerpt}`;
  return `The receiver answered ${outcome.statusCode}: it has taken the message.${says}`;
}
