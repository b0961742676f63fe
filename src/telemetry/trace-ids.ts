/**
 * A message's place in a trace, derived from its id. Its attempts may be made days after the commit and by another
 * process; so that all of them join one trace, nothing is handed over or stored: each works the ids out anew. Pure.
 */
import { createHash } from 'node:crypto';

export interface TraceIds {
  /** 32 hexadecimal digits (W3C Trace Context, section 3.2.2.3). */
  traceId: string;
  /** 16, of the message's own span: the parent of its attempts' spans. */
  spanId: string;
}

/** @param messageId the `webhook-id`, so the trace of a message that a receiver asks about can be found */
export function traceIdsOf(messageId: string): TraceIds {
  const hash = createHash('sha256').update(`callhook trace ${messageId}`).digest('hex');
  return { traceId: hash.slice(0, 32), spanId: hash.slice(32, 48) };
}
