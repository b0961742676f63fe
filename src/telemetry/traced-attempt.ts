/** What is told of an attempt to whoever collects traces. */

export interface Tracing {
  /** Notes an attempt that has ended. Never throws, never waits. */
  attempted(attempt: TracedAttempt): void;
  /** Sends what is left, within some seconds. Never rejects. */
  close(): Promise<void>;
}

/** Ids and times only: never a number, a user or an address. */
export interface TracedAttempt {
  messageId: string;
  organisationId: string;
  endpointId: string;
  sourceId?: string;
  /** When the phone system says that it happened: the trace begins there. */
  eventAtMs: number;
  startedAtMs: number;
  durationMs: number;
  /** 1 for the first. */
  number: number;
  /** `delivered` or the failure's stable code. */
  outcome: string;
  statusCode?: number;
  /** No other attempt follows: it was delivered, or is a dead letter. The message's own span ends with it. */
  last: boolean;
  /** It was finished before and is sent again: its message's span was sent then. */
  replay: boolean;
}
