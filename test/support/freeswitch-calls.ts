/** Calls as FreeSWITCH tells them, channel by channel, and what becomes of them in the end: the whole pipeline. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playBack } from '../../src/cli/playback/play-back.ts';
import { assertContract, type Message } from './expectation.ts';
import { event, packet, type Headers } from './esl.ts';
import { freeswitchDirectory } from './transcripts.ts';

export const CALLER = '+358401234567';

const DOMAIN = 'pbx.example.com';

/** A trunk's channel: the outside calls. */
export function fromOutside(uuid: string, dialled = '+35894271001', number = CALLER): Headers {
  return {
    'Unique-ID': uuid,
    'Call-Direction': 'inbound',
    'Channel-Name': `sofia/external/${number}@192.0.2.1`,
    'Caller-Caller-ID-Number': number,
    'Caller-Orig-Caller-ID-Number': number,
    'Caller-Destination-Number': dialled,
    'Caller-Privacy-Hide-Number': 'false',
  };
}

/** The channel of a user's phone that calls. */
export function fromPhone(uuid: string, user: string, dialled: string): Headers {
  return {
    'Unique-ID': uuid,
    'Call-Direction': 'inbound',
    'Channel-Name': `sofia/internal/${user}@${DOMAIN}`,
    'Channel-Presence-ID': `${user}@${DOMAIN}`,
    'Caller-Caller-ID-Number': user,
    'Caller-Orig-Caller-ID-Number': user,
    'Caller-Destination-Number': dialled,
    'Caller-Privacy-Hide-Number': 'false',
    variable_effective_caller_id_number: user,
  };
}

/** The channel of a user's phone that is rung for another channel, or for none. */
export function toPhone(uuid: string, user: string, caller?: Headers): Headers {
  return {
    ...rungFor(uuid, user, caller),
    'Channel-Name': `sofia/internal/${user}@192.0.2.2:5060`,
    'Channel-Presence-ID': `${user}@${DOMAIN}`,
  };
}

/** A trunk's channel: the outside is called. */
export function toOutside(uuid: string, number: string, caller: Headers): Headers {
  return { ...rungFor(uuid, number, caller), 'Channel-Name': `sofia/external/${number}` };
}

function rungFor(uuid: string, number: string, caller?: Headers): Headers {
  const shown = caller?.['Caller-Caller-ID-Number'] ?? '0000000000';
  const channel = {
    'Unique-ID': uuid,
    'Call-Direction': 'outbound',
    'Caller-Caller-ID-Number': shown,
    'Caller-Orig-Caller-ID-Number': shown,
    'Caller-Callee-ID-Number': number,
    'Caller-Destination-Number': number,
    'Caller-Privacy-Hide-Number': caller?.['Caller-Privacy-Hide-Number'] ?? 'false',
  };
  const origin = caller?.['Unique-ID'];
  if (origin === undefined) return channel;
  return {
    ...channel,
    'Other-Type': 'originator',
    'Other-Leg-Unique-ID': origin,
    variable_originator: origin,
    variable_originating_leg_uuid: origin,
  };
}

export const born = (channel: Headers, more?: Headers) => event('CHANNEL_CREATE', channel, more);
export const rings = (channel: Headers, more?: Headers) => event('CHANNEL_PROGRESS', channel, more);
export const answers = (channel: Headers, more?: Headers) => event('CHANNEL_ANSWER', channel, more);

export const media = (channel: Headers, application: string) =>
  event('CHANNEL_PROGRESS_MEDIA', channel, { variable_current_application: application });

/** FreeSWITCH itself answers. */
export const answered = (channel: Headers, application = 'answer') =>
  media(channel, application) + answers(channel, { variable_current_application: application });

export const bridged = (channel: Headers, other: Headers) =>
  event('CHANNEL_BRIDGE', channel, { 'Other-Leg-Unique-ID': other['Unique-ID'] ?? '' });

/** @param how `recv_bye`, `send_cancel`, … */
export function over(channel: Headers, cause: string, how?: string, more: Headers = {}): string {
  const disposition: Headers = how === undefined ? {} : { variable_sip_hangup_disposition: how };
  const end = { 'Hangup-Cause': cause, ...disposition, ...more };
  return (
    event('CHANNEL_HANGUP_COMPLETE', channel, end) +
    event('CHANNEL_DESTROY', channel, end) +
    event('CHANNEL_STATE', channel)
  );
}

export const cancelled = (channel: Headers) => over(channel, 'ORIGINATOR_CANCEL', 'send_cancel');
export const lost = (channel: Headers) => over(channel, 'LOSE_RACE', 'send_cancel');
export const refuses = (channel: Headers, cause = 'USER_BUSY') => over(channel, cause, 'recv_refuse');
export const hangsUp = (channel: Headers) => over(channel, 'NORMAL_CLEARING', 'recv_bye');
export const isHungUp = (channel: Headers) => over(channel, 'NORMAL_CLEARING', 'send_bye');

/** The answer to `show channels as json`, or to `uuid_dump … json`. */
export const answerTo = (body: unknown) => packet('api/response', JSON.stringify(body));

/** What a CRM gets of these connections, in messages. */
export async function messagesOf(...connections: readonly string[]): Promise<Message[]> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-esl-'));
  const messages: Message[] = [];
  try {
    const recordings = connections.map((text, index) => {
      const path = join(folder, `esl-${index}.raw`);
      writeFileSync(path, text);
      return path;
    });
    await playBack({
      directory: freeswitchDirectory(),
      sourceId: 'pbx',
      recordings,
      message: ({ body }) => messages.push(JSON.parse(body) as Message),
      remark: (line) => {
        throw new Error(line);
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  assertContract(messages);
  return messages;
}

/** One line per leg, in order of their first messages: user, direction, call, last far party, states. */
export async function legsOf(...connections: readonly string[]): Promise<string[]> {
  const messages = await messagesOf(...connections);
  const calls = [...new Set(messages.map(({ call_id }) => call_id))];
  return [...Map.groupBy(messages, ({ branch_id }) => branch_id).values()].map((branch) => {
    const [first, last] = [branch[0]!, branch.at(-1)!];
    const user = /user\.(\d+)@/.exec(first.local_user_id ?? '')?.[1];
    const call = 'ABCDEFGH'[calls.indexOf(first.call_id)];
    const far = /user\.(\d+)@/.exec(last.remote_user_id ?? '')?.[1] ?? last.remote_number ?? 'unknown';
    const states = branch.map((message) => message['termination-reason'] ?? message.state);
    return `${user} ${first.direction} ${call} ${far}: ${states.join(' ')}`;
  });
}
