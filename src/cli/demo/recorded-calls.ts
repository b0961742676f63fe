/** Recorded calls of a real Asterisk 22: as they were, or made fresh, so that one recording can be played many times. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { readRecording } from '../playback/recording.ts';

const RECORDINGS = fileURLToPath(new URL('../../../test/transcripts/asterisk/', import.meta.url));

/** What an Asterisk says at once, and how long after what it said before. */
export interface RecordedMoment {
  afterMs: number;
  events: string;
}

/** A recording's events of class `call`, as an Asterisk sends them whose client asked for that class only. */
export function recordedCall(recording: string): RecordedMoment[] {
  let lastMs: number | undefined;
  return readRecording(`${RECORDINGS}${recording}/ami.raw`).flatMap(({ bytes, atMs }) => {
    const events = eventsOfClassCall(Buffer.from(bytes).toString('utf8'));
    if (events === '') return [];
    const afterMs = atMs === undefined || lastMs === undefined ? 0 : atMs - lastMs;
    lastMs = atMs;
    return [{ afterMs, events }];
  });
}

/** The recordings hold every class; none of the demo's has a caller with line breaks in the number. */
function eventsOfClassCall(text: string): string {
  return text
    .split('\r\n\r\n')
    .filter((packet) => /^Event: \w+\r\nPrivilege: call,/.test(packet))
    .map((packet) => `${packet}\r\n\r\n`)
    .join('');
}

/** Numbers of a recording, and what shall stand in their place. */
export type OtherNumbers = readonly (readonly [recorded: string, instead: string])[];

/**
 * Makes another call of a recorded one, moment by moment: ids of its own, the time of now, other numbers.
 * @param nextChannel grows with each channel of the phone system
 */
export function freshCall(
  numbers: OtherNumbers,
  nextChannel: () => number,
): (events: string, nowMs: number) => string {
  const made = new Map<string, string>();
  const same = (recorded: string, make: () => string): string => {
    const instead = made.get(recorded) ?? make();
    made.set(recorded, instead);
    return instead;
  };
  return (events, nowMs) => {
    const seconds = Math.floor(nowMs / 1_000);
    const renamed = events
      .replace(/\bpbx1-\d+\.\d+/g, (id) => same(id, () => `pbx1-${seconds}.${nextChannel()}`))
      .replace(/(?<=\/\w+-)[0-9a-f]{8}\b/g, (end) =>
        same(end, () => nextChannel().toString(16).padStart(8, '0')),
      )
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) => same(id, randomUUID))
      .replace(/^Timestamp: [\d.]+/gm, `Timestamp: ${(nowMs / 1_000).toFixed(6)}`);
    return numbers.reduce((text, [recorded, instead]) => text.replaceAll(recorded, instead), renamed);
  };
}
