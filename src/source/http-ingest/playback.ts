/** Plays recorded posts, one event or list of live legs per line, through the same decoder as what is posted. */
import type { SourceSink } from '../source.ts';
import { decodeLine } from './decoder.ts';

export interface HttpPlayback {
  /** One recording. @returns how many lines were read, and what is wrong of which */
  recording(
    chunks: Iterable<{ bytes: Uint8Array }>,
  ): Promise<{ lines: number; broken: readonly { line: number; problem: string }[] }>;
}

/** @param nowMs the time of events that tell none */
export function createHttpPlayback(sink: SourceSink, nowMs: () => number): HttpPlayback {
  return {
    async recording(chunks) {
      const text = Buffer.concat(Array.from(chunks, ({ bytes }) => bytes)).toString('utf8');
      const broken: { line: number; problem: string }[] = [];
      let lines = 0;
      for (const [index, line] of text.split('\n').entries()) {
        if (line.trim() === '') continue;
        lines += 1;
        const read = decodeLine(line, nowMs());
        if ('event' in read) await sink.legs([read.event]);
        else if ('legs' in read) await sink.alive(read.legs, read.madeAtMs ?? nowMs());
        else {
          const [first] = read.problems;
          broken.push({ line: index + 1, problem: `${first?.path ?? ''} ${first?.detail ?? ''}`.trim() });
        }
      }
      return { lines, broken };
    },
  };
}
