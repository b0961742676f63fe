/**
 * The log: what became of messages and calls, for people who look. Part of the store's contract (store.ts).
 *
 * A page looks at a bounded number of rows, so that no question, however rare its answers, keeps others waiting. So a
 * page may hold fewer items than asked for, even none, and still name a `next`: going on there finds the rest. What is
 * stored meanwhile does not move a place that `next` names.
 */
import type { Direction, LegState } from '../call/leg-event.ts';
import type { TerminationReason } from '../call/leg-state.ts';
import type { LegNotReported } from '../policy/not-reported.ts';
import type {
  LoggedAttempt,
  LoggedMessage,
  MessageOutcome,
  MessageWithAttempts,
  Timeline,
} from '../policy/timeline.ts';

export interface LogPage {
  /** The `next` of the page before; left out: from the newest on. */
  cursor?: string;
  limit: number;
}

export interface Logged<Item> {
  /** Newest first. */
  items: readonly Item[];
  /** Opaque; absent at the end. */
  next?: string;
}

/** Thrown for a cursor that is none of this list's. */
export class CursorInvalid extends Error {
  constructor() {
    super('not a cursor of this list');
  }
}

/** All that are given must be true. */
export interface MessageFilter {
  endpointId?: string;
  outcome?: MessageOutcome;
  state?: LegState;
  callId?: string;
  branchId?: string;
  /** As it was sent: who is removed before sending is found by nobody. */
  localUserId?: string;
  /** Committed at this time or later. */
  fromMs?: number;
  /** Committed before this time. */
  toMs?: number;
  /** Somewhere in what is sent, in capitals or not. */
  text?: string;
}

/** A message in a list. */
export interface ListedMessage extends LoggedMessage {
  last?: LoggedAttempt;
}

/** What became of the messages of a call. */
export type CallResult =
  /** All were delivered. */
  | 'delivered'
  /** Some are still to be delivered. */
  | 'waiting'
  /** Some expired or died; none waits. */
  | 'failed'
  /** There was none. */
  | 'not reported';

export interface CallFilter {
  result?: CallResult;
  localUserId?: string;
  /** Begun at this time or later. */
  fromMs?: number;
  /** Begun before this time. */
  toMs?: number;
}

/** Who and with whom as far as it may be told, as it was told last. */
export interface CallBranch {
  branchId: string;
  direction: Direction;
  localUserId?: string;
  localNumber?: string;
  remoteUserId?: string;
  remoteNumber?: string;
  /** When it rang, else when it was first heard of: by the phone system's clock, as the two that follow. */
  beganAtMs: number;
  answeredAtMs?: number;
  endedAtMs?: number;
  /** The last one. */
  state: LegState;
  reason?: TerminationReason;
  /** A message was made for some step of it. */
  reported: boolean;
}

export interface ListedCall {
  callId: string;
  /** When its first step was taken in. */
  beganAtMs: number;
  lastAtMs: number;
  branches: readonly CallBranch[];
  messages: Readonly<Record<MessageOutcome, number>>;
  result: CallResult;
}

export interface NotReportedFilter {
  /** What this endpoint did not get. */
  endpointId?: string;
  /** Calls begun at this time or later. */
  fromMs?: number;
  /** Calls begun before this time. */
  toMs?: number;
}

/** A call with a leg that some endpoint heard nothing of. */
export interface CallNotReported {
  callId: string;
  beganAtMs: number;
  legs: readonly LegNotReported[];
}

export interface StatisticsAsked {
  endpointId?: string;
  fromMs: number;
  toMs: number;
  /** A multiple of ten minutes. */
  stepMs: number;
}

/** What came of messages in one step of time. */
export interface Figures {
  atMs: number;
  delivered: number;
  /** Attempts that failed; a message may have many. */
  failed: number;
  expired: number;
  dead: number;
  /** How long receivers took to accept; absent where nothing was delivered. Within a tenth of the true figure. */
  latencyMs?: { p50: number; p95: number; p99: number };
}

/** A device of legs that belong to nobody. */
export interface UnknownDevice {
  sourceId: string;
  address: string;
  /** Leg events, since it was first seen. */
  events: number;
  firstAtMs: number;
  lastAtMs: number;
}

export interface LogStore {
  /** @throws CursorInvalid */
  messages(organisationId: string, filter: MessageFilter, page: LogPage): Promise<Logged<ListedMessage>>;
  message(organisationId: string, messageId: string): Promise<MessageWithAttempts | undefined>;
  /** By the time of their first step. @throws CursorInvalid */
  calls(organisationId: string, filter: CallFilter, page: LogPage): Promise<Logged<ListedCall>>;
  /** All of one moment. */
  call(organisationId: string, callId: string): Promise<Timeline | undefined>;
  /** Like `calls`, of those where an endpoint heard nothing of a leg, as far as the trail goes. @throws CursorInvalid */
  notReported(
    organisationId: string,
    filter: NotReportedFilter,
    page: LogPage,
  ): Promise<Logged<CallNotReported>>;
  /** Steps without any figure are left out. */
  statistics(organisationId: string, asked: StatisticsAsked): Promise<readonly Figures[]>;
  /** Operator's: adds to what is known of them; only the most recently seen are kept. */
  addUnknownDevices(devices: readonly UnknownDevice[]): Promise<void>;
  /** Operator's: most recently seen first; without those that somebody has by now. */
  unknownDevices(limit: number): Promise<readonly UnknownDevice[]>;
  /** Of these, what the organisation's own administrators may add. */
  unknownDevicesFor(organisationId: string, limit: number): Promise<readonly UnknownDevice[]>;
}
