/** What stands in the fields of a SIP message: addresses with parameters, Via, CSeq, Event, Subscription-State. */
import { splitAt, type Headers } from './message.ts';

export interface WithParameters {
  value: string;
  /** By lower-case name; one without a value is ''. Quotes are taken away. */
  parameters: ReadonlyMap<string, string>;
}

/** `value;name=value;name`. */
export function readParameters(text: string): WithParameters {
  const [value = '', ...written] = splitAt(text, ';');
  const parameters = new Map<string, string>();
  for (const one of written) {
    const [, name = '', given = ''] = /^([^=]+?)\s*(?:=\s*(.*))?$/.exec(one) ?? [];
    const key = name.toLowerCase();
    if (key !== '' && !parameters.has(key)) parameters.set(key, unquoted(given));
  }
  return { value, parameters };
}

/** From, To, Contact, Route, Record-Route (RFC 3261 section 20.10): the URI, and the parameters that are not the URI's. */
export function readNameAddr(text: string): { uri: string; parameters: ReadonlyMap<string, string> } {
  const { value, parameters } = readParameters(text);
  const bracketed = /<([^<>]*)>\s*$/.exec(value)?.[1];
  return { uri: (bracketed ?? value).trim(), parameters };
}

export function tagOf(field: string | undefined): string | undefined {
  const tag = field === undefined ? undefined : readNameAddr(field).parameters.get('tag');
  return tag === '' ? undefined : tag;
}

export interface CSeq {
  number: number;
  method: string;
}

/** @returns undefined where it is none, or too large (RFC 3261 section 8.1.1.5) */
export function readCSeq(field: string | undefined): CSeq | undefined {
  const [, digits = '', method = ''] = /^(\d{1,10})\s+(\S+)$/.exec(field?.trim() ?? '') ?? [];
  const number = Number(digits);
  return method === '' || number >= 2 ** 31 ? undefined : { number, method };
}

export interface SubscriptionState {
  state: string;
  reason?: string;
  expiresSeconds?: number;
  retryAfterSeconds?: number;
}

/** RFC 6665 section 8.4 (8.2.3). @returns undefined where there is none */
export function readSubscriptionState(field: string | undefined): SubscriptionState | undefined {
  if (field === undefined) return undefined;
  const { value, parameters } = readParameters(field);
  const reason = parameters.get('reason')?.toLowerCase();
  const expiresSeconds = readSeconds(parameters.get('expires'));
  const retryAfterSeconds = readSeconds(parameters.get('retry-after'));
  return {
    state: value.toLowerCase(),
    ...(reason !== undefined && { reason }),
    ...(expiresSeconds !== undefined && { expiresSeconds }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

/** Delta seconds, as in Expires, Min-Expires, Retry-After (which may have a comment behind). */
export function readSeconds(field: string | undefined): number | undefined {
  const [digits] = /^\d{1,10}(?=\s*(?:$|[;(]))/.exec(field?.trim() ?? '') ?? [];
  return digits === undefined ? undefined : Number(digits);
}

/** The branch of the topmost Via (RFC 3261 section 17.1.3). */
export function branchOf(headers: Headers): string | undefined {
  const [via] = headers.all('via');
  return via === undefined ? undefined : readParameters(via).parameters.get('branch');
}

export function unquoted(text: string): string {
  return /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text;
}
