/**
 * A dialog-info document, as RFC 4235 section 4 has it, with what Callhook reads of it. The XML of it is read by
 * decoder.ts, what it means for a user's legs by mapper.ts.
 */
import type { LegState } from '../../call/leg-event.ts';

export interface DialogDocument {
  /** Whose dialogs these are. */
  entity?: string;
  /** Undefined where it is missing or no number. */
  version?: number;
  /** A partial document says nothing of dialogs that it does not name. */
  isFull: boolean;
  dialogs: readonly Dialog[];
}

export interface Dialog {
  /** Unique among all dialogs of the entity. */
  id: string;
  /** SIP's Call-ID; the tags are the dialog's other two names. */
  callId?: string;
  localTag?: string;
  remoteTag?: string;
  /** Who made it: `initiator` the entity itself, `recipient` the far end. Optional in RFC 4235. */
  direction?: 'initiator' | 'recipient';
  state: LegState;
  /** Why it changed into this state, in RFC 4235's words: `rejected`, `cancelled`, … */
  event?: string;
  /** The response that did it. */
  code?: number;
  /** URIs. */
  localIdentity?: string;
  remoteIdentity?: string;
  remoteTarget?: string;
  /** The Call-ID of the dialog whose place this one takes. */
  replaces?: string;
}

/** What a notification without a body says: the user has no dialogs (Kamailio). */
export const NO_DIALOGS: DialogDocument = { isFull: true, dialogs: [] };
