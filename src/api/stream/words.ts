/** Events of the feed as the text of server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import type { OutwardEvent } from '../../call/outward-event.ts';
import type { FeedEvent } from '../../store/feed.ts';
import { healthWords } from '../endpoint-states/words.ts';
import { recordWords } from '../messages/words.ts';
import { timeText } from '../shapes.ts';

type Name = FeedEvent['kind'] | 'reset' | 'closed';

/** JSON has no line breaks, so an event is one line of data. */
export function eventText(name: Name, place: string, data: object): string {
  return `event: ${name}\nid: ${place}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** The place alone: whoever comes back names it, though nothing happened. */
export function placeText(place: string): string {
  return `id: ${place}\n\n`;
}

export function feedText(place: string, event: FeedEvent): string {
  return eventText(event.kind, place, { at: timeText(event.atMs), ...wordsOf(event) });
}

function wordsOf(event: FeedEvent): object {
  switch (event.kind) {
    case 'step': {
      const { sentTo, refusals, cameLate = false } = event.step;
      return {
        event: event.step.event,
        sent_to: sentTo,
        refusals: refusals.map(({ endpointId, ...why }) => ({ endpoint: endpointId, ...why })),
        came_late: cameLate,
      };
    }
    case 'message': {
      const { seq_num, ...told } = JSON.parse(event.body) as OutwardEvent & { seq_num: number };
      const { messageId, endpointId } = event;
      return { message_id: messageId, endpoint: endpointId, call_id: told.call_id, seq_num, event: told };
    }
    case 'attempt': {
      const { number, ...record } = event.attempt;
      return { ...ofMessage(event), number, ...recordWords(record) };
    }
    case 'finished':
      return { ...ofMessage(event), outcome: event.outcome };
    case 'health':
      return { endpoint: event.endpointId, ...healthWords(event.health) };
  }
}

function ofMessage({
  messageId,
  endpointId,
  callId,
  seqNum,
}: Extract<FeedEvent, { kind: 'finished' | 'attempt' }>) {
  return { message_id: messageId, endpoint: endpointId, call_id: callId, seq_num: seqNum };
}
