/** A NOTIFY of the dialog event package (RFC 4235, RFC 6665) to what it brings. Pure. */
import { NO_DIALOGS, type DialogDocument } from './document.ts';
import { readDocument } from './decoder.ts';
import {
  readCSeq,
  readSubscriptionState,
  readParameters,
  tagOf,
  type SubscriptionState,
} from './sip/fields.ts';
import type { Headers, SipRequest } from './sip/message.ts';

export interface Notify {
  /** Names the subscription's dialog (RFC 3261 section 12): ours is the To tag. */
  callId: string;
  localTag: string;
  remoteTag: string;
  cseq: number;
  state: SubscriptionState;
  /** `none`: it brings no news of dialogs. */
  content: DialogDocument | 'none' | { unreadable: string };
  isMended: boolean;
}

/** What it is answered with where it cannot be taken. */
export interface Refusal {
  status: number;
  reason: string;
  /** A header field that the answer must have. */
  field?: readonly [string, string];
}

export const DOCUMENT_TYPE = 'application/dialog-info+xml';

export function readNotify({ headers, body }: SipRequest): Notify | Refusal {
  const callId = headers.get('call-id');
  const localTag = tagOf(headers.get('to'));
  const remoteTag = tagOf(headers.get('from'));
  const cseq = readCSeq(headers.get('cseq'));
  if (callId === undefined || remoteTag === undefined || cseq?.method !== 'NOTIFY')
    return { status: 400, reason: 'Bad Request' };
  if (localTag === undefined) return { status: 481, reason: 'Subscription Does Not Exist' };
  if (readParameters(headers.get('event') ?? '').value.toLowerCase() !== 'dialog')
    return { status: 489, reason: 'Bad Event', field: ['Allow-Events', 'dialog'] };
  const state = readSubscriptionState(headers.get('subscription-state'));
  if (state === undefined) return { status: 400, reason: 'Bad Request' };
  const required = headers.all('require').filter((option) => option !== '');
  if (required.length > 0)
    return { status: 420, reason: 'Bad Extension', field: ['Unsupported', required.join(', ')] };
  const common = { callId, localTag, remoteTag, cseq: cseq.number, state };
  if (isBlank(body)) return { ...common, content: emptyContent(state), isMended: false };
  if (!isDocument(headers))
    return { status: 415, reason: 'Unsupported Media Type', field: ['Accept', DOCUMENT_TYPE] };
  const decoded = readDocument(body);
  return 'unreadable' in decoded
    ? { ...common, content: decoded, isMended: false }
    : { ...common, content: decoded.document, isMended: decoded.isMended };
}

/** Without a body an active subscription has no dialogs (Kamailio); one that is pending or over says nothing. */
function emptyContent({ state }: SubscriptionState): DialogDocument | 'none' {
  return state === 'active' ? NO_DIALOGS : 'none';
}

/** Empty, or nothing but the line breaks that some leave behind the head. */
function isBlank(body: Uint8Array): boolean {
  return body.every((byte) => byte === 0x0d || byte === 0x0a);
}

function isDocument(headers: Headers): boolean {
  const encoding = headers.get('content-encoding')?.toLowerCase() ?? 'identity';
  const type = readParameters(headers.get('content-type') ?? '').value.toLowerCase();
  return type === DOCUMENT_TYPE && encoding === 'identity';
}
