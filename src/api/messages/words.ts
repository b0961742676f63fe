/** Messages and attempts as JSON. */
import { requestHeaders, type AttemptDetails } from '../../policy/attempt-details.ts';
import type { LoggedAttempt, LoggedMessage, MessageWithAttempts } from '../../policy/timeline.ts';
import type { ListedMessage } from '../../store/log.ts';
import type { AttemptRecord } from '../../store/store.ts';
import { timeText } from '../shapes.ts';

export function listedWords(message: ListedMessage) {
  const { last } = message;
  return { ...words(message), ...(last !== undefined && { last_attempt: attemptWords(message, last) }) };
}

export function withAttemptsWords(message: MessageWithAttempts) {
  return { ...words(message), attempts: message.attempts.map((attempt) => attemptWords(message, attempt)) };
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

function attemptWords({ messageId }: LoggedMessage, { number, ...attempt }: LoggedAttempt) {
  const { startedAtMs, details } = attempt;
  return {
    number,
    ...recordWords(attempt),
    ...(details !== undefined && detailWords(details)),
    request_headers: requestHeaders(messageId, startedAtMs, details),
  };
}

function detailWords(details: AttemptDetails) {
  const { reused, address, tlsVersion, certificateEndsAtMs, headers, sent: _, ...timings } = details;
  return {
    ...(Object.keys(timings).length > 0 && { timings }),
    ...(reused === true && { reused }),
    ...(address !== undefined && { address }),
    ...(tlsVersion !== undefined && { tls_version: tlsVersion }),
    ...(certificateEndsAtMs !== undefined && { certificate_ends_at: timeText(certificateEndsAtMs) }),
    ...(headers !== undefined && { response_headers: headers }),
  };
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
