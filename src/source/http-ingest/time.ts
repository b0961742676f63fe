/** Times as they are posted: RFC 3339 section 5.6. Pure. */

/** What the published schema says of a time. That the day is in the calendar no pattern tells. */
export const TIME =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

/** A clock that is wrong by more than this would hold back a leg’s later times. */
const MOST_AHEAD_MS = 86_400_000;

/** @returns milliseconds since 1970; NaN if there is no such time */
export function readTime(text: string): number {
  if (!TIME.test(text)) return NaN;
  const isLeap = text.slice(17, 19) === '60';
  const written = (isLeap ? `${text.slice(0, 17)}59${text.slice(19)}` : text).toUpperCase();
  if (Number(written.slice(8, 10)) > 28 && !isInCalendar(written.slice(0, 10))) return NaN;
  const atMs = Date.parse(written);
  // A second is only ever put in at the end of a day, UTC. It passes for the one before it.
  return isLeap && new Date(atMs).toISOString().slice(11, 19) !== '23:59:59' ? NaN : atMs;
}

/** `Date` takes the 30th of February for the 2nd of March. */
function isInCalendar(day: string): boolean {
  return new Date(`${day}T00:00Z`).toISOString().startsWith(day);
}

/** @returns what is wrong with the time of a thing that is posted at `nowMs`, undefined if nothing is */
export function problemOfTime(atMs: number, nowMs: number): { path: string; detail: string } | undefined {
  if (atMs >= 0 && atMs <= nowMs + MOST_AHEAD_MS) return undefined;
  return { path: '/at', detail: 'must lie after 1970 and not more than a day ahead of the clock here' };
}
