/**
 * Asterisk's channels to leg events. Pure but for what it remembers; what it must ask Asterisk it asks through
 * `ask`. The table of evidence stands in docs/sources/asterisk.md; it was learnt from recorded calls.
 *
 * A channel becomes a leg at the first evidence of its direction: dialled (INCOMING) or in state Ring (OUTGOING).
 * Helper channels (`Local/` …) never do. Renames and masquerades change nothing: `Uniqueid` stays with the phone.
 */
import {
  LEG_STATES,
  type Direction,
  type Ending,
  type LegEvent,
  type LegState,
} from '../../call/leg-event.ts';
import { numberKey } from '../caller-number.ts';
import {
  CHANNEL_STATE,
  deviceOf,
  dialledNumber,
  endDial,
  endingOf,
  isHelper,
  numberIn,
  type Channel,
} from './channel.ts';
import { Contacts } from './contacts.ts';
import { Conversations } from './conversations.ts';
import { eventTimeMs, type AmiPacket, type ChannelBlock } from './packet.ts';
import type { Presentation } from './presentation.ts';
import { directionInList, Resync, type Listed } from './resync.ts';

/** The events to decode. All are of class `call` but the answers to the two list actions. */
export const WANTED_EVENTS: ReadonlySet<string> = new Set([
  'Newchannel',
  'Newstate',
  'NewCallerid',
  'NewConnectedLine',
  'DialBegin',
  'DialState',
  'DialEnd',
  'HangupRequest',
  'Hangup',
  'AttendedTransfer',
  'CoreShowChannel',
  'CoreShowChannelsComplete',
  'ContactList',
  'ContactListComplete',
]);

export interface MapperOptions {
  /** Asks Asterisk whether this calling channel withholds its number; answered by `presentation`. */
  ask?: (uniqueid: string, channelName: string) => void;
  /** A channel that is no leg, and why. */
  ignored?: (channel: string, why: string) => void;
}

export interface ResyncResult {
  legs: LegEvent[];
  /** The names of all channels that are up. */
  alive: ReadonlySet<string>;
  /** How many listed channels had been up for a while without any event of them. */
  unannounced: number;
}

/** What `DialState` tells both ends. */
const DIAL_STATES: ReadonlyMap<string, LegState> = new Map([
  ['PROCEEDING', 'PROCEEDING'],
  ['PROGRESS', 'EARLY'],
  ['RINGING', 'EARLY'],
]);

/** Older than this, a channel must have been announced by an event if events come at all. */
const ANNOUNCED_WITHIN_S = 5;

export class AmiMapper {
  readonly contacts = new Contacts();
  readonly #channels = new Map<string, Channel>();
  readonly #conversations: Conversations;
  readonly #options: MapperOptions;
  #resync: Resync | undefined;

  constructor(options: MapperOptions = {}) {
    this.#options = options;
    this.#conversations = new Conversations(options.ask);
  }

  /**
   * Takes one event and returns the leg events that it causes, in order.
   * @param arrivedAtMs used where the event has no time of its own (`timestampevents=no`)
   */
  take(packet: AmiPacket, arrivedAtMs: number): LegEvent[] {
    const atMs = eventTimeMs(packet) ?? arrivedAtMs;
    if (packet.name === 'Newchannel' && packet.channel !== undefined) this.#born(packet.channel);
    const channel = this.#meet(packet.channel);
    const dest = this.#meet(packet.dest);
    switch (packet.name) {
      case 'Newchannel':
      case 'Newstate':
        return channel === undefined ? [] : this.#stateSeen(channel, packet.channel!, atMs);
      case 'NewCallerid':
        return this.#marked(packet);
      case 'NewConnectedLine':
        return channel === undefined ? [] : this.#farPartyChanged(channel, atMs);
      case 'DialBegin':
        return [
          ...this.#called(packet, dest, 'TRYING', atMs),
          ...this.#callerHears(channel, 'PROCEEDING', atMs),
        ];
      case 'DialState':
        return this.#dialGoesOn(packet, channel, dest, atMs);
      case 'DialEnd':
        if (dest === undefined) return [];
        endDial(dest, channel, packet);
        return this.#called(packet, dest, 'TRYING', atMs);
      case 'HangupRequest':
        if (channel !== undefined) channel.hangupRequested = true;
        return [];
      case 'AttendedTransfer':
        this.#transferred(packet);
        return [];
      case 'Hangup':
        if (packet.channel !== undefined) this.#resync?.ended(packet.channel.uniqueid);
        return channel === undefined
          ? []
          : this.#hungUp(channel, Number(packet.fields.get('Cause') ?? 0), atMs);
      default:
        return [];
    }
  }

