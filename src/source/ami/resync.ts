/**
 * One list of the live channels (`CoreShowChannels`), and what happened while Asterisk wrote it: the list is a
 * picture of one moment, the events around it run on.
 */
import type { Direction } from '../../call/leg-event.ts';
import { CHANNEL_STATE, dialledNumber } from './channel.ts';
import type { AmiPacket, ChannelBlock } from './packet.ts';

export interface Listed {
  block: ChannelBlock;
  /** The dialplan application that the channel runs. */
  application: string;
  /** The channel's age. */
  seconds: number;
}

export class Resync {
  readonly #listed: Listed[] = [];
  readonly #born = new Set<string>();
  readonly #ended = new Set<string>();

  list(packet: AmiPacket): void {
    if (packet.channel === undefined) return;
    this.#listed.push({
      block: packet.channel,
      application: packet.fields.get('Application') ?? '',
      seconds: secondsIn(packet.fields.get('Duration') ?? ''),
    });
  }

  born(uniqueid: string): void {
    this.#born.add(uniqueid);
  }

  ended(uniqueid: string): void {
    this.#ended.add(uniqueid);
  }

  /**
   * Listed, and not seen to end since. Callers first: whether one withholds the number must be asked before the legs
   * that it rings say a word.
   */
  listed(): Listed[] {
    const up = this.#listed.filter(({ block }) => !this.#ended.has(block.uniqueid));
    return [...up.filter((one) => !isCalled(one)), ...up.filter(isCalled)];
  }

  /** All channels that are up: listed or born meanwhile, and not ended. */
  alive(): Set<string> {
    const born = [...this.#born].filter((uniqueid) => !this.#ended.has(uniqueid));
    return new Set([...this.listed().map(({ block }) => block.uniqueid), ...born]);
  }

  /** True where a called channel of this conversation rings: its caller hears it. */
  somethingRingsIn(linkedid: string): boolean {
    return this.listed().some(
      ({ block }) => block.linkedid === linkedid && block.state === CHANNEL_STATE.RINGING,
    );
  }
}

function isCalled({ block, application }: Listed): boolean {
  return application.startsWith('App') || block.state === CHANNEL_STATE.RINGING;
}

/**
 * A channel that is first seen in a list shows its direction by the application that made it: `AppDial` and
 * `AppQueue` were called by a channel, `AppDial2` by the PBX itself or, in a call that another channel began, by
 * `Page` and its like.
 */
export function directionInList(
  block: ChannelBlock,
  application: string,
): Direction | 'originated' | undefined {
  if (application === 'AppDial2' && block.uniqueid === block.linkedid) return 'originated';
  if (application.startsWith('App') || block.state === CHANNEL_STATE.RINGING) return 'INCOMING';
  if (block.state === CHANNEL_STATE.RING) return 'OUTGOING';
  if (block.state === CHANNEL_STATE.UP) return dialledNumber(block) === undefined ? 'INCOMING' : 'OUTGOING';
  return undefined;
}

/** `01:02:03` */
function secondsIn(duration: string): number {
  return duration.split(':').reduce((sum, part) => sum * 60 + (Number(part) || 0), 0);
}
