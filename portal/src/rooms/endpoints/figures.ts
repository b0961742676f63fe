/** An endpoint's figures over a day, a week or a month. */
import { keepPreviousData } from '@tanstack/react-query';
import { queries, type Schemas } from '../../api/client.ts';
import type { Place } from './endpoints.ts';
import type { Span } from './search.ts';

export type Figures = Schemas['Figures'];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The API begins its steps at whole hours, quarters of days and days of UTC. */
const STEPS = {
  day: { step: '1h', stepMs: HOUR_MS, count: 24 },
  week: { step: '6h', stepMs: 6 * HOUR_MS, count: 28 },
  month: { step: '1d', stepMs: DAY_MS, count: 30 },
} as const;

const MINUTE_MS = 60_000;

export function useFigures({ organisation, endpoint }: Place, span: Span) {
  const { step, stepMs, count } = STEPS[span];
  const now = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  const last = Math.floor((now - 1) / stepMs) * stepMs;
  const first = last - (count - 1) * stepMs;
  const asked = queries.useQuery(
    'get',
    '/api/v1/organisations/{organisation}/statistics',
    {
      params: {
        path: { organisation },
        query: { endpoint, step, from: new Date(first).toISOString(), to: new Date(now).toISOString() },
      },
    },
    { placeholderData: keepPreviousData, refetchInterval: MINUTE_MS },
  );
  return { asked, steps: asked.data && everyStep(asked.data.items, first, stepMs, count) };
}

/** The API leaves out steps in which nothing happened. */
function everyStep(items: readonly Figures[], firstMs: number, stepMs: number, count: number): Figures[] {
  const known = new Map(items.map((one) => [Date.parse(one.at), one]));
  return Array.from({ length: count }, (_, index) => {
    const atMs = firstMs + index * stepMs;
    const nothing = { at: new Date(atMs).toISOString(), delivered: 0, failed: 0, expired: 0, dead: 0 };
    return known.get(atMs) ?? nothing;
  });
}

export interface Sum {
  delivered: number;
  failed: number;
  /** Of attempts, 0 to 1; undefined where there was none. */
  success?: number;
  /** How long the receiver usually takes. */
  usualMs?: number;
}

export function sumOf(items: readonly Figures[]): Sum {
  const delivered = items.reduce((sum, one) => sum + one.delivered, 0);
  const failed = items.reduce((sum, one) => sum + one.failed, 0);
  const weighed = items.reduce((sum, one) => sum + one.delivered * (one.latency_ms?.p50 ?? 0), 0);
  return {
    delivered,
    failed,
    ...(delivered + failed > 0 && { success: delivered / (delivered + failed) }),
    ...(delivered > 0 && { usualMs: weighed / delivered }),
  };
}
