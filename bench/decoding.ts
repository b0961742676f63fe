/** Decoding and mapping: bursts of 400 recorded calls, of each kind of source, over and over. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { AmiDecoder } from '../src/source/ami/decoder.ts';
import { AmiMapper, WANTED_EVENTS } from '../src/source/ami/mapper.ts';
import { DialogMapper } from '../src/source/dialog-info/mapper.ts';
import { readNotify } from '../src/source/dialog-info/packet.ts';
import { SipStream } from '../src/source/dialog-info/sip/stream.ts';
import { EslDecoder } from '../src/source/esl/decoder.ts';
import { EslMapper } from '../src/source/esl/mapper.ts';

const TRANSCRIPTS = new URL('../test/transcripts/', import.meta.url);
/** As much as a busy socket hands over at once. */
const CHUNK_BYTES = 64 * 1024;

/** Reads one chunk. @returns the number of events in it */
type Reader = (chunk: Buffer) => number;

export async function benchDecoding({ rounds }: { rounds: number }): Promise<void> {
  const ami = recorded('asterisk/20-burst-20cps-20s/ami.raw.gz');
  const onlyCalls = classCall(ami);
  console.log('AMI decoding (a recorded burst)');
  measure('all classes, decoded', ami, rounds, () => amiReader(false));
  measure('class call, decoded', onlyCalls, rounds, () => amiReader(false));
  measure('class call, decoded and mapped', onlyCalls, rounds, () => amiReader(true));

  const json = recorded('freeswitch/50-burst-20cps/esl.raw.gz');
  const plain = plainOf(json);
  // One round of it is ten of the others.
  const fewer = Math.max(1, Math.round(rounds / 5));
  console.log('Event Socket decoding (a recorded burst)');
  measure('JSON events, decoded', json, fewer, () => eslReader(false));
  measure('plain events, decoded', plain, fewer, () => eslReader(false));
  measure('plain events, decoded and mapped', plain, fewer, () => eslReader(true));

  const notified = notifications('kamailio/');
  console.log('Dialog events (recorded NOTIFYs, as over TCP)');
  measure('messages, cut from the stream', notified, fewer, () => dialogReader('cut'));
  measure('documents, decoded', notified, fewer, () => dialogReader('decoded'));
  measure('documents, decoded and mapped', notified, fewer, () => dialogReader('mapped'));
}

function measure(what: string, stream: Buffer, rounds: number, reader: () => Reader): void {
  run(stream, reader());
  const started = performance.now();
  let events = 0;
  for (let round = 0; round < rounds; round += 1) events += run(stream, reader());
  const seconds = (performance.now() - started) / 1_000;
  const megabytes = (stream.length * rounds) / 1e6;
  const rate = Math.round(events / seconds).toLocaleString('en');
  console.log(
    `  ${what.padEnd(32)} ${(megabytes / seconds).toFixed(0).padStart(5)} MB/s  ${rate.padStart(9)} events/s`,
  );
}

function run(bytes: Buffer, read: Reader): number {
  let events = 0;
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) events += read(bytes.subarray(at, at + CHUNK_BYTES));
  return events;
}

function amiReader(mapped: boolean): Reader {
  const decoder = new AmiDecoder(WANTED_EVENTS);
  const mapper = new AmiMapper();
  return (chunk) => {
    const packets = decoder.push(chunk);
    if (mapped) for (const packet of packets) mapper.take(packet, 0);
    return packets.length;
  };
}

function eslReader(mapped: boolean): Reader {
  const decoder = new EslDecoder();
  const mapper = new EslMapper();
  return (chunk) => {
    const packets = decoder.push(chunk);
    if (mapped) for (const packet of packets) if (packet.kind === 'event') mapper.take(packet, 0);
    return packets.length;
  };
}

function dialogReader(until: 'cut' | 'decoded' | 'mapped'): Reader {
  const stream = new SipStream();
  const mapper = new DialogMapper();
  return (chunk) => {
    const messages = stream.push(chunk);
    if (until === 'cut') return messages.length;
    for (const message of messages) {
      const notify = message.kind === 'request' ? readNotify(message) : undefined;
      const document = notify !== undefined && 'content' in notify ? notify.content : 'none';
      if (until === 'decoded' || document === 'none' || 'unreadable' in document) continue;
      const address = document.entity ?? 'sip:1001@127.0.0.1';
      mapper.take({ subscription: message.headers.get('call-id') ?? '', address, document, atMs: 0 });
    }
    return messages.length;
  };
}

/** Every NOTIFY of every recording, ten times over. */
function notifications(folder: string): Buffer {
  const files = globSync(`${folder}*/notify.jsonl`, { cwd: fileURLToPath(TRANSCRIPTS) });
  const lines = files.flatMap((file) => readFileSync(new URL(file, TRANSCRIPTS), 'utf8').split('\n'));
  const raw = lines.flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { raw: string }).raw]));
  return Buffer.from(raw.join('').repeat(10));
}

function recorded(path: string): Buffer {
  return gunzipSync(readFileSync(new URL(path, TRANSCRIPTS)));
}

function classCall(bytes: Buffer): Buffer {
  const packets = bytes.toString('utf8').split('\r\n\r\n');
  const wanted = packets.filter((packet) => packet.includes('\r\nPrivilege: call,'));
  return Buffer.from(wanted.map((packet) => `${packet}\r\n\r\n`).join(''));
}

/** The same events as FreeSWITCH writes them after `event plain`. */
function plainOf(json: Buffer): Buffer {
  const packets: string[] = [];
  for (let at = 0; ;) {
    const headEnd = json.indexOf('\n\n', at);
    if (headEnd < 0) return Buffer.from(packets.join(''));
    const head = json.toString('utf8', at, headEnd);
    const end = headEnd + 2 + Number(/Content-Length: (\d+)/.exec(head)?.[1] ?? 0);
    if (head.includes('text/event-json')) {
      const headers = JSON.parse(json.toString('utf8', headEnd + 2, end)) as Record<
        string,
        string | string[]
      >;
      const body = Object.entries(headers).map(([name, value]) => `${name}: ${written(value)}\n`);
      const length = body.join('').length + 1;
      packets.push(`Content-Length: ${length}\nContent-Type: text/event-plain\n\n${body.join('')}\n`);
    }
    at = end;
  }
}

function written(value: string | string[]): string {
  return Array.isArray(value) ? `ARRAY::${value.map(encodeURI).join('|:')}` : encodeURI(value);
}
