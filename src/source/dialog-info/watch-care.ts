/** What a watch of one address (watch.ts) needs of its source, and what it tells. */
import type { Clock } from '../../runtime/clock.ts';
import type { DialogDocument } from './document.ts';
import type { Notify } from './packet.ts';
import type { Pace } from './pace.ts';
import type { SipRequest } from './sip/message.ts';
import type { Answer } from './sip/transactions.ts';
import type { UserAgent } from './sip/user-agent.ts';

/** A watch as its source sees it. */
export interface Watched {
  readonly address: string;
  readonly state: WatchState;
  /** A NOTIFY that came for this watch's subscription. */
  take(notify: Notify, request: SipRequest): Answer;
}

export interface WatchTimes {
  /** After a failure: doubled each time, to the most. */
  soonMs: number;
  mostMs: number;
  /** After a refusal, which will hardly change by itself. */
  refusedMs: number;
  /** RFC 6665 timer N: how long after a 2xx the first NOTIFY may take. */
  firstNotifyMs: number;
  /** A full document is asked for again at the earliest after so long, doubled each time, to the most. */
  fullAgainMs: number;
  fullAgainMostMs: number;
  /** How long stopping waits for the PBX to take note. */
  goodbyeMs: number;
}

export const DEFAULT_WATCH_TIMES: WatchTimes = {
  soonMs: 1_000,
  mostMs: 60_000,
  refusedMs: 300_000,
  firstNotifyMs: 32_000,
  fullAgainMs: 10_000,
  fullAgainMostMs: 300_000,
  goodbyeMs: 1_000,
};

/** What a watch needs of the source. */
export interface WatchCare {
  agent: UserAgent;
  pace: Pace;
  clock: Clock;
  random: () => number;
  times: WatchTimes;
  expiresSeconds: number;
  /** From now on NOTIFYs of these names are this watch's. */
  register(callId: string, localTag: string, watch: Watched): void;
  unregister(callId: string, localTag: string): void;
  /** @returns whether documents are missing */
  takeDocument(watch: Watched, subscription: string, document: DialogDocument, isFirst: boolean): boolean;
  /** A document that cannot be read, or had to be mended. */
  remark(problem: string): void;
  subscriptionEnded(watch: Watched, subscription: string): void;
  /** Whether the PBX has let another watch in with the same login. */
  isLetIn(): boolean;
  /** The state of this watch may have changed. */
  changed(watch: Watched): void;
  /** Nothing came in answer to what was sent at this time. */
  silence(sentAtMs: number): void;
  /** The PBX does not know a subscription any more: it may not know the others either. */
  forgotten(): void;
}

export type WatchState = { status: 'new' } | { status: 'active' } | { status: 'failed'; problem: string };
