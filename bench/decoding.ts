/** AMI decoding and mapping: a recorded burst of 400 calls, all event classes, over and over. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { AmiDecoder } from '../src/source/ami/decoder.ts';
import { AmiMapper, WANTED_EVENTS } from '../src/source/ami/mapper.ts';

const RECORDING = new URL('../test/transcripts/asterisk/20-burst-20cps-20s/ami.raw.gz', import.meta.url);
/** As much as a busy socket hands over at once. */
const CHUNK_BYTES = 64 * 1024;

export async function benchDecoding({ rounds }: { rounds: number }): Promise<void> {
  const bytes = gunzipSync(readFileSync(RECORDING));
  const onlyCalls = Buffer.from(
    bytes
      .toString('utf8')
      .split('\r\n\r\n')
      .filter((packet) => packet.includes('\r\nPrivilege: call,'))
      .map((packet) => `${packet}\r\n\r\n`)
      .join(''),
  );
  console.log('AMI decoding (a recorded burst)');
  for (const [what, stream, mapped] of [
    ['all classes, decoded', bytes, false],
    ['class call, decoded', onlyCalls, false],
    ['class call, decoded and mapped', onlyCalls, true],
  ] as const) {
    run(stream, mapped);
    const started = performance.now();
    let events = 0;
    for (let round = 0; round < rounds; round += 1) events += run(stream, mapped);
    const seconds = (performance.now() - started) / 1_000;
    const megabytes = (stream.length * rounds) / 1e6;
    const rate = Math.round(events / seconds).toLocaleString('en');
    console.log(
      `  ${what.padEnd(32)} ${(megabytes / seconds).toFixed(0).padStart(5)} MB/s  ${rate.padStart(9)} events/s`,
    );
  }
}

function run(bytes: Buffer, mapped: boolean): number {
  const decoder = new AmiDecoder(WANTED_EVENTS);
  const mapper = new AmiMapper();
  let events = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const packets = decoder.push(bytes.subarray(at, at + CHUNK_BYTES));
    events += packets.length;
    if (mapped) for (const packet of packets) mapper.take(packet, 0);
  }
  return events;
}
