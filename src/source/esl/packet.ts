/**
 * What FreeSWITCH says on its Event Socket, one packet after the other, and how an event is read.
 * Source: https://developer.signalwire.com/freeswitch/FreeSWITCH-Explained/Modules/mod_event_socket_1048924/
 *
 * A packet's length is told before it, and an event's values are written so that no line break stands in them
 * (percent signs in plain events, JSON in JSON ones): whatever a caller writes, it stays a value.
 */

export type EslPacket =
  /** FreeSWITCH asks for the password: its first word. */
  | { kind: 'greeting' }
  /** Its first word to an address that its access list does not let in. */
  | { kind: 'turned away' }
  /** The answer to a command; `+OK …` or `-ERR …`. */
  | { kind: 'reply'; text: string; fields: Fields }
  /** The answer to `api …`; without a body where that was longer than anybody could want. */
  | { kind: 'response'; body?: string }
  | { kind: 'event'; name: string; fields: Fields }
  /** FreeSWITCH is about to close the connection. */
  | { kind: 'farewell' };

/** The headers that are needed, by name. A value that is a list has only its first item here. */
export type Fields = ReadonlyMap<string, string>;

/** The events that tell something of a channel's life; which of them to ask for stands in run.ts. */
export const WANTED_EVENTS: ReadonlySet<string> = new Set([
  'CHANNEL_CREATE',
  'CHANNEL_PROGRESS',
  'CHANNEL_PROGRESS_MEDIA',
  'CHANNEL_CALLSTATE',
  'CHANNEL_ANSWER',
  'CHANNEL_BRIDGE',
  'CHANNEL_HANGUP_COMPLETE',
  'CHANNEL_DESTROY',
]);

/** Of some 200 headers of an event those that are read. */
const WANTED_FIELDS: ReadonlySet<string> = new Set([
  'Event-Name',
  'Event-Date-Timestamp',
  'Unique-ID',
  'Call-Direction',
  'Channel-Name',
  'Channel-Presence-ID',
  'Channel-Call-State',
  'Answer-State',
  'Caller-Caller-ID-Number',
  'Caller-Orig-Caller-ID-Number',
  'Caller-Callee-ID-Number',
  'Caller-Destination-Number',
  'Caller-Privacy-Hide-Number',
  'Caller-Channel-Created-Time',
  'Caller-Channel-Progress-Time',
  'Caller-Channel-Progress-Media-Time',
  'Caller-Channel-Hangup-Time',
  'Other-Type',
  'Other-Leg-Unique-ID',
  'Other-Leg-Privacy-Hide-Number',
  'Hangup-Cause',
  'variable_originator',
  'variable_ent_originate_aleg_uuid',
  'variable_originating_leg_uuid',
  'variable_cc_member_session_uuid',
  'variable_fifo_bridge_uuid',
  'variable_fifo_originate_uuid',
  'variable_fifo_outbound_uuid',
  'variable_other_loopback_leg_uuid',
  'variable_other_loopback_from_uuid',
  'variable_current_application',
  'variable_originate_disposition',
  'variable_endpoint_disposition',
  'variable_sip_hangup_disposition',
  'variable_sip_term_status',
  'variable_sip_auth_username',
  'variable_user_name',
  'variable_domain_name',
  'variable_effective_caller_id_number',
  'variable_sip_user_agent',
  'variable_sip_via_protocol',
  'variable_sip_contact_uri',
  'variable_sip_destination_url',
  'variable_sip_Privacy',
  'variable_sip_h_Privacy',
  'variable_origination_privacy',
]);

/** @returns undefined for an event that nobody wants */
export function readPlainEvent(body: string): EslPacket | undefined {
  const name = /(?:^|\n)Event-Name: (\w+)/.exec(body)?.[1] ?? '';
  if (!WANTED_EVENTS.has(name)) return undefined;
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length;) {
    const end = lineEnd(body, at);
    // A blank line: what follows is the event's own body.
    if (end === at) break;
    const colon = body.indexOf(': ', at);
    const header = body.slice(at, Math.max(at, Math.min(colon, end)));
    if (WANTED_FIELDS.has(header) && !fields.has(header)) {
      fields.set(header, firstOf(decode(body.slice(colon + 2, end))));
    }
    at = end + 1;
  }
  return { kind: 'event', name, fields };
}

/** @returns undefined for an event that nobody wants, `broken` for what is no JSON object */
export function readJsonEvent(body: string): EslPacket | 'broken' | undefined {
  // Most of what a recording of all classes holds need not be read any further.
  const named = /"Event-Name":"(\w+)"/.exec(body)?.[1] ?? '';
  if (!WANTED_EVENTS.has(named)) return undefined;
  const fields = readJsonFields(body);
  const name = fields?.get('Event-Name') ?? '';
  if (fields === undefined) return 'broken';
  return WANTED_EVENTS.has(name) ? { kind: 'event', name, fields } : undefined;
}

/** An event's headers as JSON, also in the answer to `uuid_dump … json`. @returns undefined for no JSON object */
export function readJsonFields(body: string): Fields | undefined {
  const read = parseJson(body);
  if (typeof read !== 'object' || read === null || Array.isArray(read)) return undefined;
  const fields = new Map<string, string>();
  for (const [header, value] of Object.entries(read)) {
    if (!WANTED_FIELDS.has(header)) continue;
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === 'string') fields.set(header, first);
  }
  return fields;
}

/** @returns undefined for what is no JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** FreeSWITCH's own time of an event, milliseconds since 1970; its clock moves on every 20 ms. */
export function eventTimeMs(fields: Fields): number | undefined {
  return microseconds(fields.get('Event-Date-Timestamp'));
}

/** @returns milliseconds; undefined for a time that never was, which FreeSWITCH writes as 0 */
export function microseconds(value: string | undefined): number | undefined {
  return value !== undefined && /^\d{15,17}$/.test(value) ? Math.round(Number(value) / 1_000) : undefined;
}

function lineEnd(body: string, from: number): number {
  const end = body.indexOf('\n', from);
  return end < 0 ? body.length : end;
}

function decode(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    // Not UTF-8 within: what can be read is.
    const bytes = value.replace(/%([0-9a-f]{2})/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    return Buffer.from(bytes, 'latin1').toString('utf8');
  }
}

/** In plain events a list is `ARRAY::first|:second`. */
function firstOf(value: string): string {
  return value.startsWith('ARRAY::') ? (value.slice('ARRAY::'.length).split('|:')[0] ?? '') : value;
}
