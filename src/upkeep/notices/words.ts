/**
 * A notice in words, for a person who runs a phone system and does not know this code: which endpoint, since when,
 * why, what happens next, what to do. Pure.
 *
 * Of the endpoint's address only the host is told, since path and query may hold a key. Of a receiver's answer only our
 * own reading of it is: its words may repeat what the message said, a phone number for instance.
 */
import { createHash } from 'node:crypto';
import type { PendingNotice } from '../../store/upkeep.ts';

export interface Words {
  subject: string;
  /** Plain text; lines end with a line feed. */
  text: string;
}

export function wordsOf({ organisationId, endpointId, url, atMs, notice }: PendingNotice): Words {
  const name = `${organisationId}/${endpointId}`;
  const write = (subject: string, facts: readonly Fact[], next: string, todo: string): Words => ({
    subject: `Callhook: ${subject}`,
    text: letter([['Endpoint', name], ['Receiver', hostOf(url)], ...facts], next, todo),
  });
  switch (notice.kind) {
    case 'paused':
      return write(
        `${name} does not take messages, they wait`,
        [
          ['Failing since', utc(notice.sinceMs)],
          ['Reason', plainReason(notice.reason)],
        ],
        `${WAITING} ${countdown(notice.disablesAtMs)}`,
        `Look after the receiver, or tell those who run it. ${STATUS}`,
      );
    case 'disable_soon':
      return write(
        `${name} will be disabled on ${utc(notice.disablesAtMs)}`,
        [
          ['Failing since', utc(notice.sinceMs)],
          ['Reason', plainReason(notice.reason)],
        ],
        `${WAITING} ${countdown(notice.disablesAtMs)}`,
        `Look after the receiver before that day, or tell those who run it. ${STATUS}`,
      );
    case 'disabled':
      return write(
        `${name} is disabled`,
        [
          ['Disabled since', utc(atMs)],
          ['Reason', plainReason(notice.reason)],
        ],
        'Nothing is sent to this endpoint any more, and Callhook does not try it again by itself. Its messages are kept as long as they are worth sending.',
        notice.why === 'gone'
          ? `The receiver itself asked for no more messages. If that is right, remove the endpoint from the directory. If it is not: ${enableIt(name)}`
          : enableIt(name),
      );
    case 'recovered':
      return write(
        `${name} takes messages again`,
        [
          ['Failed since', utc(notice.sinceMs)],
          ['Back since', utc(atMs)],
        ],
        'The messages that waited are being delivered now, each call in its order, slowly at first.',
        `Nothing. ${STATUS}`,
      );
  }
}

const WAITING =
  'Nothing is lost: its messages wait. Callhook tries the receiver with one message now and then, and delivers the rest in order as soon as it answers.';

const STATUS = '`callhook status` shows how it is doing.';

function countdown(disablesAtMs: number): string {
  return `If it still fails on ${utc(disablesAtMs)}, the endpoint is disabled.`;
}

function enableIt(name: string): string {
  return `When the receiver is well again, run \`callhook enable ${name}\`: one message is tried first, then the rest follow. ${STATUS}`;
}

type Fact = [label: string, value: string];

function letter(facts: readonly Fact[], next: string, todo: string): string {
  const width = Math.max(...facts.map(([label]) => label.length)) + 2;
  const lines = facts.map(([label, value]) => `${`${label}:`.padEnd(width)}${value}`);
  return `${lines.join('\n')}\n\nWhat happens next\n${next}\n\nWhat to do\n${todo}\n`;
}

/** `2026-11-23 10:36 UTC` */
function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

export function hostOf(url: string): string {
  return URL.parse(url)?.host ?? 'unknown';
}

/** Where the receiver's own words begin in a failure's detail (delivery/outcome.ts); a test keeps the two together. */
const OWN_WORDS = / It says: .*$/s;

export function plainReason(detail: string): string {
  return detail.replace(OWN_WORDS, '');
}

/**
 * The notice's outward name: the same at each try, so that a receiver can drop the second one of a kind. Also after the
 * database has used the number of a settled notice again.
 */
export function noticeName({ id, channel, organisationId, endpointId, atMs, notice }: PendingNotice): string {
  const parts = JSON.stringify([id, channel, organisationId, endpointId, atMs, notice.kind]);
  return `notice_${createHash('sha256').update(parts).digest('base64url').slice(0, 22)}`;
}
