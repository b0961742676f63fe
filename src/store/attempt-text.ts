/** Attempts as both databases keep them. */
import type { AttemptRecord } from './store.ts';

/** The column `details`: JSON, AttemptDetails; null where there is nothing to tell. */
export function attemptDetailsText({ details }: AttemptRecord): string | null {
  const text = JSON.stringify(details ?? {});
  return text === '{}' ? null : text;
}

/** An endpoint's last attempt, as its state tells it: the attempt log has the rest. */
export function lastAttemptText(attempt: AttemptRecord | undefined): string {
  return JSON.stringify({ ...attempt, details: undefined });
}
