/**
 * AMI's byte stream to packets, incrementally: any chunking gives the same packets, memory is bounded, and no
 * caller can write an event of their own (see packet.ts). UTF-8; broken bytes become U+FFFD.
 */
import { readPacket, type AmiPacket } from './packet.ts';

/** Longer than any packet of a sane PBX; what is longer is skipped up to its end. */
const MAX_PACKET_BYTES = 256 * 1024;

const GREETING = 'Asterisk Call Manager/';
const MAX_GREETING_BYTES = 256;
const PACKET_END = Buffer.from('\r\n\r\n');
const LINE_END = Buffer.from('\r\n');
const EVENT = Buffer.from('Event: ');
const RESPONSE = Buffer.from('Response: ');

export interface DecoderCounts {
  /** Packets that were not what Asterisk writes: cut, too long, or forged by a caller. */
  broken: number;
}

export class AmiDecoder {
  readonly counts: DecoderCounts = { broken: 0 };
  /** The greeting's protocol version (`11.0.0`), once it has come. */
  version: string | undefined;

  /** True once the first line has come, greeting or not. */
  started = false;

  readonly #wanted: ReadonlySet<string>;
  #pending: Buffer = Buffer.alloc(0);
  #skipping = false;

  /** @param wanted names of the events to decode; the others are passed over without a look inside */
  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted;
  }

  /** Takes the next bytes, however cut, and returns the packets that they complete, in order. */
  push(chunk: Uint8Array): AmiPacket[] {
    this.#pending = this.#pending.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#pending, chunk]);
    const packets: AmiPacket[] = [];
    if (!this.started && !this.#readGreeting()) return packets;
    let from = 0;
    let searchFrom = 0;
    for (;;) {
      const end = this.#pending.indexOf(PACKET_END, searchFrom);
      if (end < 0) break;
      const reading = this.#skipping ? 'skipped' : this.#read(from, end);
      if (reading === 'open' && end - from <= MAX_PACKET_BYTES) {
        // The blank line belongs to a caller's number: the packet goes on behind it.
        searchFrom = end + 2;
        continue;
      }
      this.#skipping = false;
      if (typeof reading === 'object') packets.push(reading);
      if (reading === 'broken') this.counts.broken += 1;
      // A broken packet is left at its first blank line, so that it takes no real one with it.
      from = (reading === 'broken' ? this.#pending.indexOf(PACKET_END, from) : end) + PACKET_END.length;
      searchFrom = from;
    }
    this.#keep(from);
    return packets;
  }

  /** False while the first line has not come whole. A stream that does not begin with a greeting is read as it is. */
  #readGreeting(): boolean {
    const end = this.#pending.indexOf(LINE_END);
    if (end < 0 && this.#pending.length < MAX_GREETING_BYTES) return false;
    const line = this.#pending.toString('utf8', 0, Math.min(Math.max(end, 0), MAX_GREETING_BYTES));
    this.started = true;
    if (line.startsWith(GREETING)) {
      this.version = line.slice(GREETING.length);
      this.#pending = this.#pending.subarray(end + LINE_END.length);
    }
    return true;
  }

  #read(from: number, end: number): AmiPacket | 'open' | 'broken' | 'skipped' {
    const bytes = this.#pending;
    if (startsWith(bytes, EVENT, from)) {
      const lineEnd = bytes.indexOf(LINE_END, from);
      if (!this.#wanted.has(bytes.toString('latin1', from + EVENT.length, lineEnd))) return 'skipped';
    } else if (!startsWith(bytes, RESPONSE, from)) {
      return 'broken';
    }
    return readPacket(bytes.toString('utf8', from, end));
  }

  #keep(from: number): void {
    let rest = this.#pending.subarray(from);
    if (rest.length > MAX_PACKET_BYTES) {
      if (!this.#skipping) this.counts.broken += 1;
      this.#skipping = true;
      // What is skipped need not be kept, but its last bytes may be the beginning of its end.
      rest = rest.subarray(rest.length - PACKET_END.length + 1);
    }
    // A copy, so that a few bytes do not hold a whole read buffer.
    this.#pending = Buffer.from(rest);
  }
}

function startsWith(bytes: Buffer, prefix: Buffer, at: number): boolean {
  return bytes.compare(prefix, 0, prefix.length, at, Math.min(at + prefix.length, bytes.length)) === 0;
}
