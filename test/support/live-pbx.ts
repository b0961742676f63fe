/**
 * A PBX for tests that lives on whether somebody listens or not: it plays a recording's events to whoever is
 * subscribed, and answers `CoreShowChannels` with the channels that are up at that moment.
 */
import { gunzipSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import {
  listAnswer,
  startAmiServer,
  type AmiServer,
  type AmiSession,
} from '../../src/cli/demo/ami-server.ts';

export interface LivePbx extends Pbx {
  /**
   * Sends the next events of class `call`, at most `count`.
   * @param sizes of the pieces that they are cut into, over and over; left out: in one piece
   * @returns how many there were
   */
  play(count: number, sizes?: readonly number[]): number;
  /** The number of events left. */
  left(): number;
}

export interface Pbx {
  port: number;
  /** Says these packets to whoever listens, and remembers which channels are up. */
  say(packets: readonly string[], sizes?: readonly number[]): void;
  /** Ends the connection of whoever listens, once all that was said is sent. */
  drop(): void;
  /** Resolves when somebody listens. */
  listened(): Promise<void>;
  close(): Promise<void>;
}

/** The events of class `call` of a recording, each without its empty line. */
export function recordedEvents(recording: string): string[] {
  const bytes = readFileSync(recording);
  return (recording.endsWith('.gz') ? gunzipSync(bytes) : bytes)
    .toString('utf8')
    .split('\r\n\r\n')
    .filter((packet) => /^Event: \w+\r\nPrivilege: call,/.test(packet));
}

export async function startLivePbx(
  recording: string,
  login: { username: string; secret: string },
): Promise<LivePbx> {
  const events = recordedEvents(recording);
  const pbx = await startPbx(login);
  let next = 0;
  return {
    ...pbx,
    play(count, sizes) {
      const batch = events.slice(next, next + count);
      next += batch.length;
      pbx.say(batch, sizes);
      return batch.length;
    },
    left: () => events.length - next,
  };
}

export async function startPbx(login: { username: string; secret: string }): Promise<Pbx> {
  const up = new Map<string, string>();
  const sessions = new Set<AmiSession>();
  let listened = Promise.withResolvers<void>();

  const server: AmiServer = await startAmiServer({
    ...login,
    answer: (headers) =>
      headers.get('Action') === 'CoreShowChannels'
        ? listAnswer('Channels will follow', 'CoreShowChannelsComplete', [...up.values()])
        : undefined,
    subscribed: (session) => {
      sessions.add(session);
      listened.resolve();
    },
  });

  /** Keeps the list of live channels as Asterisk would. */
  const remember = (packet: string) => {
    const lines = packet.split('\r\n');
    const at = lines.findIndex((line) => line.startsWith('Channel: '));
    const uniqueid = lines.find((line) => line.startsWith('Uniqueid: '));
    if (at < 0 || uniqueid === undefined) return;
    if (lines[0] === 'Event: Hangup') {
      up.delete(uniqueid);
      return;
    }
    if (!/^Event: (Newchannel|Newstate|NewConnectedLine)$/.test(lines[0] ?? '')) return;
    const block = lines.slice(at, lines.findIndex((line) => line.startsWith('Linkedid: ')) + 1);
    const application = lines.some((line) => line.startsWith('Channel: PJSIP/trunk')) ? 'Dial' : 'AppDial';
    up.set(
      uniqueid,
      [
        'Event: CoreShowChannel',
        'ActionID: {id}',
        ...block,
        `Application: ${application}`,
        'Duration: 00:00:01',
      ].join('\r\n'),
    );
  };

  return {
    port: server.port,
    say(packets, sizes) {
      for (const packet of packets) remember(packet);
      const bytes = Buffer.from(packets.map((packet) => `${packet}\r\n\r\n`).join(''));
      for (const piece of piecesOf(bytes, sizes)) for (const session of sessions) session.send(piece);
    },
    drop() {
      for (const session of sessions) session.end();
      sessions.clear();
    },
    listened: async () => {
      await listened.promise;
      listened = Promise.withResolvers();
    },
    close: () => server.close(),
  };
}

/** @param sizes of the pieces, over and over; left out: one piece */
export function* piecesOf(bytes: Uint8Array, sizes: readonly number[] = []): Generator<Uint8Array> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}
