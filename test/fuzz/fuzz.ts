/**
 * `npm run fuzz -- [--inputs 1000000] [--seed 42] [--only ami]`
 *
 * Recordings are cut, repeated, put in another order, corrupted, and given callers with hostile names; then they go
 * through the decoder and mapper of their kind. Nothing may throw; no leg may be told of a device that is in no call;
 * when the PBX has no call any more, no leg may be left open; and memory must not grow. One mapper of each kind takes
 * all inputs, as one that runs for months does.
 */
import { parseArgs } from 'node:util';
import type { LegEvent } from '../../src/call/leg-event.ts';
import type { SourceSink } from '../../src/source/source.ts';
import { randomFrom } from '../support/random.ts';
import { mutated, pick, type Random } from './mutations.ts';
import { SUBJECTS, type Subject } from './subjects.ts';

/** Of an input: a call has some 20 to 100. */
const MOST_PACKETS = 100;
const GROWTH_BYTES = 32 * 1024 * 1024;

const { values } = parseArgs({
  options: {
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const inputs = Number(values.inputs);
console.log(`fuzz: ${inputs} inputs, --seed ${values.seed}`);

const subjects = SUBJECTS.filter(({ kind }) => values.only === undefined || kind === values.only);
// The same for each kind, whichever others run before it.
for (const subject of subjects)
  await fuzz(subject, Math.ceil(inputs / subjects.length), randomFrom(Number(values.seed)));
console.log('nothing broke');

async function fuzz(subject: Subject, times: number, random: Random): Promise<void> {
  const begunMs = performance.now();
  const open = new Set<string>();
  let told = 0;
  let input = 0;
  const takeLegs = (events: readonly LegEvent[]) => {
    for (const { leg, device, state } of events) {
      told += 1;
      if (device.includes(subject.victim)) fail(subject, input, `${device} was made up`);
      if (state === 'TERMINATED') open.delete(leg);
      else open.add(leg);
    }
  };
  const sink: SourceSink = {
    legs: async (events) => takeLegs(events),
    alive: async (legs) => {
      for (const leg of open) if (!legs.has(leg)) open.delete(leg);
    },
    backlogged: () => false,
    drained: async () => {},
    heard: () => {},
    state: () => {},
    ignored: () => {},
  };
  const playback = subject.create(sink, () => 1_795_400_000_000);
  let settledBytes = 0;
  for (; input < times; input += 1) {
    try {
      await playback.connection(chunks(stretchOf(subject, random), random));
      if (random() < 0.25) {
        await playback.connection([{ bytes: Buffer.from(subject.nothingIsUp) }]);
        if (open.size > 0) fail(subject, input, `${open.size} legs are left open`);
      }
    } catch (error) {
      fail(subject, input, error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
    if (input === Math.floor(times / 4)) settledBytes = heapBytes();
  }
  await playback.connection([{ bytes: Buffer.from(subject.nothingIsUp) }]);
  const grown = heapBytes() - settledBytes;
  if (grown > GROWTH_BYTES) fail(subject, times, `memory grew by ${grown} bytes`);
  const seconds = (performance.now() - begunMs) / 1_000;
  console.log(`${subject.kind}: ${times} inputs, ${told} leg events, ${seconds.toFixed(0)} s`);
}

function stretchOf({ recordings, framing, victim }: Subject, of: Random): string {
  const recording = pick(recordings, of);
  const from = of() < 0.5 ? 0 : Math.floor(of() * recording.length);
  return mutated(recording.slice(from, from + Math.ceil(of() * MOST_PACKETS)), framing, victim, of).join('');
}

/** Cut anywhere, as a network cuts. */
function chunks(text: string, of: Random): { bytes: Uint8Array }[] {
  const bytes = Buffer.from(text, 'latin1');
  const cut = Math.floor(of() * bytes.length);
  return [{ bytes: bytes.subarray(0, cut) }, { bytes: bytes.subarray(cut) }];
}

function heapBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function fail({ kind }: Subject, input: number, what: string): never {
  console.error(`BROKEN: ${kind}, input ${input} of --seed ${values.seed}: ${what}`);
  process.exit(1);
}
