/**
 * FreeSWITCH's channels to leg events. Pure but for what it remembers. The table of evidence stands in
 * docs/sources/freeswitch.md; it was learnt from recorded calls.
 *
 * A channel with a presence id is a leg from its birth on; the others are remembered for what they tell of their far
 * ends. FreeSWITCH keeps the order of events within one channel, but not over channels. After a channel's end events
 * of it may still come: only its birth and its progress make a channel known.
 */
import { LEG_STATES, type Ending, type LegEvent, type LegState } from '../../call/leg-event.ts';
import { isWithheld, numberKey } from '../caller-number.ts';
import {
  callerIn,
  directionOf,
  isHelper,
  isUsers,
  learn,
  meetChannel,
  numberIn,
  withholds,
  type Channel,
} from './channel.ts';
import { endedAtMs, endingOf } from './ending.ts';
import { eventTimeMs, type EslPacket, type Fields } from './packet.ts';
import { Resync, stateNow, type Detail, type ListedChannel } from './resync.ts';

export interface MapperOptions {
  /** A channel that is no leg, and why. */
  ignored?: (channel: string, why: string) => void;
}

export interface ResyncResult {
  legs: LegEvent[];
  /** The names of all channels that are up. */
  alive: ReadonlySet<string>;
}

/**
 * Applications that answer by themselves: FreeSWITCH then tells progress with media in the same moment, of which
 * nothing was to be heard on the line.
 */
const ANSWERING = new Set([
  'answer',
  'callcenter',
  'conference',
  'fifo',
  'intercept',
  'javascript',
  'lua',
  'rxfax',
  'txfax',
  'valet_park',
  'voicemail',
]);

type Event = Extract<EslPacket, { kind: 'event' }>;

export class EslMapper {
  readonly #channels = new Map<string, Channel>();
  readonly #options: MapperOptions;
  #resync: Resync | undefined;

  constructor(options: MapperOptions = {}) {
    this.#options = options;
  }

  /**
   * Takes one event and returns the leg events that it causes, in order.
   * @param arrivedAtMs used where the event has no time of its own
   */
  take({ name, fields }: Event, arrivedAtMs: number): LegEvent[] {
    const atMs = eventTimeMs(fields) ?? arrivedAtMs;
    const uuid = fields.get('Unique-ID') ?? '';
    switch (name) {
      case 'CHANNEL_CREATE':
        return this.#reach(this.#meet(fields), 'TRYING', atMs);
      case 'CHANNEL_PROGRESS':
        return this.#rings(this.#meet(fields), atMs);
      case 'CHANNEL_PROGRESS_MEDIA': {
        const channel = this.#meet(fields);
        return isUnheard(channel, fields, atMs) ? [] : this.#reach(channel, 'EARLY', atMs);
      }
      case 'CHANNEL_CALLSTATE':
        return this.#callStateSeen(this.#channels.get(uuid), fields, atMs);
      case 'CHANNEL_ANSWER':
        return this.#answered(this.#meet(fields), atMs);
      case 'CHANNEL_BRIDGE':
        return this.#bridged(uuid, fields.get('Other-Leg-Unique-ID') ?? '', fields, atMs);
      case 'CHANNEL_HANGUP_COMPLETE':
      case 'CHANNEL_DESTROY':
        return this.#ended(uuid, fields, atMs);
      default:
        return [];
    }
  }

  /** How many channels are remembered at the moment. */
  get remembers(): number {
    return this.#channels.size;
  }

  /** A list of the live channels was asked for: births and ends are now remembered against it. */
  beginResync(): void {
    this.#resync = new Resync();
  }

  /** The channels that the list and what is remembered do not agree on: each must be asked for by itself. */
  unsure(listed: readonly ListedChannel[]): string[] {
    return this.#resync?.unsure(listed, new Set(this.#channels.keys())) ?? [];
  }

