/** Days as the reader's calendar has them, and times as the browser's own fields for them want them. */
const DAY_MS = 86_400_000;

/** @param plusDays 0: of today, -1: of yesterday */
export function startOfDay(nowMs: number, plusDays = 0): Date {
  const now = new Date(nowMs);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + plusDays);
}

export function lastDays(nowMs: number, days: number): Date {
  return new Date(nowMs - days * DAY_MS);
}

/** RFC 3339 to what `<input type="datetime-local">` shows, in the reader's zone. */
export function toLocalInput(at: string | undefined): string {
  if (at === undefined) return '';
  const time = new Date(at);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocalInput(text: string): string | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
