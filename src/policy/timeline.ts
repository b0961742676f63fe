/**
 * What can be told of a call afterwards: its steps as they were decided on, the messages that followed, their attempts.
 * Shapes only; everything in them is what may leave, after privacy.
 */
import type { LegState } from '../call/leg-event.ts';
import type { OutwardEvent } from '../call/outward-event.ts';
import type { AttemptDetails } from './attempt-details.ts';
import type { EndpointHealth } from './endpoint-health.ts';
import type { FunctionKind } from './organisation.ts';

/** Why an endpoint got no message of a step. */
export type Refusal =
  /** It asks for these states only. */
  | { endpointId: string; why: 'state'; asks: readonly LegState[] }
  /** It asks for the state, but not for legs like this one. */
  | { endpointId: string; why: 'filter' };

/** One step of one leg. Ingest leaves it in the trail where messages alone do not tell it. */
export interface TrailStep {
  /** With only what may leave. Its `timestamp` is when the phone system says that it happened. */
  event: OutwardEvent;
  /** The endpoints that a message was made for. */
  sentTo: readonly string[];
  refusals: readonly Refusal[];
  /** The leg is not reported at all: it was up already when its device came into the directory. */
  cameLate?: true;
}

/** A step with the time at which it was taken in. */
export interface TakenStep extends TrailStep {
  takenAtMs: number;
}

export const MESSAGE_OUTCOMES = ['pending', 'delivered', 'expired', 'dead'] as const;
export type MessageOutcome = (typeof MESSAGE_OUTCOMES)[number];

export interface LoggedAttempt {
  /** 1, 2, 3 … */
  number: number;
  startedAtMs: number;
  durationMs: number;
  /** `delivered`, or the stable code of the failure. */
  outcome: string;
  statusCode?: number;
  detail?: string;
  details?: AttemptDetails;
}

export interface LoggedMessage {
  messageId: string;
  endpointId: string;
  callId: string;
  seqNum: number;
  /** Exactly what is sent. */
  body: string;
  outcome: MessageOutcome;
  /** What it had come to before it was sent again. */
  replayOf?: MessageOutcome;
  createdAtMs: number;
  finishedAtMs?: number;
  attemptsMade: number;
  /** When it is tried next, where it waits as the first of its call. */
  dueAtMs?: number;
}

export interface MessageWithAttempts extends LoggedMessage {
  attempts: readonly LoggedAttempt[];
}

/** An endpoint that a call has to do with, as it is now. */
export interface TimelineEndpoint {
  id: string;
  /** Where it is, without path and query; absent when it was removed. */
  host?: string;
  health: EndpointHealth;
}

export interface Timeline {
  callId: string;
  /** In the order in which they were taken in. */
  steps: readonly TakenStep[];
  /** In the same order; per endpoint by their numbers. */
  messages: readonly MessageWithAttempts[];
  endpoints: readonly TimelineEndpoint[];
  /** Far numbers of the call that are function numbers of the organisation, where numbers are shared as they are. */
  functionNumbers: readonly { number: string; kind: FunctionKind }[];
}
