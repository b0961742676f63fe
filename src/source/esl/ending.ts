/**
 * How FreeSWITCH tells why a channel ended without having been answered (table in docs/sources/freeswitch.md). Pure.
 */
import type { Ending } from '../../call/leg-event.ts';
import type { Channel } from './channel.ts';
import { microseconds, type Fields } from './packet.ts';

/** Another phone took the call: it answered first, or picked the call up. */
const TAKEN = new Set(['LOSE_RACE', 'PICKED_OFF']);

/** The calling side or FreeSWITCH itself gave up, or the call was led away from a phone that rang. */
const GIVEN_UP = new Set([
  'ORIGINATOR_CANCEL',
  'NO_ANSWER',
  'ALLOTTED_TIMEOUT',
  'PROGRESS_TIMEOUT',
  'MEDIA_TIMEOUT',
  'SYSTEM_SHUTDOWN',
  'MANAGER_REQUEST',
  'BLIND_TRANSFER',
  'ATTENDED_TRANSFER',
  'NONE',
]);

/** Of a phone that was called: it never said a word (SIP timer B), or a command ended it. */
const GIVEN_UP_ON_PHONE = new Set(['NORMAL_CLEARING', 'RECOVERY_ON_TIMER_EXPIRE']);

const TRANSFERS = new Set(['BLIND_TRANSFER', 'ATTENDED_TRANSFER']);

export function endingOf(channel: Channel, fields: Fields): Ending {
  const { isInbound, groupCaller } = channel;
  const cause = fields.get('Hangup-Cause') ?? '';
  const answeredAtMs = groupCaller?.calleeAnsweredAtMs;
  if (TAKEN.has(cause)) {
    // Of a group that is dialled at once all have lost when it is over, also when nobody won.
    const isAtOnce = groupCaller !== undefined && fields.has('variable_ent_originate_aleg_uuid');
    return isAtOnce && answeredAtMs === undefined ? 'GIVEN_UP' : 'ELSEWHERE';
  }
  // An older callcenter cancels those who lost; as it does when the caller gives up.
  const bornAtMs = microseconds(fields.get('Caller-Channel-Created-Time')) ?? Infinity;
  if (cause === 'ORIGINATOR_CANCEL' && answeredAtMs !== undefined && answeredAtMs > bornAtMs)
    return 'ELSEWHERE';
  return isInbound ? endingOfCaller(channel, cause, fields) : endingOfCalled(cause, fields);
}

function endingOfCalled(cause: string, fields: Fields): Ending {
  if (cause === 'RECOVERY_ON_TIMER_EXPIRE') return 'GIVEN_UP';
  const disposition = fields.get('variable_sip_hangup_disposition');
  if (disposition === 'send_cancel') return 'GIVEN_UP';
  // 487 is what a phone answers to our own CANCEL.
  if (disposition === 'recv_refuse' && fields.get('variable_sip_term_status') !== '487') return 'REFUSED';
  return GIVEN_UP.has(cause) || GIVEN_UP_ON_PHONE.has(cause) ? 'GIVEN_UP' : 'REFUSED';
}

function endingOfCaller(channel: Channel, cause: string, fields: Fields): Ending {
  // An unanswered consultation that was transferred away was given up by its own user.
  if (TRANSFERS.has(fields.get('variable_endpoint_disposition') ?? '')) return 'GIVEN_UP';
  // Its own phone hung up: CANCEL, or BYE within the early dialog (an announcement before the answer).
  if (/^recv_(cancel|bye)$/.test(fields.get('variable_sip_hangup_disposition') ?? '')) return 'GIVEN_UP';
  // FreeSWITCH ends the caller's channel regularly when the call was not put through; why not is told beside it.
  const why = cause === 'NORMAL_CLEARING' ? (fields.get('variable_originate_disposition') ?? cause) : cause;
  if (why === 'NO_ANSWER' && channel.wasToldNoAnswer === true) return 'REFUSED';
  return GIVEN_UP.has(why) ? 'GIVEN_UP' : 'REFUSED';
}

/**
 * When it ended. What the phone did happened when FreeSWITCH heard of it (the event can come a second later); what
 * FreeSWITCH did, when it was done.
 */
export function endedAtMs(fields: Fields, eventAtMs: number): number {
  const hungUpAtMs = microseconds(fields.get('Caller-Channel-Hangup-Time'));
  const byPhone = fields.get('variable_sip_hangup_disposition')?.startsWith('recv_') ?? false;
  return byPhone && hungUpAtMs !== undefined ? Math.min(hungUpAtMs, eventAtMs) : eventAtMs;
}
