/** Reading calls of which some endpoint got nothing, and why. */
import { notReported } from '../policy/not-reported.ts';
import { scanCalls } from './log-calls.ts';
import type { CallNotReported, Logged, LogPage, NotReportedFilter } from './log.ts';
import type { Dialect, Reading } from './log-reading.ts';
import { timelinesOf } from './log-timeline.ts';

/** See `LogStore.notReported`. */
export function readNotReported(
  dialect: Dialect,
  organisationId: string,
  filter: NotReportedFilter,
  page: LogPage,
): Reading<Logged<CallNotReported>> {
  return scanCalls(dialect, organisationId, filter, page, function* list(calls) {
    const timelines = yield* timelinesOf(dialect, organisationId, calls, new Map());
    const found = new Map<string, CallNotReported>();
    for (const timeline of timelines) {
      const legs = notReported(timeline, filter.endpointId);
      const beganAtMs = timeline.steps[0]?.takenAtMs ?? 0;
      if (legs.length > 0) found.set(timeline.callId, { callId: timeline.callId, beganAtMs, legs });
    }
    return found;
  });
}
