/**
 * The conversations that channels are in, and what a leg event says that its own channel does not know: the number
 * that was dialled, and who is at the far end as far as that may be shown.
 */
import type { LegEvent, LegState } from '../../call/leg-event.ts';
import { isWithheld } from '../caller-number.ts';
import { CallBook } from './call-book.ts';
import { dialledNumber, numberIn, type Channel } from './channel.ts';
import type { ChannelBlock } from './packet.ts';
import { presentationIn, Presentations, type Presentation, type Unjudged } from './presentation.ts';

export class Conversations {
  readonly #calls = new CallBook();
  readonly #presentations = new Presentations();
  readonly #ask: ((uniqueid: string, channelName: string) => void) | undefined;

  /** @param ask whether a calling channel withholds its number; left out where nobody can be asked */
  constructor(ask: ((uniqueid: string, channelName: string) => void) | undefined) {
    this.#ask = ask;
  }

  remembers(): { calls: number; callers: number } {
    return { calls: this.#calls.size, callers: this.#presentations.size };
  }

  /** True while events wait for an answer. */
  get isWaiting(): boolean {
    return this.#presentations.isAwaited;
  }

  /** A channel was born. */
  join(channel: Channel): void {
    this.#calls.join(channel);
  }

  /** A channel is gone. */
  leave(channel: Channel): void {
    if (this.#calls.leave(channel)) this.#presentations.forget(channel.call);
    if (channel.uniqueid !== channel.call) this.#presentations.forget(channel.uniqueid);
  }

  /** An attended transfer has joined the conversations of these two. */
  link(one: Channel, other: Channel): void {
    this.#calls.link(one.call, other.call);
  }

  /** The channel began its call. */
  begun(channel: Channel, block: ChannelBlock): void {
    this.#calls.begun(channel.call, dialledNumber(block));
    this.calling(channel, block);
  }

  /** Whether it withholds its number is asked, also where it shows none: then the number may be withheld as well. */
  calling(channel: Channel, block: ChannelBlock): void {
    if (!this.#presentations.calls(channel)) return;
    const number = numberIn(block.callerNumber);
    if (number !== undefined && isWithheld(number)) {
      this.#presentations.marked(channel, 'restricted', this.#judge);
    } else if (this.#ask !== undefined) {
      this.#presentations.asked(channel);
      this.#ask(channel.uniqueid, block.name);
    }
  }

  /** `CID-CallingPres` of an event of this channel. @returns the events that waited to learn it */
  marked(channel: Channel, mark: string | undefined): LegEvent[] {
    const said = presentationIn(mark);
    return said === undefined ? [] : this.#presentations.marked(channel, said, this.#judge);
  }

  /** The answer to a question. @returns the events that waited for it */
  answered(uniqueid: string, said: Presentation): LegEvent[] {
    return this.#presentations.answered(uniqueid, said, this.#judge);
  }

  /** A leg event with all that is known of the leg. @returns none if it waits */
  tell(channel: Channel, state: LegState, atMs: number, more: Partial<LegEvent> = {}): LegEvent[] {
    const { uniqueid: leg, call, device, direction, remoteNumber, userAgent } = channel;
    if (direction === undefined) return [];
    const event: LegEvent = { leg, call, device, direction, state, atMs, ...more };
    const localNumber = direction === 'INCOMING' ? this.#calls.dialled(call) : channel.callerNumber;
    if (localNumber !== undefined) event.localNumber = localNumber;
    if (userAgent !== undefined) event.userAgent = userAgent;
    if (state === 'TERMINATED' && channel.linkedCall !== undefined) event.linkedCall = channel.linkedCall;
    channel.toldNumber = remoteNumber;
    return this.#judge({ leg: channel, event, number: remoteNumber });
  }

  /** Puts in who is at the far end, as far as it may be shown; lets the event wait where that is not known yet. */
  readonly #judge = (unjudged: Unjudged): LegEvent[] => {
    const { leg, event, number } = unjudged;
    const isCalled = leg.direction === 'INCOMING';
    if (isCalled && this.#presentations.wait(unjudged)) return [];
    const isOthers = (key: string) => this.#calls.isOthers(leg, key);
    if (isCalled ? this.#presentations.withholds(leg, number, isOthers) : isWithheld(number ?? '')) {
      return [{ ...event, remote: { withheld: true } }];
    }
    return [number === undefined ? event : { ...event, remote: { withheld: false, number } }];
  };
}
