/** Watches whether the messages of each call come in order and each once. */

/**
 * `next`: as it should be (a call's first message too). `repeat`: a message that came before, under the same
 * webhook-id. `gap`: numbers are missing before it. `late`: a smaller number than one that came before.
 */
export type Order = 'next' | 'repeat' | 'gap' | 'late';

/** Calls that are remembered; the longest silent is forgotten first. */
const MAX_CALLS = 5_000;

interface Seen {
  last: number;
  ids: Set<string>;
}

export class OrderCheck {
  readonly #calls = new Map<string, Seen>();

  /** How many calls are remembered. */
  get size(): number {
    return this.#calls.size;
  }

  see(callId: string, seqNum: number, messageId: string): Order {
    const seen = this.#calls.get(callId) ?? { last: 0, ids: new Set() };
    this.#calls.delete(callId);
    this.#calls.set(callId, seen);
    const [oldest] = this.#calls.keys();
    if (this.#calls.size > MAX_CALLS && oldest !== undefined) this.#calls.delete(oldest);

    if (seen.ids.has(messageId)) return 'repeat';
    seen.ids.add(messageId);
    const order = seqNum === seen.last + 1 ? 'next' : seqNum > seen.last ? 'gap' : 'late';
    seen.last = Math.max(seen.last, seqNum);
    return order;
  }
}
