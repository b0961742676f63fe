/**
 * SIP messages (RFC 3261 section 7): bytes to request or response and back. Strict where something could be smuggled,
 * lenient where nothing hangs on it. Bounded: nobody's message is larger than it may be.
 */

/** Longest head that is read; with 256 kB of document a NOTIFY is never longer than `MAX_MESSAGE_BYTES`. */
export const MAX_HEAD_BYTES = 32 * 1024;
export const MAX_MESSAGE_BYTES = MAX_HEAD_BYTES + 512 * 1024;
const MAX_HEADERS = 200;

export interface SipRequest {
  kind: 'request';
  method: string;
  uri: string;
  headers: Headers;
  body: Uint8Array;
}

export interface SipResponse {
  kind: 'response';
  status: number;
  reason: string;
  headers: Headers;
  body: Uint8Array;
}

export type SipMessage = SipRequest | SipResponse;

/** RFC 3261 section 7.3.3 and 20, RFC 6665 section 8.2.1. */
const COMPACT: Readonly<Record<string, string>> = {
  i: 'call-id',
  m: 'contact',
  e: 'content-encoding',
  l: 'content-length',
  c: 'content-type',
  f: 'from',
  s: 'subject',
  k: 'supported',
  t: 'to',
  v: 'via',
  o: 'event',
  u: 'allow-events',
};

/** Header fields in their order, by lower-case name. */
export class Headers {
  readonly #fields: [name: string, value: string][] = [];

  /** @param fields names as they shall be written */
  constructor(fields: readonly (readonly [name: string, value: string])[] = []) {
    for (const [name, value] of fields) this.add(name, value);
  }

  add(name: string, value: string): this {
    if (/[\r\n]/.test(name + value)) throw new TypeError('a line break in a header field');
    this.#fields.push([name, value]);
    return this;
  }

  /** The first one. */
  get(name: string): string | undefined {
    return this.#fields.find(([one]) => one.toLowerCase() === name)?.[1];
  }

  /** Of fields that may stand several times: each value by itself, also where commas join them. */
  all(name: string): string[] {
    return this.raw(name).flatMap((value) => splitAt(value, ','));
  }

  /** Each field as it was written. */
  raw(name: string): string[] {
    return this.#fields.filter(([one]) => one.toLowerCase() === name).map(([, value]) => value);
  }

  entries(): readonly (readonly [name: string, value: string])[] {
    return this.#fields;
  }

  toString(): string {
    return this.#fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  }
}

/** What stands before the body. */
export interface Head {
  start: string;
  headers: Headers;
}

/** @returns undefined for what is no head of a SIP message */
export function parseHead(text: string): Head | undefined {
  // A field may go on in the next line (RFC 3261 section 7.3.1).
  const [start = '', ...lines] = text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  if (
    lines.length > MAX_HEADERS ||
    !/^(?:SIP\/2\.0 \d{3}|[A-Za-z0-9.!%*_+`'~-]{1,32} \S+ SIP\/2\.0$)/.test(start)
  )
    return undefined;
  const headers = new Headers();
  for (const line of lines) {
    if (line === '') continue;
    const [, name = '', value = ''] = /^([A-Za-z0-9.!%*_+`'~-]+)[ \t]*:[ \t]*([^\r]*)$/.exec(line) ?? [];
    if (name === '') return undefined;
    const short = name.length === 1 ? COMPACT[name.toLowerCase()] : undefined;
    headers.add(short ?? name.toLowerCase(), value.trim());
  }
  return { start, headers };
}

/** @returns undefined where it says none, `NaN` where it says nonsense or two things */
export function contentLength(headers: Headers): number | undefined {
  const written = new Set(headers.raw('content-length'));
  if (written.size === 0) return undefined;
  const [length = ''] = written;
  return written.size === 1 && /^\d{1,9}$/.test(length) ? Number(length) : Number.NaN;
}

/** @returns undefined for what is no SIP message */
export function messageOf({ start, headers }: Head, body: Uint8Array): SipMessage | undefined {
  const [, status, reason = ''] = /^SIP\/2\.0 (\d{3}) ?(.*)$/.exec(start) ?? [];
  if (status !== undefined) return { kind: 'response', status: Number(status), reason, headers, body };
  const [method = '', uri = ''] = start.split(' ');
  return uri === '' ? undefined : { kind: 'request', method, uri, headers, body };
}

const HEAD_END = /\r?\n\r?\n/;

/**
 * One datagram (RFC 3261 section 18.3): what is behind the length is left out, less than the length is a broken message.
 * @returns undefined for anything else, such as keep-alives
 */
export function parseDatagram(bytes: Uint8Array): SipMessage | undefined {
  if (bytes.length > MAX_MESSAGE_BYTES) return undefined;
  // One character per byte, so that places are those of the bytes.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  const end = HEAD_END.exec(text);
  const headBytes = end?.index ?? text.length;
  if (headBytes > MAX_HEAD_BYTES) return undefined;
  const head = parseHead(Buffer.from(bytes.subarray(0, headBytes)).toString('utf8'));
  if (head === undefined) return undefined;
  const rest = bytes.subarray(headBytes + (end?.[0].length ?? 0));
  const length = contentLength(head.headers) ?? rest.length;
  return length <= rest.length ? messageOf(head, rest.subarray(0, length)) : undefined;
}

/** The bytes of a message; its length is written here. */
export function encode(message: SipMessage): Buffer {
  const start =
    message.kind === 'request'
      ? `${message.method} ${message.uri} SIP/2.0`
      : `SIP/2.0 ${message.status} ${message.reason}`;
  const head = `${start}\r\n${message.headers.toString()}Content-Length: ${message.body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), message.body]);
}

/** Splits where the character stands by itself: not within quotes or angle brackets. */
export function splitAt(text: string, separator: string): string[] {
  const parts: string[] = [];
  let from = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at];
    if (isQuoted && one === '\\') at += 1;
    else if (one === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (one === '<') isBracketed = true;
    else if (one === '>') isBracketed = false;
    else if (one === separator && !isBracketed) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  return [...parts, text.slice(from).trim()];
}
