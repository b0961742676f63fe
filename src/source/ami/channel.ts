/**
 * What the mapper remembers of one Asterisk channel while it lives, and how it reads a channel's end.
 */
import type { Direction, Ending, LegState } from '../../call/leg-event.ts';
import type { AmiPacket, ChannelBlock } from './packet.ts';

/** Asterisk's `enum ast_channel_state`, those that tell something. */
export const CHANNEL_STATE = { DOWN: 0, RING: 4, RINGING: 5, UP: 6 } as const;

export interface Channel {
  uniqueid: string;
  device: string;
  /** Linkedid at the channel's birth. Asterisk changes it silently in a transfer, pick-up or park; this stays. */
  call: string;
  /** Known from the first evidence on; a channel without any was never a leg. */
  direction?: Direction;
  /** The furthest state told so far. */
  reached?: LegState;
  /** Dialled by the PBX itself (click-to-call): no channel called it. */
  originated: boolean;
  /** The far number as it is now; of an outgoing leg the first. */
  remoteNumber?: string | undefined;
  /** The far number that was told last. */
  toldNumber?: string | undefined;
  /** The number under which it calls. */
  callerNumber?: string | undefined;
  /** All the numbers that it ever called itself by, as `numberKey` gives them. */
  ownNumbers: Set<string>;
  /** The far number that must not be shown, as `numberKey` gives it. */
  hidden?: string;
  /** The caller whose presentation its events wait for. */
  awaits?: string;
  userAgent?: string;
  firstDialEnd?: DialEnd;
  /** The last phone that it called was given up on by the PBX (ring timeout), not refused by the far end. */
  gaveUpOnLast: boolean;
  hangupRequested: boolean;
  /** The conversation that an attended transfer has joined with its own. */
  linkedCall?: string;
}

export interface DialEnd {
  status: string;
  /** The phone sent the call on (SIP 302). */
  forwarded: boolean;
}

/** `PJSIP/1001-0000006c` is a channel of the device `PJSIP/1001`. */
export function deviceOf(channelName: string): string {
  return channelName.replace(/-[0-9a-f]+(;\d)?$/i, '');
}

/** Channels that Asterisk makes for itself; a person's phone is never behind the channel itself. */
const HELPER =
  /^(Local|Message|Surrogate|Bridge|CBAnn|CBRec|ConfBridge|Announcer|Recorder|Parking|Snoop|MulticastRTP|UnicastRTP|AudioSocket|WebSocket|Async|Voicemail|Console|NBS)\//i;

export function isHelper(channelName: string): boolean {
  return HELPER.test(channelName);
}

/** Q.850 causes that Asterisk writes (causes.h). */
const CAUSE = { USER_BUSY: 17, CALL_REJECTED: 21, REDIRECTED: 23, ANSWERED_ELSEWHERE: 26 } as const;

/**
 * Why an unanswered leg ended, in the order in which the evidence weighs (table in docs/sources/asterisk.md):
 * after a cancelled dial the cause of a neighbour may stand on this channel, so the dial's own end comes first.
 */
export function endingOf(channel: Channel, cause: number): Ending {
  if (channel.direction === 'OUTGOING' && !channel.originated) {
    return channel.hangupRequested || channel.gaveUpOnLast ? 'GIVEN_UP' : 'REFUSED';
  }
  if (cause === CAUSE.ANSWERED_ELSEWHERE) return 'ELSEWHERE';
  switch (channel.firstDialEnd?.status) {
    case 'CANCEL':
      return channel.firstDialEnd.forwarded || cause === CAUSE.REDIRECTED ? 'REFUSED' : 'GIVEN_UP';
    case 'BUSY':
    case 'CONGESTION':
      return 'REFUSED';
    case undefined:
      return cause === CAUSE.USER_BUSY || cause === CAUSE.CALL_REJECTED ? 'REFUSED' : 'GIVEN_UP';
    default:
      return channel.hangupRequested ? 'REFUSED' : 'GIVEN_UP';
  }
}

/**
 * A queue ends a dial twice; the first end is the true one. A far end that refuses asks for its hang-up itself; behind a
 * helper channel that is not seen.
 */
export function endDial(dest: Channel, caller: Channel | undefined, { fields }: AmiPacket): void {
  const status = fields.get('DialStatus') ?? '';
  dest.firstDialEnd ??= { status, forwarded: (fields.get('Forward') ?? '') !== '' };
  if (caller === undefined) return;
  caller.gaveUpOnLast = status === 'NOANSWER' && !dest.hangupRequested && !isHelper(dest.device);
}

/** A number as Asterisk writes it, or undefined where it has none. */
export function numberIn(value: string): string | undefined {
  return value === '' || value === '<unknown>' ? undefined : value;
}

/** An extension that somebody dialled; not one of the dialplan's own (`s`, `h`, `i`, `t`, `failed` …). */
export function dialledNumber(block: ChannelBlock): string | undefined {
  const exten = numberIn(block.exten);
  return exten === undefined || /^([a-z]|failed|hang|busy)$/i.test(exten) ? undefined : exten;
}
