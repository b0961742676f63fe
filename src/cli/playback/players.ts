/** How the recordings of each kind of source are played, and what an operator is told of them. */
import type { SourceSettings } from '../../policy/directory.ts';
import { systemClock } from '../../runtime/clock.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { createAmiPlayback } from '../../source/ami/playback.ts';
import { createDialogPlayback } from '../../source/dialog-info/playback.ts';
import { createEslPlayback } from '../../source/esl/playback.ts';
import { createHttpPlayback } from '../../source/http-ingest/playback.ts';
import type { Playback, RecordedChunk } from '../../source/playback.ts';
import type { SourceSink } from '../../source/source.ts';
import { readRecording } from './recording.ts';

/** @throws CallhookError `TRANSCRIPT_UNREADABLE` when there is nothing in any of the recordings */
export type Player = (
  sink: SourceSink,
  recordings: readonly string[],
  remark: (line: string) => void,
) => Promise<void>;

export const PLAYERS: Readonly<Record<SourceSettings['kind'], Player>> = {
  ami: connections({
    create: createAmiPlayback,
    system: 'Asterisk',
    packets: 'AMI packets',
    port: 'manager port',
  }),
  esl: connections({
    create: createEslPlayback,
    system: 'FreeSWITCH',
    packets: 'Event Socket packets',
    port: 'Event Socket',
  }),
  'dialog-info': lines({
    create: (sink, nowMs) => createDialogPlayback(sink, nowMs),
    nothing: 'no NOTIFY',
    expected: 'One per line is expected, as {"t": "2026-11-23T02:24:19.769Z", "raw": "NOTIFY …"}.',
  }),
  http: lines({
    create: (sink, nowMs) => createHttpPlayback(sink, nowMs),
    nothing: 'no event',
    expected: 'One per line is expected, as it was posted.',
  }),
};

interface RecordedPort {
  create(sink: SourceSink, nowMs: () => number): Playback;
  system: string;
  packets: string;
  port: string;
}

/** One recording per connection; a later one is a reconnect. */
function connections({ create, system, packets: kindOfPackets, port }: RecordedPort): Player {
  return async (sink, recordings, remark) => {
    const playback = create(sink, systemClock.nowMs);
    let read = 0;
    for (const [index, path] of recordings.entries()) {
      const { packets, broken, resynced } = await playback.connection(readRecording(path));
      read += packets;
      if (packets === 0) remark(`${path}: no ${kindOfPackets} in it`);
      if (broken > 0) remark(`${path}: ${broken} packets were not what ${system} writes and were left out`);
      if (index > 0 && !resynced)
        remark(`${path}: no list of channels in it, so calls that ended unseen stay open`);
    }
    if (read === 0) {
      throw new CallhookError(
        'TRANSCRIPT_UNREADABLE',
        `There are no ${kindOfPackets} in ${recordings.join(', ')}. Is it a recording of ${system}'s ${port}?`,
      );
    }
  };
}

const MOST_REMARKS = 20;

interface RecordedLines {
  create(
    sink: SourceSink,
    nowMs: () => number,
  ): {
    recording(chunks: Iterable<RecordedChunk>): Promise<{
      lines: number;
      broken: readonly { line: number; problem: string }[];
    }>;
  };
  nothing: string;
  expected: string;
}

/** One event or message a line; a later recording goes on where the one before ended. */
function lines({ create, nothing, expected }: RecordedLines): Player {
  return async (sink, recordings, remark) => {
    const playback = create(sink, systemClock.nowMs);
    let read = 0;
    for (const path of recordings) {
      const { lines: count, broken } = await playback.recording(readRecording(path));
      read += count - broken.length;
      if (count === 0) remark(`${path}: ${nothing} in it`);
      for (const { line, problem } of broken.slice(0, MOST_REMARKS)) remark(`${path}:${line}: ${problem}`);
      const more = broken.length - MOST_REMARKS;
      if (more > 0) remark(`${path}: … and ${more} more lines that are not right`);
    }
    if (read === 0) {
      throw new CallhookError(
        'TRANSCRIPT_UNREADABLE',
        `There is ${nothing} in ${recordings.join(', ')}. ${expected}`,
      );
    }
  };
}
