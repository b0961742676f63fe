/** How the recordings of each kind of source are played, and what an operator is told of them. */
import type { SourceSettings } from '../../policy/directory.ts';
import { systemClock } from '../../runtime/clock.ts';
import { CallhookError } from '../../runtime/errors.ts';
import { createAmiPlayback } from '../../source/ami/playback.ts';
import { createEslPlayback } from '../../source/esl/playback.ts';
import { createHttpPlayback } from '../../source/http-ingest/playback.ts';
import type { Playback } from '../../source/playback.ts';
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
  http: postedLines,
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

async function postedLines(
  sink: SourceSink,
  recordings: readonly string[],
  remark: (line: string) => void,
): Promise<void> {
  const playback = createHttpPlayback(sink, systemClock.nowMs);
  let read = 0;
  for (const path of recordings) {
    const { lines, broken } = await playback.recording(readRecording(path));
    read += lines - broken.length;
    if (lines === 0) remark(`${path}: no event in it`);
    for (const { line, problem } of broken.slice(0, MOST_REMARKS)) remark(`${path}:${line}: ${problem}`);
    const more = broken.length - MOST_REMARKS;
    if (more > 0) remark(`${path}: … and ${more} more lines that are not right`);
  }
  if (read === 0) {
    throw new CallhookError(
      'TRANSCRIPT_UNREADABLE',
      `There is no event in ${recordings.join(', ')}. One per line is expected, as it was posted.`,
    );
  }
}
