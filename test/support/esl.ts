/** Writes events as FreeSWITCH does. */
import type { LegEvent } from '../../src/call/leg-event.ts';
import { EslDecoder } from '../../src/source/esl/decoder.ts';
import { EslMapper } from '../../src/source/esl/mapper.ts';

export type Headers = Readonly<Record<string, string>>;

export function packet(type: string, body: string): string {
  return `Content-Length: ${Buffer.byteLength(body)}\nContent-Type: ${type}\n\n${body}`;
}

export function plainEvent(headers: Headers): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${encodeURIComponent(value)}\n`);
  return packet('text/event-plain', `${lines.join('')}\n`);
}

export function event(name: string, channel: Headers, more: Headers = {}): string {
  return plainEvent({ 'Event-Name': name, ...channel, ...more });
}

/** A trunk's channel, called by the outside. */
export const TRUNK: Headers = {
  'Unique-ID': 'a',
  'Call-Direction': 'inbound',
  'Channel-Name': 'sofia/external/+358409401234@192.0.2.1',
  'Caller-Caller-ID-Number': '+358409401234',
  'Caller-Orig-Caller-ID-Number': '+358409401234',
  'Caller-Destination-Number': '+35894271001',
};

/** The channel of the phone that is rung for it. */
export const PHONE: Headers = {
  'Unique-ID': 'b',
  'Call-Direction': 'outbound',
  'Channel-Name': 'sofia/internal/1001@192.0.2.2:5060',
  'Channel-Presence-ID': '1001@pbx.example.com',
  'Caller-Caller-ID-Number': '+358409401234',
  'Caller-Callee-ID-Number': '1001',
  'Caller-Destination-Number': '1001',
  'Other-Type': 'originator',
  'Other-Leg-Unique-ID': 'a',
  variable_originator: 'a',
};

/** The trunk's call to the phone, up to its ringing. */
export const RINGING = [
  event('CHANNEL_CREATE', TRUNK),
  event('CHANNEL_CREATE', PHONE),
  event('CHANNEL_PROGRESS', PHONE),
].join('');

export const ANSWERED = event('CHANNEL_ANSWER', PHONE);
export const HUNG_UP = event('CHANNEL_HANGUP_COMPLETE', PHONE, { 'Hangup-Cause': 'NORMAL_CLEARING' });

/** Runs what FreeSWITCH writes through decoder and mapper. */
export function map(text: string, mapper = new EslMapper()): LegEvent[] {
  return new EslDecoder()
    .push(Buffer.from(text))
    .flatMap((one) => (one.kind === 'event' ? mapper.take(one, 1_000) : []));
}

/** A row of `show channels as json`. */
export function row(channel: Headers, callstate: string): Headers {
  return {
    uuid: channel['Unique-ID'] ?? '',
    direction: channel['Call-Direction'] ?? '',
    name: channel['Channel-Name'] ?? '',
    presence_id: channel['Channel-Presence-ID'] ?? '',
    callstate,
    call_uuid: channel['Other-Leg-Unique-ID'] ?? channel['Unique-ID'] ?? '',
    cid_num: channel['Caller-Caller-ID-Number'] ?? '',
    initial_cid_num: channel['Caller-Caller-ID-Number'] ?? '',
    initial_dest: channel['Caller-Destination-Number'] ?? '',
  };
}

export function list(rows: readonly Headers[]): string {
  return JSON.stringify(rows.length === 0 ? { row_count: 0 } : { row_count: rows.length, rows });
}
