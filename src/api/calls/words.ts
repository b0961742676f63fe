/** Calls, timelines and the not-reported log as JSON. */
import { explain } from '../../policy/explanation.ts';
import type { Timeline } from '../../policy/timeline.ts';
import type { CallBranch, CallNotReported, ListedCall } from '../../store/log.ts';
import { healthWords } from '../endpoint-states/words.ts';
import { withAttemptsWords } from '../messages/words.ts';
import { timeText } from '../shapes.ts';
import { findingWords } from './findings.ts';

export function callWords({ callId, beganAtMs, lastAtMs, branches, messages, result }: ListedCall) {
  return {
    call_id: callId,
    began_at: timeText(beganAtMs),
    last_at: timeText(lastAtMs),
    result: result.replace(' ', '_'),
    branches: branches.map(branchWords),
    messages,
  };
}

function branchWords(branch: CallBranch) {
  const { branchId, direction, localUserId, localNumber, remoteUserId, remoteNumber } = branch;
  const { beganAtMs, answeredAtMs, endedAtMs, state, reason, reported } = branch;
  return {
    branch_id: branchId,
    direction,
    ...(localUserId !== undefined && { local_user_id: localUserId }),
    ...(localNumber !== undefined && { local_number: localNumber }),
    ...(remoteUserId !== undefined && { remote_user_id: remoteUserId }),
    ...(remoteNumber !== undefined && { remote_number: remoteNumber }),
    began_at: timeText(beganAtMs),
    ...(answeredAtMs !== undefined && { answered_at: timeText(answeredAtMs) }),
    ...(endedAtMs !== undefined && { ended_at: timeText(endedAtMs) }),
    state,
    ...(reason !== undefined && { reason }),
    reported,
  };
}

export function timelineWords(timeline: Timeline) {
  const { callId, steps, messages, endpoints, functionNumbers } = timeline;
  const beganAtMs = steps[0]?.takenAtMs ?? 0;
  return {
    call_id: callId,
    findings: explain(timeline).map((finding) => findingWords(finding, beganAtMs)),
    steps: steps.map(({ event, takenAtMs, sentTo, refusals, cameLate = false }) => ({
      event,
      taken_at: timeText(takenAtMs),
      sent_to: sentTo,
      refusals: refusals.map(({ endpointId, ...why }) => ({ endpoint: endpointId, ...why })),
      came_late: cameLate,
    })),
    messages: messages.map(withAttemptsWords),
    endpoints: endpoints.map(({ id, host, health }) => ({
      id,
      ...(host !== undefined && { host }),
      health: healthWords(health),
    })),
    function_numbers: functionNumbers,
  };
}

export function notReportedWords({ callId, beganAtMs, legs }: CallNotReported) {
  return {
    call_id: callId,
    began_at: timeText(beganAtMs),
    legs: legs.map(({ leg, reasons }) => ({
      branch_id: leg.branchId,
      ...(leg.localUserId !== undefined && { local_user_id: leg.localUserId }),
      direction: leg.direction,
      began_at: timeText(leg.beganAtMs),
      ...(leg.endedAtMs !== undefined && { ended_at: timeText(leg.endedAtMs) }),
      reasons: reasons.map((reason) => findingWords(reason, beganAtMs)),
    })),
  };
}
