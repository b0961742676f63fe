/**
 * The Event Socket's byte stream to packets, incrementally: any chunking gives the same packets, and memory is
 * bounded. A packet is a block of headers, a blank line, and as many bytes as `Content-Length` says: bytes, not
 * characters. Broken UTF-8 becomes U+FFFD.
 */
import { readJsonEvent, readPlainEvent, type EslPacket } from './packet.ts';

/** Longer than any block of headers before a packet. */
const MAX_HEAD_BYTES = 64 * 1024;
/** A channel with very many variables has events of some 20 kB. */
const MAX_EVENT_BYTES = 1024 * 1024;
/** A list of channels has 1 kB for each. */
const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;

const HEAD_END = Buffer.from('\n\n');
const CONTENT = /Content-(?:Length|Type): /g;

interface Head {
  type: string;
  /** Of the body. */
  length: number;
  fields: Map<string, string>;
}

export interface DecoderCounts {
  /** Blocks and bodies that were not what FreeSWITCH writes: cut, or too long. */
  broken: number;
}

export class EslDecoder {
  readonly counts: DecoderCounts = { broken: 0 };

  /** What came and is not read yet, in order. */
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** The block whose body is awaited. */
  #head: Head | undefined;
  /** What is left of a body that is too long to be kept. */
  #skip = 0;

  /** Takes the next bytes, however cut, and returns the packets that they complete, in order. */
  push(chunk: Uint8Array): EslPacket[] {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // In the middle of a long body there is nothing to look for yet; so it is put together once.
    if (this.#skip === 0 && this.#head !== undefined && this.#bytes < this.#head.length) return [];
    const bytes =
      this.#chunks.length === 1
        ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
        : Buffer.concat(this.#chunks);
    const packets: EslPacket[] = [];
    let at = 0;
    for (;;) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      at += skipped;
      this.#skip -= skipped;
      if (this.#head === undefined) {
        const end = bytes.indexOf(HEAD_END, at);
        if (end < 0) break;
        this.#head = this.#readHead(bytes.toString('utf8', at, end));
        at = end + HEAD_END.length;
      }
      const head = this.#head;
      if (head === undefined) continue;
      const isTooLong = this.#isTooLong(head);
      if (!isTooLong && bytes.length - at < head.length) break;
      this.#head = undefined;
      if (isTooLong) this.#skip = head.length;
      const packet = this.#packetOf(head, isTooLong ? undefined : bytes.subarray(at, at + head.length));
      if (packet !== undefined) packets.push(packet);
      if (!isTooLong) at += head.length;
    }
    this.#keep(bytes.subarray(at));
    return packets;
  }

  #isTooLong({ type, length }: Head): boolean {
    return length > (type === 'api/response' ? MAX_RESPONSE_BYTES : MAX_EVENT_BYTES);
  }

  /** A block that is none may end with one: a body before it was longer than its length said. */
  #readHead(text: string): Head | undefined {
    const whole = parseHead(text);
    if (whole !== undefined) return whole;
    this.counts.broken += 1;
    for (const { index } of text.matchAll(CONTENT)) {
      const head = parseHead(text.slice(index));
      if (head !== undefined) return head;
    }
    return undefined;
  }

  #packetOf({ type, fields }: Head, body: Buffer | undefined): EslPacket | undefined {
    if (body === undefined) this.counts.broken += 1;
    switch (type) {
      case 'auth/request':
        return { kind: 'greeting' };
      case 'text/rude-rejection':
        return { kind: 'turned away' };
      case 'text/disconnect-notice':
        return { kind: 'farewell' };
      case 'command/reply':
        return { kind: 'reply', text: fields.get('Reply-Text') ?? '', fields };
      case 'api/response':
        return body === undefined ? { kind: 'response' } : { kind: 'response', body: body.toString('utf8') };
      case 'text/event-plain':
        // All of it is ASCII; what a caller wrote stands behind percent signs.
        return body && readPlainEvent(body.toString('latin1'));
      case 'text/event-json': {
        const packet = body && readJsonEvent(body.toString('utf8'));
        if (packet === 'broken') this.counts.broken += 1;
        return packet === 'broken' ? undefined : packet;
      }
      default:
        return undefined;
    }
  }

  #keep(rest: Buffer): void {
    const isHeadTooLong = this.#head === undefined && rest.length > MAX_HEAD_BYTES;
    if (isHeadTooLong) this.counts.broken += 1;
    // What is skipped need not be kept, but its last bytes may be the beginning of a block.
    const kept = isHeadTooLong ? rest.subarray(rest.length - 256) : rest;
    // A copy, so that a few bytes do not hold a whole read buffer.
    this.#chunks = kept.length === 0 ? [] : [Buffer.from(kept)];
    this.#bytes = kept.length;
  }
}

/** @returns undefined for what is no block of headers with a `Content-Type` */
function parseHead(text: string): Head | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Za-z][\w-]*): ?(.*)$/.exec(line) ?? [];
    // Blank lines may stand before a block.
    if (name === undefined && line.trim() !== '') return undefined;
    if (name !== undefined && !fields.has(name)) fields.set(name, value ?? '');
  }
  const type = fields.get('Content-Type');
  const length = fields.get('Content-Length') ?? '0';
  if (type === undefined || !/^\d{1,12}$/.test(length)) return undefined;
  return { type, length: Number(length), fields };
}