  /** How much is remembered at the moment. */
  remembers(): { channels: number; calls: number; callers: number } {
    return { channels: this.#channels.size, ...this.#conversations.remembers() };
  }

  /** The answer to `ask`: returns the events that waited for it. */
  presentation(uniqueid: string, said: Presentation): LegEvent[] {
    return this.#conversations.answered(uniqueid, said);
  }

  /** True while events wait for an answer. */
  get isWaiting(): boolean {
    return this.#conversations.isWaiting;
  }

  /** The names of all channels that may be legs and are up. */
  alive(): Set<string> {
    return new Set(this.#channels.keys());
  }

  /** A list of the live channels was asked for: births and ends are now remembered against it. */
  beginResync(): void {
    this.#resync = new Resync();
  }

  /** One `CoreShowChannel` of the list that was asked for. */
  list(packet: AmiPacket): void {
    this.#resync?.list(packet);
  }

  /** The list is complete: known channels that are not in it are forgotten, new ones appear in their state. */
  completeResync(atMs: number): ResyncResult {
    const resync = this.#resync ?? new Resync();
    this.#resync = undefined;
    const alive = resync.alive();
    for (const channel of this.#channels.values()) if (!alive.has(channel.uniqueid)) this.#forget(channel);

    const legs: LegEvent[] = [];
    let unannounced = 0;
    for (const listed of resync.listed()) {
      const { block, seconds } = listed;
      if (isHelper(block.name)) continue;
      if (!this.#channels.has(block.uniqueid) && seconds >= ANNOUNCED_WITHIN_S) unannounced += 1;
      legs.push(...this.#listed(listed, resync.somethingRingsIn(block.linkedid), atMs));
    }
    return { legs, alive, unannounced };
  }

  #listed({ block, application }: Listed, rings: boolean, atMs: number): LegEvent[] {
    const legs: LegEvent[] = [];
    const known = this.#channels.get(block.uniqueid);
    const channel = known ?? this.#born(block);
    if (channel === undefined) return [];
    const before = channel.reached;
    this.#learn(channel, block);
    if (channel.direction === undefined) {
      const direction = directionInList(block, application);
      if (direction === 'originated') channel.originated = true;
      if (direction !== undefined)
        this.#direct(channel, direction === 'INCOMING' ? direction : 'OUTGOING', block);
      if (known === undefined && !application.startsWith('App')) this.#conversations.calling(channel, block);
      if (block.state === CHANNEL_STATE.DOWN) legs.push(...this.#reach(channel, 'TRYING', atMs));
    }
    if (block.state === CHANNEL_STATE.RING && rings) legs.push(...this.#reach(channel, 'EARLY', atMs));
    legs.push(...this.#stateSeen(channel, block, atMs));
    // Said again, for a device that the directory did not have when it was said first.
    return before !== undefined && channel.reached === before
      ? this.#conversations.tell(channel, before, atMs)
      : legs;
  }

  #born(block: ChannelBlock): Channel | undefined {
    if (isHelper(block.name)) {
      this.#options.ignored?.(block.name, "a helper channel of Asterisk's own, not a phone");
      return undefined;
    }
    const known = this.#channels.get(block.uniqueid);
    if (known !== undefined) return known;
    const channel: Channel = {
      uniqueid: block.uniqueid,
      device: deviceOf(block.name),
      call: block.linkedid,
      originated: false,
      ownNumbers: new Set(),
      hangupRequested: false,
      gaveUpOnLast: false,
    };
    this.#channels.set(block.uniqueid, channel);
    this.#conversations.join(channel);
    this.#resync?.born(block.uniqueid);
    return channel;
  }

  /** Who transfers lets go of both calls: an unanswered consultation was given up, not refused. */
  #transferred({ others, fields }: AmiPacket): void {
    const [first, second] = ['OrigTransferer', 'SecondTransferer'].map((role) =>
      this.#meet(others?.get(role)),
    );
    for (const transferer of [first, second]) if (transferer !== undefined) transferer.hangupRequested = true;
    const isDone = (fields.get('Result') ?? 'Success') === 'Success';
    if (isDone && first !== undefined && second !== undefined) this.#conversations.link(first, second);
  }

  #forget(channel: Channel): void {
    this.#channels.delete(channel.uniqueid);
    this.#conversations.leave(channel);
    this.#resync?.ended(channel.uniqueid);
  }

  /** The known channel of a block, with what the block tells of it. */
  #meet(block: ChannelBlock | undefined): Channel | undefined {
    const channel = block === undefined ? undefined : this.#channels.get(block.uniqueid);
    if (channel !== undefined && block !== undefined) this.#learn(channel, block);
    return channel;
  }

  #learn(channel: Channel, block: ChannelBlock): void {
    const own = numberIn(block.callerNumber);
    if (own !== undefined) {
      channel.callerNumber = own;
      channel.ownNumbers.add(numberKey(own));
    }
    if (channel.direction === 'OUTGOING') channel.remoteNumber ??= dialledNumber(block);
    else channel.remoteNumber = numberIn(block.connectedNumber) ?? channel.remoteNumber;
  }

  /** The first evidence of a direction makes the channel a leg. */
  #direct(channel: Channel, direction: Direction, block: ChannelBlock): void {
    if (channel.direction !== undefined) return;
    channel.direction = direction;
    if (direction === 'INCOMING') return;
    channel.remoteNumber = dialledNumber(block);
    if (channel.originated || channel.uniqueid !== channel.call) return;
    this.#conversations.begun(channel, block);
  }

  /** A helper channel speaks for the caller whose call it serves. */
  #marked({ channel: block, fields }: AmiPacket): LegEvent[] {
    if (block === undefined) return [];
    const channel = this.#channels.get(isHelper(block.name) ? block.linkedid : block.uniqueid);
    return channel === undefined ? [] : this.#conversations.marked(channel, fields.get('CID-CallingPres'));
  }

