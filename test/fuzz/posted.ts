/** Posted events as a subject: lines of NDJSON as a platform with trunks and forks writes them. */
import { createHttpPlayback } from '../../src/source/http-ingest/playback.ts';
import type { WireEvent } from '../../src/source/http-ingest/schema.ts';
import type { Framing } from './mutations.ts';
import type { Subject } from './subjects.ts';

const POSTED: Framing = {
  packets: (recording) => recording.toString('latin1').split(/(?<=\n)/),
  reframed: (packet) => packet,
  callerName: /("user_agent":")([^"]*)(")/,
  hostileName: (name) => Buffer.from(JSON.stringify(name).slice(1, -1)).toString('latin1'),
};

const STATES = ['TRYING', 'PROCEEDING', 'EARLY', 'CONFIRMED', 'TERMINATED'] as const;

/** A call that two phones and a trunk hear of, one of which answers. */
function call(number: number): string[] {
  const atMs = Date.UTC(2026, 10, 23, 10, 0, number);
  return STATES.flatMap((state, step) =>
    ['trunk', '1001', '1002'].map((device) => {
      const isLost = device === '1002' && state === 'CONFIRMED';
      const event: WireEvent = {
        leg: `${number}-${device}`,
        call: `${number}`,
        device,
        direction: device === 'trunk' ? 'OUTGOING' : 'INCOMING',
        state: isLost ? 'TERMINATED' : state,
        at: new Date(atMs + step * 1_000).toISOString(),
        local_number: '+358942721001',
        remote_number: '+358401234567',
        remote_withheld: number % 3 === 0,
        user_agent: 'Yealink SIP-T46S 66.85',
        ...(isLost && { reason: 'ANSWERED_ELSEWHERE' as const }),
      };
      return `${JSON.stringify(event)}\n`;
    }),
  );
}

export const HTTP: Subject = {
  kind: 'http',
  framing: POSTED,
  recordings: Array.from({ length: 20 }, (_, number) => [number, number + 100].flatMap(call)),
  create(sink, nowMs) {
    const playback = createHttpPlayback(sink, nowMs);
    return {
      async connection(chunks) {
        const { lines, broken } = await playback.recording(chunks);
        return { packets: lines, broken: broken.length, resynced: false };
      },
    };
  },
  nothingIsUp: '{"legs":[]}\n',
  victim: 'sip:1099@pbx.example.com',
};
