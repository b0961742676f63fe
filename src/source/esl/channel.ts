/**
 * What the mapper remembers of one FreeSWITCH channel while it lives, and how it reads a channel's headers.
 *
 * FreeSWITCH rewrites `Caller-…` in queues, pick-ups and transfers: who a channel is and whose call it belongs to is
 * read once, when it is born (`meetChannel`), and kept.
 */
import type { Direction, LegState, RemoteParty } from '../../call/leg-event.ts';
import { isWithheld } from '../caller-number.ts';
import type { Fields } from './packet.ts';

export interface Channel {
  /** `Unique-ID`: the leg's name. */
  uuid: string;
  name: string;
  /** `Channel-Presence-ID`, `1001@pbx.example.com`, its domain in small letters: set on the channels of users, never on those of a trunk. */
  device: string;
  /** True where FreeSWITCH was called (`Call-Direction: inbound`), false where it calls. */
  isInbound: boolean;
  /** The channel that it was made for. */
  origin: string | undefined;
  /**
   * The caller of a callcenter's member, or of a group that is dialled at once (`:_:`, enterprise originate).
   * FreeSWITCH rings each member by itself: it tells the caller of such a group nothing of that.
   */
  groupCaller: Channel | undefined;
  /** Rung by FreeSWITCH itself, for no other channel: click-to-call. */
  isOriginated: boolean;
  call: string;
  /** The number of whoever is behind this channel. */
  ownNumber: string | undefined;
  /** Whoever is behind this channel withholds that number. */
  hidesNumber: boolean;
  /** What the first caller dialled. */
  dialled: string | undefined;
  /** The far party as it is known now. */
  remote: RemoteParty | undefined;
  /** A far number that must not be shown any more, as `numberKey` gives it. */
  hidden?: string;
  userAgent?: string;
  /** When a phone that was called for this channel answered, the last one. */
  calleeAnsweredAtMs?: number;
  /** The last far end that did not answer said so itself: it was no time limit of FreeSWITCH. */
  wasToldNoAnswer?: boolean;
  /** The furthest state told so far. */
  reached?: LegState;
}

/** Ends of calls within FreeSWITCH itself; no phone is ever behind them. */
const HELPER = /^(loopback|null|error|pickup)\//i;

export function isHelper({ name }: Channel): boolean {
  return HELPER.test(name);
}

/** Whether the channel can be a leg: a user's, and no helper. */
export function isUsers(channel: Channel): boolean {
  return channel.device !== '' && !isHelper(channel);
}

/** A phone that calls FreeSWITCH makes a call; so does its user whom FreeSWITCH rings first (click-to-call). */
export function directionOf({ isInbound, isOriginated }: Channel): Direction {
  return isInbound || isOriginated ? 'OUTGOING' : 'INCOMING';
}

/**
 * A channel that is seen for the first time.
 * @param known finds the channels that live
 */
export function meetChannel(fields: Fields, known: (uuid: string) => Channel | undefined): Channel {
  const uuid = fields.get('Unique-ID') ?? '';
  const isInbound = fields.get('Call-Direction') !== 'outbound';
  const device = deviceOf(fields, isInbound);
  const origin = originOf(fields, isInbound, known);
  const first = origin === undefined ? undefined : known(origin);
  const channel: Channel = {
    uuid,
    name: fields.get('Channel-Name') ?? '',
    device,
    isInbound,
    origin,
    groupCaller: known(
      fields.get('variable_ent_originate_aleg_uuid') ?? fields.get('variable_cc_member_session_uuid') ?? '',
    ),
    isOriginated: false,
    call: first?.call ?? origin ?? uuid,
    ownNumber: undefined,
    hidesNumber: false,
    dialled: first?.dialled ?? (isInbound ? numberIn(fields.get('Caller-Destination-Number')) : undefined),
    remote: undefined,
  };
  channel.isOriginated = !isInbound && origin === undefined && !isHelper(channel) && !isQueues(fields);
  channel.ownNumber = isInbound ? callingIn(fields, channel) : calleeIn(fields, channel);
  learn(channel, fields);
  return channel;
}

/** What any event may tell of its channel later on. It only ever hides. */
export function learn(channel: Channel, fields: Fields): void {
  if (channel.isInbound) channel.hidesNumber ||= withholds(fields) || isWithheld(channel.ownNumber ?? '');
  const userAgent = userAgentIn(fields);
  if (userAgent !== undefined) channel.userAgent = userAgent;
  if (channel.device === '') channel.device = presenceIn(fields);
}

/**
 * The presence id of a phone that calls is the address that it writes as its own. Where that is `anonymous`, or the
 * profile keeps no presence, the user whose password it gave counts.
 */
function deviceOf(fields: Fields, isInbound: boolean): string {
  const presenceId = presenceIn(fields);
  const isTold = presenceId !== '' && !isWithheld(presenceId);
  if (isTold || !isInbound || !fields.has('variable_sip_auth_username')) return presenceId;
  const [user, domain] = [fields.get('variable_user_name'), fields.get('variable_domain_name')];
  return user === undefined || domain === undefined ? presenceId : withSmallDomain(`${user}@${domain}`);
}

