/**
 * What the mapper knows of a conversation beyond its single channels: who began it, whether that caller withholds
 * the number, and the leg events that must wait until Asterisk has said so.
 */
import type { LegEvent } from '../../call/leg-event.ts';

interface Call {
  /** Live channels of this call. */
  channels: number;
  /** What the first caller dialled, for an outside caller the user's own public number. */
  dialled?: string;
  /** The first caller's number. */
  caller?: string;
  presentation: 'open' | 'asked' | 'withheld';
  waiting: LegEvent[];
}

export class CallBook {
  readonly #calls = new Map<string, Call>();

  get size(): number {
    return this.#calls.size;
  }

  /** A channel of the call was born. */
  join(id: string): void {
    const call = this.#calls.get(id);
    if (call === undefined) this.#calls.set(id, { channels: 1, presentation: 'open', waiting: [] });
    else call.channels += 1;
  }

  /** A channel of the call is gone; with the last one the call is forgotten, once nobody waits in it. */
  leave(id: string): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    call.channels -= 1;
    this.#forgetIfOver(id, call);
  }

  /** The call's first channel tells what it dialled and as whom. */
  begun(id: string, by: { dialled: string | undefined; caller: string | undefined }): void {
    const call = this.#calls.get(id);
    if (call === undefined) return;
    if (by.dialled !== undefined) call.dialled ??= by.dialled;
    if (by.caller !== undefined) call.caller ??= by.caller;
  }

  dialled(id: string): string | undefined {
    return this.#calls.get(id)?.dialled;
  }

  /** True where `number` is the first caller's and must not be shown. */
  withholds(id: string, number: string): boolean {
    const call = this.#calls.get(id);
    return call?.presentation === 'withheld' && call.caller === number;
  }

  /** From now on the events of this call's called legs wait for `answer`. */
  asked(id: string): void {
    const call = this.#calls.get(id);
    if (call !== undefined) call.presentation = 'asked';
  }

  /** Lets an event wait if it must. @returns false if it need not */
  wait(id: string, event: LegEvent): boolean {
    const call = this.#calls.get(id);
    if (call?.presentation !== 'asked') return false;
    call.waiting.push(event);
    return true;
  }

  /** @returns the events that waited, with the caller's number taken out where it is withheld */
  answer(id: string, withheld: boolean): LegEvent[] {
    const call = this.#calls.get(id);
    if (call?.presentation !== 'asked') return [];
    call.presentation = withheld ? 'withheld' : 'open';
    const released = call.waiting.map((event) =>
      withheld && isNumber(event, call.caller) ? { ...event, remote: { withheld: true } as const } : event,
    );
    call.waiting = [];
    this.#forgetIfOver(id, call);
    return released;
  }

  #forgetIfOver(id: string, call: Call): void {
    if (call.channels <= 0 && call.presentation !== 'asked') this.#calls.delete(id);
  }
}

function isNumber(event: LegEvent, number: string | undefined): boolean {
  return event.remote !== undefined && !event.remote.withheld && event.remote.number === number;
}
