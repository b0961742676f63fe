/** The findings of explanation.ts in plain English, for the command line and as the portal's first language. Pure. */
import type { LegState } from '../call/leg-event.ts';
import type { Finding, Trouble } from './explanation.ts';

/** @param timeOf how a time of day is written for whoever reads it */
export function inEnglish(finding: Finding, timeOf: (atMs: number) => string): string {
  switch (finding.code) {
    case 'leg':
      return legWords(finding, timeOf);
    case 'learnt-late':
      return `The phone system told of it ${duration(finding.byMs)} late.`;
    case 'function-number':
      return `The other end is ${finding.number}, a function number (${finding.kind.toLowerCase().replaceAll('_', ' ')}): no user sits there.`;
    case 'came-late':
      return 'No message: the call was up already when this phone came into the directory.';
    case 'no-endpoint':
      return 'No message: the organisation has no endpoint.';
    case 'not-asked-for':
      return `No message to ${nameOf(finding)}: it asks only for ${listed(finding.asks)}.`;
    case 'filtered':
      return `No message to ${nameOf(finding)}: its filter leaves legs like this one out.`;
    case 'delivered':
      return `${nameOf(finding)} took ${listed(finding.states)}${finding.states.length > 1 ? ', the first' : ''} ${duration(finding.afterMs)} after it happened.`;
    case 'delivered-late':
      return `${listed(finding.states)}: ${nameOf(finding)} ${troubleWords(finding.trouble)} for ${duration(finding.forMs)} and took ${it(finding.states)} at ${timeOf(finding.atMs)}.`;
    case 'retrying': {
      const next =
        finding.nextAtMs === undefined
          ? 'It is tried again.'
          : `The next try is at ${timeOf(finding.nextAtMs)}.`;
      return `${listed(finding.states)}: ${nameOf(finding)} ${troubleWords(finding.trouble)} since ${timeOf(finding.sinceMs)}. ${next}`;
    }
    case 'held-back':
      return `${listed(finding.states)} ${wait(finding.states)}: ${nameOf(finding)} is ${HELD_BACK[finding.health]}${after(finding.trouble)}.`;
    case 'queued':
      return `${listed(finding.states)} ${wait(finding.states)} for a turn at ${nameOf(finding)} since ${timeOf(finding.sinceMs)}.`;
    case 'expired':
      return `${listed(finding.states)} expired after ${duration(finding.afterMs)} and did not go to ${nameOf(finding)}${after(finding.trouble)}.`;
    case 'dead': {
      const { trouble, endpointId } = finding;
      const why =
        trouble === undefined
          ? `the endpoint ${endpointId} was removed`
          : `${nameOf(finding)} ${troubleWords(trouble)}`;
      return `${listed(finding.states)} will not be sent any more: ${why}.`;
    }
  }
}

const HELD_BACK = {
  paused: 'paused, because it keeps failing; one message at a time is tried',
  disabled: 'disabled',
} as const;

const HOW_IT_BEGAN: Record<LegState, [incoming: string, outgoing: string]> = {
  TRYING: ['was called', 'called out'],
  PROCEEDING: ['was called', 'called out'],
  EARLY: ['rang', 'called out'],
  CONFIRMED: ['was in a call', 'was in a call'],
  TERMINATED: ['was called', 'called out'],
};

const HOW_IT_ENDED = {
  HANGUP: 'ended',
  CANCELLED: 'was given up',
  REJECTED: 'was refused',
  ANSWERED_ELSEWHERE: 'was answered elsewhere',
} as const;

function legWords(leg: Extract<Finding, { code: 'leg' }>, timeOf: (atMs: number) => string): string {
  const { localUserId, direction, firstState, beganAtMs, answeredAtMs, endedAtMs, reason } = leg;
  const who = localUserId === undefined ? 'A phone' : `The phone of ${localUserId}`;
  const began = HOW_IT_BEGAN[firstState][direction === 'INCOMING' ? 0 : 1];
  const parts = [`${who} ${began} at ${timeOf(beganAtMs)}`];
  if (answeredAtMs !== undefined && firstState !== 'CONFIRMED') {
    parts.push(`the call was answered at ${timeOf(answeredAtMs)}`);
  }
  if (endedAtMs !== undefined) {
    parts.push(`it ${reason === undefined ? 'ended' : HOW_IT_ENDED[reason]} at ${timeOf(endedAtMs)}`);
  }
  return `${parts.join('; ')}.`;
}

/** As what follows the endpoint's name. */
function troubleWords({ code, statusCode, detail }: Trouble): string {
  if (statusCode !== undefined) return `answered ${statusCode}`;
  return WORDS[code] ?? `failed (${detail ?? code})`;
}

/** By the stable codes of failures that come without an answer. */
const WORDS: Readonly<Record<string, string>> = {
  timeout_connect: 'could not be reached in time',
  timeout_response: 'did not answer in time',
  dns_failed: 'could not be found by its name',
  connection_refused: 'could not be reached',
  connection_lost: 'closed the connection before it answered',
  address_not_allowed: 'has an address that must not be dialled',
  not_https: 'is no https:// address',
};

function after(trouble: Trouble | undefined): string {
  if (trouble === undefined) return '';
  const { attempts } = trouble;
  return `; at the last of ${attempts} ${attempts === 1 ? 'try' : 'tries'} it ${troubleWords(trouble)}`;
}

function nameOf({ endpointId, host }: { endpointId: string; host?: string }): string {
  return host ?? `${endpointId} (removed)`;
}

function wait(states: readonly LegState[]): string {
  return states.length > 1 ? 'wait' : 'waits';
}

function it(states: readonly LegState[]): string {
  return states.length > 1 ? 'the first' : 'it';
}

/** `EARLY`, `EARLY and CONFIRMED`, `EARLY, CONFIRMED and TERMINATED` */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** `0.4 s`, `12 s`, `2 minutes`, `3 hours`, `2 days` */
function duration(ms: number): string {
  const seconds = ms / 1_000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  const [unit, length] = (
    [
      ['day', 86_400],
      ['hour', 3_600],
      ['minute', 60],
    ] as const
  ).find((one) => seconds >= 1.5 * one[1]) ?? ['minute', 60];
  const count = Math.round(seconds / length);
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
