/** From a leg that has moved to what an organisation tells about it. Pure. */
import type { Direction } from '../call/leg-event.ts';
import type { LegProgress, LegStep } from '../call/leg-state.ts';
import { formatTimestamp, type OutwardEvent } from '../call/outward-event.ts';
import type { DeviceType } from './device-type.ts';
import type { PrivacySettings, User } from './organisation.ts';
import { applyPrivacy } from './privacy.ts';

type Name = Pick<User, 'userId' | 'email'>;

/** What is known of the leg at this step. */
export interface ReportedLeg {
  callId: string;
  branchId: string;
  direction: Direction;
  deviceType: DeviceType;
  person: Name;
  localNumber?: string;
  remoteNumber?: string;
  remotePerson?: Name;
}

/** What the extended body says beyond the seed's: nothing that any privacy setting is about. */
export function extend(
  event: OutwardEvent,
  { internal, linkedCallId }: { internal?: boolean | undefined; linkedCallId?: string | undefined },
  step: LegStep,
  before: LegProgress | undefined,
): OutwardEvent {
  const extended = { ...event };
  if (internal !== undefined) extended.internal = internal;
  if (step.state === 'TERMINATED') {
    // Nothing lies between the answer and the end: the last step was the answer.
    if (linkedCallId !== undefined) extended.linked_call_id = linkedCallId;
    extended.call_duration_ms = before?.state === 'CONFIRMED' ? Math.round(step.atMs - before.atMs) : 0;
  }
  return extended;
}

/** The outward event of one step, with only what may leave. */
export function report(leg: ReportedLeg, step: LegStep, privacy: PrivacySettings): OutwardEvent {
  const { person, remotePerson } = leg;
  const event: OutwardEvent = {
    call_id: leg.callId,
    branch_id: leg.branchId,
    timestamp: formatTimestamp(step.atMs),
    state: step.state,
    direction: leg.direction,
    local_user_id: person.userId,
    device_type: leg.deviceType,
  };
  if (step.state === 'TERMINATED') event['termination-reason'] = step.reason;
  if (person.email !== undefined) event.local_email = person.email;
  if (leg.localNumber !== undefined) event.local_number = leg.localNumber;
  if (remotePerson?.email !== undefined) event.remote_email = remotePerson.email;
  if (remotePerson !== undefined && remotePerson.userId !== '') event.remote_user_id = remotePerson.userId;
  if (leg.remoteNumber !== undefined) event.remote_number = leg.remoteNumber;
  return applyPrivacy(event, privacy);
}
