/**
 * Who stands at the two ends of a dialog, read from its identities: SIP and tel URIs (RFC 3261 section 19.1, RFC 3966), bare
 * or as a name-addr. Display names are never read.
 */
import type { RemoteParty } from '../../call/leg-event.ts';
import { isWithheld } from '../caller-number.ts';

interface Address {
  scheme: string;
  /** As it is meant, percent signs resolved; empty where the URI has none. */
  user: string;
  /** With the port if one is written. */
  host: string;
}

/** @returns undefined for what is no URI of a telephone */
export function readAddress(text: string): Address | undefined {
  const uri = (/<([^<>]*)>/.exec(text)?.[1] ?? text).trim();
  const [, scheme = 'sip', rest = ''] = /^(?:(sips?|tel):)?(\S+)$/i.exec(uri) ?? [];
  if (rest === '') return undefined;
  if (scheme.toLowerCase() === 'tel') return { scheme: 'tel', user: decoded(rest), host: '' };
  const at = rest.indexOf('@');
  const isBareUser = at < 0 && !/^sips?:/i.test(uri);
  const user = isBareUser ? rest : rest.slice(0, Math.max(at, 0));
  const host = isBareUser ? '' : (/^[^;?]*/.exec(rest.slice(at + 1))?.[0] ?? '');
  // What stands behind a colon is a password (RFC 3261 section 19.1.1, deprecated).
  return {
    scheme: scheme.toLowerCase(),
    user: decoded(user.replace(/:[^;]*/, '')),
    host: host.toLowerCase(),
  };
}

/**
 * The one way of writing an address, so that it can be compared: `sip:1001@pbx.example.com`, no parameters.
 * @returns undefined where it is nobody's address
 */
export function normalAddress(uri: string): string | undefined {
  const read = readAddress(uri);
  if (read === undefined || read.scheme === 'tel' || read.user === '' || read.host === '') return undefined;
  return `${read.scheme}:${read.user.replace(/;.*$/, '')}@${read.host}`;
}

/** Whether two URIs are the same user's, wherever: hosts of one PBX have several names. */
export function isSameUser(one: string, other: string): boolean {
  const [first, second] = [one, other].map((uri) => readAddress(uri)?.user.replace(/;.*$/, '').toLowerCase());
  return first !== undefined && first === second;
}

/**
 * The far party as its identity tells it; where there is none, as the target does.
 * @returns undefined where the document does not say
 */
export function remoteOf(identity: string | undefined, target: string | undefined): RemoteParty | undefined {
  const read = readAddress(identity ?? target ?? '');
  if (read === undefined) return undefined;
  // The target of a caller who withholds the number may still show it: it is not looked at.
  if (isWithheld(read.user) || /^(.*\.)?anonymous\.invalid(:\d+)?$/.test(read.host))
    return { withheld: true };
  return read.user === '' ? undefined : { withheld: false, number: read.user };
}

/** The user's own number as the far end called it, or as the user calls. */
export function numberOf(identity: string | undefined): string | undefined {
  const user = identity === undefined ? undefined : readAddress(identity)?.user;
  return user === '' ? undefined : user;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
