/**
 * SIP over a byte stream (RFC 3261 section 18.3): any chunking gives the same messages, memory is bounded. `Content-Length`
 * counts bytes and must be there; where it is wrong, nothing behind it can be trusted.
 */
import {
  contentLength,
  MAX_HEAD_BYTES,
  MAX_MESSAGE_BYTES,
  messageOf,
  parseHead,
  type Head,
  type SipMessage,
} from './message.ts';

const HEAD_END = Buffer.from('\r\n\r\n');

export class SipStream {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  /** The message whose body is awaited. */
  #awaited: { head: Head; length: number } | undefined;
  #isBroken = false;

  /** True once something came that is no SIP; then nothing is read any more. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Takes the next bytes, however cut, and returns the messages that they complete, in order. */
  push(chunk: Uint8Array): SipMessage[] {
    if (this.#isBroken) return [];
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    // A body is put together once, when all of it is there.
    if (this.#awaited !== undefined && this.#bytes < this.#awaited.length) return [];
    let rest = Buffer.concat(this.#chunks);
    const messages: SipMessage[] = [];
    for (;;) {
      // Keep-alives stand between messages (RFC 5626 section 3.5.1).
      if (this.#awaited === undefined) rest = rest.subarray(leadingBlank(rest));
      this.#awaited ??= this.#readHead(rest);
      if (this.#awaited === undefined) break;
      const { head, length } = this.#awaited;
      if (rest.length < length) break;
      const body = rest.subarray(headBytes(rest), length);
      const message = messageOf(head, Buffer.from(body));
      if (message !== undefined) messages.push(message);
      this.#awaited = undefined;
      rest = rest.subarray(length);
    }
    // A copy, so that a few bytes do not hold a whole read buffer.
    this.#chunks = this.#isBroken || rest.length === 0 ? [] : [Buffer.from(rest)];
    this.#bytes = rest.length;
    return messages;
  }

  /** @returns the head and the length of the whole message; undefined while the head is not complete */
  #readHead(bytes: Buffer): { head: Head; length: number } | undefined {
    const end = bytes.indexOf(HEAD_END);
    if (end < 0 || end > MAX_HEAD_BYTES) {
      this.#isBroken = bytes.length > MAX_HEAD_BYTES;
      return undefined;
    }
    const head = parseHead(bytes.toString('utf8', 0, end));
    const body = head === undefined ? undefined : contentLength(head.headers);
    if (head === undefined || body === undefined || !(body <= MAX_MESSAGE_BYTES)) {
      this.#isBroken = true;
      return undefined;
    }
    return { head, length: end + HEAD_END.length + body };
  }
}

function headBytes(bytes: Buffer): number {
  return bytes.indexOf(HEAD_END) + HEAD_END.length;
}

function leadingBlank(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at += 1;
  return at;
}
