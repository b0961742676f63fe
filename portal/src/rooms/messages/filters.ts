/** Which messages are asked for. The filters stand in the page's address, so that it can be shared and reloaded. */
import { lastDays, startOfDay } from '../../ui/days.ts';
import { momentOf, textOf, whatIsThere } from '../../ui/search-words.ts';

export const OUTCOMES = ['pending', 'delivered', 'expired', 'dead'] as const;
export const STATES = ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'] as const;
/** Spans that move with the clock; instead of them, `from` and `to` name a fixed one. */
export const PERIODS = ['hour', 'today', 'yesterday', 'week'] as const;

export type Period = (typeof PERIODS)[number];

export interface Filters {
  outcome?: (typeof OUTCOMES)[number];
  state?: (typeof STATES)[number];
  endpoint?: string;
  user?: string;
  call?: string;
  text?: string;
  period?: Period;
  /** RFC 3339. */
  from?: string;
  to?: string;
}

export function readFilters(search: Record<string, unknown>): Filters {
  const { outcome, state, endpoint, user, call, text, period, from, to } = search;
  return whatIsThere({
    outcome: OUTCOMES.find((one) => one === outcome),
    state: STATES.find((one) => one === state),
    endpoint: textOf(endpoint),
    user: textOf(user),
    call: textOf(call),
    text: textOf(text),
    period: PERIODS.find((one) => one === period),
    from: momentOf(from),
    to: momentOf(to),
  });
}

/** As the API asks for them. */
export function queryOf({ period, ...filters }: Filters, nowMs: number) {
  return period === undefined ? filters : { ...filters, ...spanOf(period, nowMs) };
}

export function spanOf(period: Period, nowMs: number): { from: string; to?: string } {
  switch (period) {
    case 'hour':
      return { from: new Date(nowMs - 3_600_000).toISOString() };
    case 'today':
      return { from: startOfDay(nowMs).toISOString() };
    case 'yesterday':
      return { from: startOfDay(nowMs, -1).toISOString(), to: startOfDay(nowMs).toISOString() };
    case 'week':
      return { from: lastDays(nowMs, 7).toISOString() };
  }
}
