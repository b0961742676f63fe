/** How an endpoint is, as JSON, with the reason in words. */
import type { EndpointHealth } from '../../policy/endpoint-health.ts';
import type { EndpointOverview } from '../../store/health.ts';
import { recordWords } from '../messages/words.ts';
import { timeText } from '../shapes.ts';

const WHY_DISABLED = {
  failing: 'It failed for days.',
  gone: 'It answered 410: it wants no more messages.',
  operator: 'It was switched off.',
} as const;

export function healthWords(health: EndpointHealth) {
  switch (health.kind) {
    case 'healthy':
      return { state: health.kind };
    case 'failing':
      return { state: health.kind, since: timeText(health.sinceMs), reason: health.reason };
    case 'paused':
    case 'probing': {
      const { kind, sinceMs, reason } = health;
      const next = kind === 'paused' && { next_probe_at: timeText(health.resumeAtMs) };
      return { state: kind, since: timeText(sinceMs), reason, ...next };
    }
    case 'recovering':
      return { state: health.kind, since: timeText(health.startsAtMs), reason: RECOVERING };
    case 'disabled': {
      const { why, atMs, reason = WHY_DISABLED[why] } = health;
      return { state: health.kind, since: timeText(atMs), disabled_because: why, reason };
    }
  }
}

const RECOVERING = 'It takes messages again: what waited goes out, ever faster.';

export function stateWords(endpoint: EndpointOverview) {
  const { id, url, health, pending, lanesWaiting, oldestPendingAtMs, delivered, expired, dead, last } =
    endpoint;
  const host = URL.parse(url)?.host;
  const successAtMs = successOf(endpoint);
  return {
    id,
    ...(host !== undefined && { host }),
    health: healthWords(health),
    waiting: pending,
    calls_waiting: lanesWaiting,
    ...(oldestPendingAtMs !== undefined && { oldest_waiting_since: timeText(oldestPendingAtMs) }),
    delivered,
    expired,
    dead,
    ...(successAtMs !== undefined && { last_success_at: timeText(successAtMs) }),
    ...(last !== undefined && { last_attempt: recordWords(last) }),
  };
}

function successOf({ last, deliveredAboutMs }: EndpointOverview): number | undefined {
  return last?.outcome === 'delivered' ? last.startedAtMs + last.durationMs : deliveredAboutMs;
}