  /**
   * The list is complete: known channels that are gone are forgotten, new ones appear in their state.
   * @param details what was answered to `unsure`
   */
  completeResync(
    listed: readonly ListedChannel[],
    details: ReadonlyMap<string, Detail>,
    atMs: number,
  ): ResyncResult {
    const resync = this.#resync ?? new Resync();
    this.#resync = undefined;
    const up = resync.up(listed, details);
    const alive = resync.alive(up);
    for (const uuid of this.#channels.keys()) if (!alive.has(uuid)) this.#channels.delete(uuid);

    const legs = up.flatMap(({ uuid, fields }) => {
      const known = this.#channels.get(uuid);
      const channel = this.#meet(fields);
      const now = stateNow(channel.isInbound, fields);
      const told = now === undefined ? [] : this.#reach(channel, now, atMs);
      // Said again, for a device that the directory did not have when it was said first.
      const isRepeated = known?.reached !== undefined && told.length === 0;
      return isRepeated ? this.#tell(channel, known.reached ?? 'TRYING', atMs) : told;
    });
    return { legs, alive };
  }

  /** The known channel, or a new one, with what the event tells of it. */
  #meet(fields: Fields): Channel {
    const known = this.#channels.get(fields.get('Unique-ID') ?? '');
    if (known !== undefined) {
      learn(known, fields);
      return known;
    }
    const channel = meetChannel(fields, (uuid) => this.#channels.get(uuid));
    this.#channels.set(channel.uuid, channel);
    this.#resync?.born(channel.uuid);
    this.#lookAtFarParty(channel, fields);
    return channel;
  }

  #originOf({ origin }: Channel): Channel | undefined {
    return origin === undefined ? undefined : this.#channels.get(origin);
  }

