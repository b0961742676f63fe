/** Which calls are looked for, as the address of the page says it. */
import type { Schemas } from '../../api/client.ts';

type Result = Schemas['Call']['result'];

export const RESULTS = [
  'delivered',
  'waiting',
  'failed',
  'not_reported',
] as const satisfies readonly Result[];
/** Back from now, in hours. */
export const TIMES = { '1h': 1, '24h': 24, '7d': 168 } as const;

export interface Search {
  result?: Result;
  user?: string;
  time?: keyof typeof TIMES;
  /** Instead of `time`: from the beginning of this day of the reader, to the end of that one. */
  from?: string;
  to?: string;
}

/** What cannot be understood is left out. */
export function readSearch(said: Record<string, unknown>): Search {
  const { result, user, time, from, to } = said;
  return {
    ...(RESULTS.includes(result as Result) && { result: result as Result }),
    ...(typeof user === 'string' && user !== '' && { user }),
    ...(typeof time === 'string' && Object.hasOwn(TIMES, time) && { time: time as keyof typeof TIMES }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  };
}

function isDay(said: unknown): said is string {
  return typeof said === 'string' && /^\d{4}-\d\d-\d\d$/.test(said) && !Number.isNaN(Date.parse(said));
}

/** As the API asks for it. */
export function rangeOf({ time, from, to }: Search, nowMs: number): { from?: string; to?: string } {
  if (time !== undefined) return { from: new Date(nowMs - TIMES[time] * 3_600_000).toISOString() };
  return {
    ...(from !== undefined && { from: beginningOf(from, 0) }),
    ...(to !== undefined && { to: beginningOf(to, 1) }),
  };
}

/** Of a day, or of one after it, where the reader is. */
function beginningOf(day: string, later: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, date + later).toISOString();
}
