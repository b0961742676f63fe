/**
 * One subscription that a notifier holds for us (RFC 6665 section 4.1): made by its first NOTIFY, named by its tag. A SUBSCRIBE
 * that was forked makes several (RFC 4235 section 3.9).
 */
import type { Notify } from './packet.ts';
import { readNameAddr, readSeconds } from './sip/fields.ts';
import type { Headers, SipResponse } from './sip/message.ts';

export interface Notifier {
  remoteTag: string;
  /** Its Contact: whom requests within the subscription are for. */
  target: string;
  /** Record-Route of its NOTIFY, in its order (RFC 3261 section 12.1.1). */
  routes: readonly string[];
  /** Of its last NOTIFY. */
  cseq: number;
  expiresAtMs: number;
  refreshAtMs: number;
  /** Whether a full document has come. */
  hasShown: boolean;
}

const MAX_ROUTES = 20;
const MAX_RETRY_AFTER_SECONDS = 3_600;

export function meetNotifier(notify: Notify, headers: Headers, address: string, nowMs: number): Notifier {
  return {
    remoteTag: notify.remoteTag,
    target: targetIn(headers) ?? address,
    routes: headers.all('record-route').slice(0, MAX_ROUTES),
    cseq: -1,
    expiresAtMs: nowMs,
    refreshAtMs: nowMs,
    hasShown: false,
  };
}

/** Contact may change with every message (RFC 3261 section 12.2). */
export function targetIn(headers: Headers): string | undefined {
  const [contact] = headers.all('contact');
  const { uri } = readNameAddr(contact ?? '');
  return /^sips?:[^\s<>"]{1,500}$/i.test(uri) ? uri : undefined;
}

/** How long the PBX asks to wait; 0 where it does not. */
export function retryAfterMs({ headers }: SipResponse): number {
  return asked(readSeconds(headers.get('retry-after')) ?? 0);
}

function asked(seconds: number): number {
  return Math.min(seconds, MAX_RETRY_AFTER_SECONDS) * 1_000;
}

/** What became of a subscription that the PBX has ended, RFC 6665 section 4.1.3. */
export function pauseAfter(
  { reason, retryAfterSeconds }: Notify['state'],
  { soonMs, refusedMs }: { soonMs: number; refusedMs: number },
): { waitMs: number; problem?: string } {
  const askedMs = retryAfterSeconds === undefined ? undefined : asked(retryAfterSeconds);
  switch (reason) {
    case 'rejected':
      return { waitMs: askedMs ?? refusedMs, problem: 'the PBX ended the subscription (rejected)' };
    case 'noresource':
    case 'invariant':
      return { waitMs: askedMs ?? refusedMs, problem: `the PBX ended the subscription (${reason})` };
    case 'probation':
    case 'giveup':
      return { waitMs: askedMs ?? soonMs };
    default:
      // deactivated, timeout, or a word of its own: at once.
      return { waitMs: askedMs ?? 0 };
  }
}
