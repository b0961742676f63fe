/** Writes dialog-info documents as PBXes do, and reads them as the source does. */
import type { LegEvent } from '../../src/call/leg-event.ts';
import { readDocument } from '../../src/source/dialog-info/decoder.ts';
import type { DialogDocument } from '../../src/source/dialog-info/document.ts';
import { DialogMapper } from '../../src/source/dialog-info/mapper.ts';

export interface Written {
  id?: string;
  callId?: string | undefined;
  direction?: string | undefined;
  /** With its attributes, if any: `terminated event="rejected" code="486"`. */
  state: string;
  remote?: string;
  local?: string;
  target?: string;
  display?: string;
  more?: string;
}

export const ADDRESS = 'sip:1001@pbx.example.com';

export function dialogXml(written: Written): string {
  const { id = 'a', direction = 'recipient', state, remote = 'sip:+358401234567@192.0.2.1' } = written;
  const { local = ADDRESS, target = 'sip:trunk@192.0.2.1', display, more = '' } = written;
  const callId = 'callId' in written ? written.callId : `call-${id}`;
  const [word = '', ...attributes] = state.split(' ');
  return `<dialog id="${id}"${callId === undefined ? '' : ` call-id="${callId}"`}${direction === '' ? '' : ` direction="${direction}"`}>
    <state ${attributes.join(' ')}>${word}</state>${more}
    <remote><identity${display === undefined ? '' : ` display="${display}"`}>${remote}</identity><target uri="${target}"/></remote>
    <local><identity>${local}</identity></local>
  </dialog>`;
}

export interface Around {
  version?: number | string;
  state?: 'full' | 'partial';
  entity?: string;
}

export function documentXml(dialogs: readonly Written[], around: Around = {}): string {
  const { version = 0, state = 'full', entity = ADDRESS } = around;
  return `<?xml version="1.0"?>
<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="${state}" entity="${entity}">
  ${dialogs.map(dialogXml).join('\n')}
</dialog-info>`;
}

/** What is read of it. */
export function documentOf(xml: string): DialogDocument {
  const decoded = readDocument(Buffer.from(xml));
  if ('unreadable' in decoded) throw new Error(decoded.unreadable);
  return decoded.document;
}

/** One user's subscription, document after document, a second apart. */
export function createUser(address = ADDRESS, mapper = new DialogMapper()) {
  let atMs = 0;
  const user = {
    mapper,
    subscription: 'one',
    isIncomplete: false,
    take(dialogs: readonly Written[], around: Around = {}): LegEvent[] {
      atMs += 1_000;
      const document = documentOf(documentXml(dialogs, { entity: address, ...around }));
      const taken = mapper.take({ subscription: user.subscription, address, document, atMs });
      user.isIncomplete = taken.isIncomplete;
      return taken.legs;
    },
  };
  return user;
}

/** `INCOMING EARLY`, `INCOMING TERMINATED REFUSED`. */
export const words = (legs: readonly LegEvent[]) =>
  legs.map(({ direction, state, ending }) => [direction, state, ending].filter(Boolean).join(' '));
