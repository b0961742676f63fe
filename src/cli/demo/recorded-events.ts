/** Takes the recording of an Event Socket apart: each event of a channel's life, with its bytes as they came. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { eventTimeMs, readJsonFields, WANTED_EVENTS, type Fields } from '../../source/esl/packet.ts';

export interface RecordedEvent {
  name: string;
  fields: Fields;
  atMs: number;
  /** All of it, from its length on. */
  bytes: Buffer;
  /** The JSON text alone. */
  body: string;
}

/** @param recording gzipped, with JSON events */
export function recordedEvents(recording: string): RecordedEvent[] {
  const bytes = gunzipSync(readFileSync(recording));
  const events: RecordedEvent[] = [];
  for (let at = 0; ;) {
    const headEnd = bytes.indexOf('\n\n', at);
    if (headEnd < 0) return events;
    const head = bytes.toString('utf8', at, headEnd);
    const end = headEnd + 2 + Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
    const body = bytes.toString('utf8', headEnd + 2, end);
    const fields = head.includes('text/event-json') ? readJsonFields(body) : undefined;
    const name = fields?.get('Event-Name') ?? '';
    if (fields !== undefined && WANTED_EVENTS.has(name)) {
      events.push({ name, fields, atMs: eventTimeMs(fields) ?? 0, bytes: bytes.subarray(at, end), body });
    }
    at = end;
  }
}
