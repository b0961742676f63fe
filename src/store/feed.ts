/**
 * The feed: what happens in an organisation, as it happens, for whoever listens. Part of the store's contract (store.ts).
 *
 * It is written only while somebody listens, and for a while after: `begin` starts it, `keep` keeps it going, and without
 * either it ends. It is written in the transaction that it tells of, so it tells all that was kept and nothing else.
 * A place in it is a text that any node understands, also after a restart.
 */
import type { EndpointHealth } from '../policy/endpoint-health.ts';
import type { LoggedAttempt, MessageOutcome, TrailStep } from '../policy/timeline.ts';

/** A place that is older is not known any more; a feed that nobody keeps for so long ends. */
export const FEED_KEPT_MS = 10 * 60_000;
/** Rows stay for longer than a place that needs them, whatever the clocks say. */
export const FEED_ROWS_KEPT_MS = 2 * FEED_KEPT_MS;

interface OfMessage {
  messageId: string;
  endpointId: string;
  callId: string;
  seqNum: number;
}

/** With only what may leave. */
export type FeedEvent = { atMs: number } & (
  | /** A leg moved. Before the messages that follow from it. */ { kind: 'step'; step: TrailStep }
  | /** `body`: exactly what is sent. */ {
      kind: 'message';
      messageId: string;
      endpointId: string;
      body: string;
    }
  | ({ kind: 'attempt'; attempt: LoggedAttempt } & OfMessage)
  | ({ kind: 'finished'; outcome: Exclude<MessageOutcome, 'pending'> } & OfMessage)
  /** It became another kind. A probe's being under way is not told. */
  | { kind: 'health'; endpointId: string; health: EndpointHealth }
);

export interface FeedItem {
  /** Behind this event. */
  place: string;
  event: FeedEvent;
}

export interface FeedRead {
  /** Oldest first: what follows from something comes after it. */
  items: readonly FeedItem[];
  /** Behind all of them; it moves on also where nothing happened. */
  place: string;
  /** There is more already. */
  more: boolean;
}

export interface FeedStore {
  /** The place of this moment: whatever is kept from now on comes behind it, on every node. */
  begin(organisationId: string, nowMs: number): Promise<string>;
  /** Keeps the feed of an organisation going, if it is. */
  keep(organisationId: string, nowMs: number): Promise<void>;
  /**
   * What happened behind a place, each event once: what `begin` and `after` named is followed by the same on every node.
   * @returns undefined where that is not known: the place is too old, or none of this organisation's
   */
  after(organisationId: string, place: string, nowMs: number): Promise<FeedRead | undefined>;
  /** Operator's: calls `wake` when something may have happened, naming the organisation where that is known. @returns stops it */
  listen(wake: (organisationId?: string) => void): () => void;
}
