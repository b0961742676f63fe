/** What the mapper knows of a conversation beyond its single channels: who is in it, and what its caller dialled. */
import type { Channel } from './channel.ts';

interface Call {
  /** Those alive. */
  channels: Set<Channel>;
  /** What the first caller dialled, for an outside caller the user's own public number. */
  dialled?: string;
}

export class CallBook {
  readonly #calls = new Map<string, Call>();

  get size(): number {
    return this.#calls.size;
  }

  /** A channel of the call was born. */
  join(channel: Channel): void {
    const call = this.#calls.get(channel.call) ?? { channels: new Set() };
    this.#calls.set(channel.call, call);
    call.channels.add(channel);
  }

  /** A channel of the call is gone. @returns true where it was the last one: the call is forgotten */
  leave(channel: Channel): boolean {
    const call = this.#calls.get(channel.call);
    call?.channels.delete(channel);
    return call?.channels.size === 0 && this.#calls.delete(channel.call);
  }

  /** The call's first channel tells what it dialled. */
  begun(id: string, dialled: string | undefined): void {
    const call = this.#calls.get(id);
    if (call !== undefined && dialled !== undefined) call.dialled ??= dialled;
  }

  dialled(id: string): string | undefined {
    return this.#calls.get(id)?.dialled;
  }

  /** An attended transfer joins two conversations; who is in them now, in either, remembers the other. */
  link(one: string, other: string): void {
    if (one === other) return;
    for (const channel of this.#calls.get(one)?.channels ?? []) channel.linkedCall = other;
    for (const channel of this.#calls.get(other)?.channels ?? []) channel.linkedCall = one;
  }

  /** True where the number is that of another channel of the leg's call than the leg and the first caller. */
  isOthers(leg: Channel, key: string): boolean {
    for (const channel of this.#calls.get(leg.call)?.channels ?? []) {
      if (channel !== leg && channel.uniqueid !== leg.call && channel.ownNumbers.has(key)) return true;
    }
    return false;
  }
}
