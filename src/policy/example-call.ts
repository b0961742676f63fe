/**
 * A call to show privacy settings and to try endpoints by: made up, with everything in it that a message can hold. Pure.
 */
import type { Direction, LegState } from '../call/leg-event.ts';
import { formatTimestamp, type OutwardEvent } from '../call/outward-event.ts';
import { OPEN_PRIVACY, type Endpoint, type PrivacySettings } from './organisation.ts';
import { applyPrivacy } from './privacy.ts';
import { extend } from './report.ts';

/** Numbers that nobody has: Traficom and Ofcom keep these for stories. */
const EVENT: OutwardEvent = {
  call_id: 'tvNAazZlEwDZTCO74Pk95Q',
  branch_id: 'L1FIItkNwW0.',
  timestamp: '2026-09-30T10:36:19.315+00:00',
  state: 'EARLY',
  direction: 'INCOMING',
  local_email: 'aino.virta@example.com',
  local_user_id: 'aino.virta',
  local_number: '+358942721001',
  device_type: 'SOFT',
  remote_email: 'eero.laine@example.com',
  remote_user_id: 'eero.laine',
  remote_number: '+441632960123',
};

const STATES: readonly Partial<OutwardEvent>[] = [
  {},
  { timestamp: '2026-09-30T10:36:21.970+00:00', state: 'CONFIRMED' },
  { timestamp: '2026-09-30T10:36:26.018+00:00', state: 'TERMINATED', 'termination-reason': 'HANGUP' },
];

export function exampleEvents(privacy: PrivacySettings) {
  const events = (settings: PrivacySettings) =>
    STATES.map((state, index) => ({
      seq_num: index + 1,
      ...applyPrivacy({ ...EVENT, ...state }, settings),
    }));
  return { before: events(OPEN_PRIVACY), after: events(privacy) };
}

export interface ExampleStep {
  callId: string;
  branchId: string;
  state: LegState;
  direction: Direction;
  atMs: number;
}

/** What an endpoint of an organisation with these settings would get of such a step. */
export function exampleEvent(
  { callId, branchId, state, direction, atMs }: ExampleStep,
  privacy: PrivacySettings,
  { payload }: Pick<Endpoint, 'payload'>,
): OutwardEvent {
  const isEnd = state === 'TERMINATED';
  const timestamp = formatTimestamp(atMs);
  const event: OutwardEvent = {
    ...EVENT,
    ...(isEnd && { 'termination-reason': 'HANGUP' }),
    call_id: callId,
    branch_id: branchId,
    timestamp,
    state,
    direction,
  };
  const shared = applyPrivacy(event, privacy);
  if (payload !== 'extended') return shared;
  const step = isEnd ? { state, atMs, reason: 'HANGUP' as const } : { state, atMs };
  return extend(shared, { internal: true }, step, {
    state: 'CONFIRMED',
    answered: true,
    atMs: atMs - EXAMPLE_TALK_MS,
  });
}

const EXAMPLE_TALK_MS = 4_048;
