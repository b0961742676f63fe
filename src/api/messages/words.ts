/** Messages and attempts as JSON. */
import type { LoggedAttempt, LoggedMessage, MessageWithAttempts } from '../../policy/timeline.ts';
import type { ListedMessage } from '../../store/log.ts';
import type { AttemptRecord } from '../../store/store.ts';
import { timeText } from '../shapes.ts';

export function listedWords(message: ListedMessage) {
  const { last } = message;
  return { ...words(message), ...(last !== undefined && { last_attempt: attemptWords(last) }) };
}

export function withAttemptsWords(message: MessageWithAttempts) {
  return { ...words(message), attempts: message.attempts.map(attemptWords) };
}

export function wholeWords(message: MessageWithAttempts) {
  return { ...withAttemptsWords(message), body_text: message.body };
}

function words(message: LoggedMessage) {
  const { replayOf, finishedAtMs, dueAtMs } = message;
  return {
    id: message.messageId,
    endpoint: message.endpointId,
    outcome: message.outcome,
    ...(replayOf !== undefined && { replay_of: replayOf }),
    created_at: timeText(message.createdAtMs),
    ...(finishedAtMs !== undefined && { finished_at: timeText(finishedAtMs) }),
    attempts_made: message.attemptsMade,
    ...(dueAtMs !== undefined && { next_attempt_at: timeText(dueAtMs) }),
    body: JSON.parse(message.body) as unknown,
  };
}

function attemptWords({ number, ...attempt }: LoggedAttempt) {
  return { number, ...recordWords(attempt) };
}

/** An attempt, whichever it was. */
export function recordWords({ startedAtMs, durationMs, outcome, statusCode, detail }: AttemptRecord) {
  return {
    started_at: timeText(startedAtMs),
    duration_ms: durationMs,
    outcome,
    ...(statusCode !== undefined && { status_code: statusCode }),
    ...(detail !== undefined && { detail }),
  };
}