function presenceIn(fields: Fields): string {
  return withSmallDomain(fields.get('Channel-Presence-ID') ?? '');
}

/** In SIP the capital letters of a domain do not count (RFC 3261 section 19.1.4), and phones write it anyhow. */
export function withSmallDomain(address: string): string {
  return address.replace(/@.*$/, (domain) => domain.toLowerCase());
}

/**
 * The channel for which this one was made. `Channel-Call-UUID` is of no use: a queue's member has its own at first,
 * and after a pick-up the caller's channel takes over the picker's. A callcenter's and a fifo's member do not name
 * the other channel before they are bridged, but the queue's own variables do.
 */
function originOf(
  fields: Fields,
  isInbound: boolean,
  known: (uuid: string) => Channel | undefined,
): string | undefined {
  if (isInbound) {
    // The second half of a loopback is made for the first, and both for the same channel, should the first not be known
    // yet. Any other channel that calls FreeSWITCH is made for itself.
    const half = fields.get('variable_other_loopback_leg_uuid');
    const isKnown = half !== undefined && known(half) !== undefined;
    return isKnown ? half : (fields.get('variable_other_loopback_from_uuid') ?? half);
  }
  const isMadeForOther = fields.get('Other-Type') === 'originator';
  return [
    fields.get('variable_originator'),
    fields.get('variable_ent_originate_aleg_uuid'),
    fields.get('variable_originating_leg_uuid'),
    fields.get('variable_cc_member_session_uuid'),
    fields.get('variable_fifo_bridge_uuid'),
    isMadeForOther ? fields.get('Other-Leg-Unique-ID') : undefined,
    fields.get('variable_fifo_originate_uuid'),
  ].find((uuid) => uuid !== undefined && uuid !== '' && uuid !== fields.get('Unique-ID'));
}

/** A queue rings its members by itself as well. */
function isQueues(fields: Fields): boolean {
  return fields.has('variable_fifo_outbound_uuid') || fields.has('variable_fifo_originate_uuid');
}

/** `Caller-Orig-…` stays right when the other one is swapped. */
export function callerIn(fields: Fields): string | undefined {
  return (
    numberIn(fields.get('Caller-Orig-Caller-ID-Number')) ?? numberIn(fields.get('Caller-Caller-ID-Number'))
  );
}

/** A phone may call under a name; the number that FreeSWITCH shows of it to others is told beside it. */
function callingIn(fields: Fields, { device }: Channel): string | undefined {
  const told = callerIn(fields);
  const shown = fields.get('variable_effective_caller_id_number') ?? '';
  const isName = told !== undefined && /[a-z]/i.test(told) && !isWithheld(told);
  return device !== '' && isName && /^\+?\d+$/.test(shown) ? shown : told;
}

/** A browser's phone registers under a name of chance, so a user's number is read from the presence id. */
function calleeIn(fields: Fields, channel: Channel): string | undefined {
  const [user = ''] = channel.device.split('@');
  // A loopback channel's callee is a text.
  const callee = isHelper(channel) ? undefined : numberIn(fields.get('Caller-Callee-ID-Number'));
  return numberIn(user) ?? callee ?? numberIn(fields.get('Caller-Destination-Number'));
}

/** A number as FreeSWITCH writes it, or undefined for its words for none. */
export function numberIn(value: string | undefined): string | undefined {
  return value === undefined || /^(0{10}|_undef_|unknown|)$/i.test(value) ? undefined : value;
}

/**
 * True where the caller withholds the number: the flag that FreeSWITCH makes of `Privacy: id`, of a `Remote-Party-ID`
 * and of the dialplan's `privacy`, or the header itself. The number stands in the events nevertheless.
 */
export function withholds(fields: Fields): boolean {
  return (
    fields.get('Caller-Privacy-Hide-Number') === 'true' ||
    /\b(id|user|full)\b/i.test(fields.get('variable_sip_Privacy') ?? '') ||
    /\b(id|user|full)\b/i.test(fields.get('variable_sip_h_Privacy') ?? '') ||
    /hide_number/i.test(fields.get('variable_origination_privacy') ?? '')
  );
}

/** A browser's phone is known by its transport, whatever it calls itself. */
function userAgentIn(fields: Fields): string | undefined {
  const userAgent = fields.get('variable_sip_user_agent') ?? '';
  const where = ['variable_sip_contact_uri', 'variable_sip_destination_url', 'Channel-Name'];
  const isWeb =
    /^wss?$/i.test(fields.get('variable_sip_via_protocol') ?? '') ||
    where.some((header) => /;transport=wss?\b/i.test(fields.get(header) ?? ''));
  const told = `${userAgent}${isWeb ? ' transport=ws' : ''}`.trim();
  return told === '' ? undefined : told;
}
