/**
 * PBXes whose dialog events cannot carry the contract, though they look like RFC 4235: recordings of both showed calls
 * confirmed that still rang, and legs that never ended. Their own protocols can.
 */
import type { DialogDocument } from './document.ts';
import { readAddress } from './party.ts';
import type { Headers } from './sip/message.ts';

export type OtherPbx = 'Asterisk' | 'FreeSWITCH';

/** By the name that it gives itself (`Server`, `User-Agent`); FreePBX shortens its own. */
export function otherPbxByName(headers: Headers): OtherPbx | undefined {
  const names = [...headers.raw('server'), ...headers.raw('user-agent')].join(' ');
  if (/freeswitch/i.test(names)) return 'FreeSWITCH';
  return /asterisk|freepbx|\bFPBX\b/i.test(names) ? 'Asterisk' : undefined;
}

/** By the shape of its documents, where it hides its name: Asterisk's dialogs are its hints, named by the extension. */
export function otherPbxByShape({ entity, dialogs }: DialogDocument): OtherPbx | undefined {
  const user = entity === undefined ? undefined : readAddress(entity)?.user;
  const isHint = dialogs.length === 1 && dialogs[0]?.callId === undefined && dialogs[0]?.id === user;
  return isHint ? 'Asterisk' : undefined;
}