  /** Said again for a leg that was answered before its far party was known. */
  #farPartyChanged(channel: Channel, atMs: number): LegEvent[] {
    const { direction, reached, remoteNumber, toldNumber } = channel;
    if (direction !== 'INCOMING' || reached !== 'CONFIRMED' || remoteNumber === toldNumber) return [];
    return this.#conversations.tell(channel, reached, atMs);
  }

  #stateSeen(channel: Channel, block: ChannelBlock, atMs: number): LegEvent[] {
    switch (block.state) {
      case CHANNEL_STATE.RING:
        this.#direct(channel, 'OUTGOING', block);
        return this.#reach(channel, 'TRYING', atMs);
      case CHANNEL_STATE.RINGING:
        this.#direct(channel, 'INCOMING', block);
        return this.#reach(channel, 'EARLY', atMs);
      case CHANNEL_STATE.UP:
        this.#direct(channel, 'INCOMING', block);
        return this.#reach(channel, 'CONFIRMED', atMs);
      default:
        return [];
    }
  }

  /** The PBX calls `dest`. Without a calling channel, in a call of its own, it does so for itself: click-to-call. */
  #called(packet: AmiPacket, dest: Channel | undefined, state: LegState, atMs: number): LegEvent[] {
    if (dest === undefined || packet.dest === undefined) return [];
    if (dest.direction === undefined) {
      // Page() and its like call for a channel that they do not name; the conversation is that one's.
      dest.originated = packet.channel === undefined && packet.dest.uniqueid === packet.dest.linkedid;
      this.#direct(dest, dest.originated ? 'OUTGOING' : 'INCOMING', packet.dest);
      const userAgent = this.contacts.userAgentOf(dest.device, packet.fields.get('DialString'));
      if (userAgent !== undefined) dest.userAgent = userAgent;
    }
    return this.#reach(dest, state, atMs);
  }

  /** What the PBX learns of the far end, a leg that calls hears. */
  #callerHears(caller: Channel | undefined, state: LegState, atMs: number): LegEvent[] {
    return caller?.direction === 'OUTGOING' && !caller.originated ? this.#reach(caller, state, atMs) : [];
  }

  #dialGoesOn(
    packet: AmiPacket,
    caller: Channel | undefined,
    dest: Channel | undefined,
    atMs: number,
  ): LegEvent[] {
    const state = DIAL_STATES.get(packet.fields.get('DialStatus') ?? '');
    if (state === undefined) return [];
    return [...this.#called(packet, dest, state, atMs), ...this.#callerHears(caller, state, atMs)];
  }

  #hungUp(channel: Channel, cause: number, atMs: number): LegEvent[] {
    const events = this.#reach(channel, 'TERMINATED', atMs, endingOf(channel, cause));
    if (channel.direction === undefined) {
      this.#options.ignored?.(channel.device, 'a channel that neither called nor was called');
    }
    this.#forget(channel);
    return events;
  }

  #reach(channel: Channel, state: LegState, atMs: number, ending?: Ending): LegEvent[] {
    const { direction, reached } = channel;
    if (direction === undefined || (reached !== undefined && rank(state) <= rank(reached))) return [];
    channel.reached = state;
    const more: Partial<LegEvent> = {};
    if (ending !== undefined) more.ending = ending;
    if (state === 'TERMINATED' && reached !== undefined) more.after = reached;
    return this.#conversations.tell(channel, state, atMs, more);
  }
}

function rank(state: LegState): number {
  return LEG_STATES.indexOf(state);
}
