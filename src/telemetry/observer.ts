/** Tells metrics and traces what ingest and delivery do. Reads no more of a message than its state and its time. */
import type { AttemptRecord, Claim, CommittedMessage, Settlement, Store } from '../store/store.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Overview } from './gauges.ts';
import type { Metrics } from './metrics.ts';
import type { Tracing } from './traced-attempt.ts';

export interface Observer {
  decided(sourceId: string, verdict: string): void;
  committed(messages: readonly CommittedMessage[], durationMs: number): void;
  settled(claim: Claim, attempt: AttemptRecord, next: Settlement['next']): void;
}

export function createObserver(metrics: Metrics, tracing: Tracing, clock: Clock): Observer {
  return {
    decided: (sourceId, verdict) => metrics.legEvent(sourceId, verdict),

    committed: (messages, durationMs) =>
      metrics.committed({ durationMs, states: messages.map(({ body }) => stateIn(body)) }),

    settled(claim, attempt, next) {
      const { outcome, statusCode, startedAtMs, durationMs } = attempt;
      metrics.attempted({ outcome, durationMs });
      const eventAtMs = timeIn(claim.body) ?? claim.createdAtMs;
      if (next.kind === 'delivered' && !claim.replay) metrics.delivered(clock.nowMs() - eventAtMs);
      if (next.kind === 'dead') metrics.deadLetters(1);
      tracing.attempted({
        messageId: claim.messageId,
        organisationId: claim.organisationId,
        endpointId: claim.endpoint.id,
        eventAtMs,
        startedAtMs,
        durationMs,
        number: claim.attemptsMade + 1,
        outcome,
        ...(statusCode !== undefined && { statusCode }),
        last: next.kind !== 'later',
        replay: claim.replay,
      });
    },
  };
}

/** How things stand, for the gauges. @param databaseUp whether the database takes what comes in */
export async function overviewOf(
  store: Pick<Store, 'health' | 'nowMs'>,
  databaseUp: boolean,
  attemptsInFlight: number,
): Promise<Overview> {
  const { sources, byHealth, backlog } = await store.health.summary(0);
  return {
    databaseUp,
    attemptsInFlight,
    sources: sources.map(({ status, ...source }) => ({ ...source, up: status === 'connected' })),
    endpoints: byHealth,
    backlog: {
      messages: backlog.messages,
      oldestMs: backlog.oldestAtMs === undefined ? undefined : store.nowMs() - backlog.oldestAtMs,
      lanes: backlog.lanes,
    },
  };
}

/** Cheaper than parsing the whole body. Its keys and their order are the wire contract (call/outward-event.ts). */
function stateIn(body: string): string {
  return /"state":"([A-Z]+)"/.exec(body)?.[1] ?? 'unknown';
}

function timeIn(body: string): number | undefined {
  const atMs = Date.parse(/"timestamp":"([^"]+)"/.exec(body)?.[1] ?? '');
  return Number.isNaN(atMs) ? undefined : atMs;
}