  /** Who is at the far end, as the channel's birth tells it. */
  #lookAtFarParty(channel: Channel, fields: Fields): void {
    const origin = this.#originOf(channel);
    if (channel.isInbound) {
      this.#farPartyIs(channel, numberIn(fields.get('Caller-Destination-Number')), false);
    } else if (channel.isOriginated) {
      // Rung under the number that is called next, or under the user's own.
      const shown = numberIn(fields.get('Caller-Caller-ID-Number'));
      this.#farPartyIs(channel, shown === channel.ownNumber ? undefined : shown, false);
    } else {
      const hides =
        withholds(fields) ||
        fields.get('Other-Leg-Privacy-Hide-Number') === 'true' ||
        (origin?.hidesNumber ?? false);
      this.#farPartyIs(channel, origin?.ownNumber ?? callerIn(fields), hides);
    }
    // Whom a click-to-call reaches is known when that channel is made.
    if (origin?.isOriginated === true && origin.remote === undefined) {
      this.#farPartyIs(origin, channel.ownNumber, false);
    }
  }

  /** @param hides whether the far party withholds the number */
  #farPartyIs(channel: Channel, number: string | undefined, hides: boolean): void {
    const key = number === undefined ? undefined : numberKey(number);
    if (hides || isWithheld(number ?? '') || (key !== undefined && key === channel.hidden)) {
      // It stays hidden, whichever channel brings it back.
      if (key !== undefined) channel.hidden = key;
      channel.remote = { withheld: true };
    } else if (number !== undefined) {
      channel.remote = { withheld: false, number };
    }
  }

  #rings(channel: Channel, atMs: number): LegEvent[] {
    const { groupCaller } = channel;
    const heard = groupCaller === undefined ? [] : this.#reach(groupCaller, 'EARLY', atMs);
    return [...this.#reach(channel, 'EARLY', atMs), ...heard];
  }

  #answered(channel: Channel, atMs: number): LegEvent[] {
    const origin = this.#originOf(channel);
    if (origin !== undefined) origin.calleeAnsweredAtMs = atMs;
    return this.#reach(channel, 'CONFIRMED', atMs);
  }

  /** Two channels talk: each is the other's far end now. A leg that learns its far party here says its state again. */
  #bridged(uuid: string, other: string, fields: Fields, atMs: number): LegEvent[] {
    const channel = this.#channels.get(uuid);
    if (channel !== undefined) learn(channel, fields);
    const peer = this.#channels.get(other);
    if (channel === undefined || peer === undefined) return [];
    return [...this.#talksTo(channel, peer, atMs), ...this.#talksTo(peer, channel, atMs)];
  }

  #talksTo(channel: Channel, peer: Channel, atMs: number): LegEvent[] {
    // Who calls knows the far party already, but for a phone that was rung to be put together with another one.
    const learns =
      directionOf(channel) === 'INCOMING' || (channel.isOriginated && channel.remote === undefined);
    if (!learns || isHelper(peer)) return [];
    const before = JSON.stringify(channel.remote);
    this.#farPartyIs(channel, peer.ownNumber, peer.hidesNumber);
    return channel.reached === 'CONFIRMED' && JSON.stringify(channel.remote) !== before
      ? this.#tell(channel, channel.reached, atMs)
      : [];
  }

  /** Of a called channel only: the caller's own is "ringing" from the start. */
  #callStateSeen(channel: Channel | undefined, fields: Fields, atMs: number): LegEvent[] {
    const rings = /^(RINGING|EARLY)$/.test(fields.get('Channel-Call-State') ?? '');
    return channel === undefined || channel.isInbound || !rings ? [] : this.#reach(channel, 'EARLY', atMs);
  }

  #ended(uuid: string, fields: Fields, atMs: number): LegEvent[] {
    this.#resync?.ended(uuid);
    const channel = this.#channels.get(uuid);
    if (channel === undefined) return [];
    learn(channel, fields);
    this.#channels.delete(uuid);
    if (!isUsers(channel)) {
      const why = isHelper(channel)
        ? "a helper channel of FreeSWITCH's own, not a phone"
        : 'no presence id, so not the phone of a registered user';
      this.#options.ignored?.(channel.name, why);
    }
    const ending = endingOf(channel, fields);
    const origin = this.#originOf(channel);
    if (origin !== undefined && fields.get('Hangup-Cause') === 'NO_ANSWER') {
      origin.wasToldNoAnswer = ending === 'REFUSED';
    }
    return this.#reach(channel, 'TERMINATED', endedAtMs(fields, atMs), ending);
  }

  #reach(channel: Channel, state: LegState, atMs: number, ending?: Ending): LegEvent[] {
    const { reached } = channel;
    if (!isUsers(channel) || (reached !== undefined && rank(state) <= rank(reached))) return [];
    channel.reached = state;
    const more: Partial<LegEvent> = {};
    if (ending !== undefined) more.ending = ending;
    if (state === 'TERMINATED' && reached !== undefined) more.after = reached;
    return this.#tell(channel, state, atMs, more);
  }

  #tell(channel: Channel, state: LegState, atMs: number, more: Partial<LegEvent> = {}): LegEvent[] {
    const { uuid: leg, call, device, ownNumber, dialled, remote, userAgent } = channel;
    const direction = directionOf(channel);
    const event: LegEvent = { leg, call, device, direction, state, atMs, ...more };
    const localNumber = direction === 'INCOMING' ? dialled : ownNumber;
    if (localNumber !== undefined) event.localNumber = localNumber;
    if (userAgent !== undefined) event.userAgent = userAgent;
    if (remote !== undefined) event.remote = remote;
    return [event];
  }
}

/** Progress with media that comes with the answer itself: nothing rang for the caller. */
function isUnheard({ isInbound, calleeAnsweredAtMs }: Channel, fields: Fields, atMs: number): boolean {
  const application = fields.get('variable_current_application') ?? '';
  const isTooLate = calleeAnsweredAtMs !== undefined && atMs >= calleeAnsweredAtMs;
  return isInbound && (isTooLate || ANSWERING.has(application));
}

function rank(state: LegState): number {
  return LEG_STATES.indexOf(state);
}
