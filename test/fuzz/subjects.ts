/** What is fuzzed: each kind of source with its recordings, how they are framed, and a list without any call. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { createAmiPlayback } from '../../src/source/ami/playback.ts';
import { createEslPlayback } from '../../src/source/esl/playback.ts';
import type { Playback } from '../../src/source/playback.ts';
import type { SourceSink } from '../../src/source/source.ts';
import { transcriptsOf } from '../support/transcripts.ts';
import type { Framing } from './mutations.ts';
import { DIALOG_INFO } from './notified.ts';
import { HTTP } from './posted.ts';

export interface Subject {
  kind: string;
  framing: Framing;
  /** Each recording as its packets. */
  recordings: readonly (readonly string[])[];
  create(sink: SourceSink, nowMs: () => number): Playback;
  /** What the PBX says after a reconnect when nobody telephones. */
  nothingIsUp: string;
  /** The address of a device that is in no recording. */
  victim: string;
}

const AMI: Framing = {
  packets: (recording) => splitAfter(recording.toString('latin1'), '\r\n\r\n'),
  reframed: (packet) => packet,
  callerName: /^(CallerIDName: )(.*)(\r)$/m,
  // Asterisk leaves out what would end the line.
  hostileName: (name) => asBytes(name.replaceAll(/[\r\n]/g, '')),
};

const ESL: Framing = {
  packets: eslPackets,
  reframed(packet) {
    const end = packet.indexOf('\n\n') + 2;
    const length = packet.length - end;
    return (
      packet.slice(0, end).replace(/Content-Length: \d+/, `Content-Length: ${length}`) + packet.slice(end)
    );
  },
  // As headers that are URL-encoded, or in JSON.
  callerName: /((?:\n|")Caller-Caller-ID-Name"?: ?"?)([^"\n]*)("?)/,
  hostileName: (name) => encodeURIComponent(name.toWellFormed()),
};

const ESL_JSON: Framing = { ...ESL, hostileName: (name) => asBytes(JSON.stringify(name).slice(1, -1)) };

export const SUBJECTS: readonly Subject[] = [
  {
    kind: 'ami',
    framing: AMI,
    recordings: ['asterisk', 'asterisk18', 'asterisk18-chan_sip'].flatMap((system) =>
      recordingsOf(system, AMI),
    ),
    create: createAmiPlayback,
    nothingIsUp:
      'Response: Success\r\nActionID: f\r\nEventList: start\r\nMessage: Channels will follow\r\n\r\n' +
      'Event: CoreShowChannelsComplete\r\nActionID: f\r\nEventList: Complete\r\nListItems: 0\r\n\r\n',
    victim: 'PJSIP/1099',
  },
  {
    kind: 'esl, plain',
    framing: ESL,
    recordings: recordingsOf('freeswitch', ESL).filter((packets) => packets.some(isPlain)),
    create: createEslPlayback,
    nothingIsUp: 'Content-Type: api/response\nContent-Length: 16\n\n{"row_count": 0}',
    victim: '1099@pbx.example.com',
  },
  {
    kind: 'esl, json',
    framing: ESL_JSON,
    recordings: recordingsOf('freeswitch', ESL_JSON).filter((packets) => !packets.some(isPlain)),
    create: createEslPlayback,
    nothingIsUp: 'Content-Type: api/response\nContent-Length: 16\n\n{"row_count": 0}',
    victim: '1099@pbx.example.com',
  },
  DIALOG_INFO,
  HTTP,
];

function isPlain(packet: string): boolean {
  return packet.includes('text/event-plain');
}

function recordingsOf(system: string, framing: Framing): string[][] {
  return transcriptsOf(system)
    .flatMap(({ recordings }) => recordings)
    .map((path) => {
      const bytes = readFileSync(path);
      return framing.packets(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
    });
}

function eslPackets(recording: Buffer): string[] {
  const text = recording.toString('latin1');
  const packets: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = text.indexOf('\n\n', from);
    if (end < 0) break;
    const length = Number(/Content-Length: (\d+)/.exec(text.slice(from, end))?.[1] ?? 0);
    packets.push(text.slice(from, end + 2 + length));
    from = end + 2 + length;
  }
  return packets;
}

function splitAfter(text: string, end: string): string[] {
  return text.split(end).map((packet) => packet + end);
}

/** UTF-8, one code unit per byte. */
function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}
