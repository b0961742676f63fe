import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { EslDecoder } from '../../src/source/esl/decoder.ts';
import type { EslPacket } from '../../src/source/esl/packet.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

function decode(chunks: Iterable<Uint8Array>, decoder = new EslDecoder()): EslPacket[] {
  return [...chunks].flatMap((chunk) => decoder.push(chunk));
}

const recorded = (scenario: string) =>
  gunzipSync(readFileSync(`${TRANSCRIPTS}freeswitch/${scenario}/esl.raw.gz`));

const text = (value: string) => Buffer.from(value, 'utf8');

function packet(type: string, body: string): Buffer {
  return text(`Content-Length: ${Buffer.byteLength(body)}\nContent-Type: ${type}\n\n${body}`);
}

const plain = (fields: Record<string, string>) =>
  packet(
    'text/event-plain',
    `${Object.entries(fields)
      .map(([name, value]) => `${name}: ${encodeURIComponent(value)}\n`)
      .join('')}\n`,
  );
const json = (fields: Record<string, unknown>) => packet('text/event-json', JSON.stringify(fields));

const RINGING = { 'Event-Name': 'CHANNEL_PROGRESS', 'Unique-ID': 'b', 'Caller-Caller-ID-Number': '+358' };

const numbers = (packets: readonly EslPacket[]) =>
  packets.map((one) => (one.kind === 'event' ? one.fields.get('Caller-Caller-ID-Number') : one.kind));

for (const scenario of ['03-in-cancelled', '01-in-answered-caller-hangup-plain']) {
  const bytes = recorded(scenario);
  const whole = decode([bytes]);

  test(`any chunking of ${scenario} gives the same packets`, () => {
    assert.ok(whole.length > 10);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const chunks: Uint8Array[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = sizes[turn % sizes.length]!;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        assert.deepEqual(decode(chunks), whole);
      }),
      { numRuns: 60 },
    );
  });

  test(`one byte at a time of ${scenario} gives the same packets`, () => {
    const part = bytes.subarray(0, 60_000);
    const single = Array.from(part, (_, at) => part.subarray(at, at + 1));
    assert.deepEqual(decode(single), decode([part]));
  });
}

test('plain and JSON events of the same fields read the same', () => {
  const fields = { ...RINGING, variable_sip_user_agent: 'Päivi 日本 🙂, 100 %' };
  assert.deepEqual(decode([plain(fields)]), decode([json(fields)]));
});

test('of a list of values the first counts, in both ways of writing it', () => {
  const list = { ...RINGING, variable_sip_user_agent: ['first', 'second'] };
  const written = { ...RINGING, variable_sip_user_agent: 'ARRAY::first|:second' };
  for (const one of [json(list), plain(written)]) {
    const [event] = decode([one]);
    assert.equal(event?.kind === 'event' && event.fields.get('variable_sip_user_agent'), 'first');
  }
});

test('a length is counted in bytes, also where characters have several', () => {
  const two = Buffer.concat([json({ ...RINGING, 'Caller-Orig-Caller-ID-Number': 'ÄÖ🙂' }), json(RINGING)]);
  assert.deepEqual(numbers(decode([two])), ['+358', '+358']);
});

test('whatever a caller writes into a number, no event is forged or lost', () => {
  const fragment = fc.constantFrom(
    '\n',
    '\n\n',
    '\r\n',
    'Content-Length: 5',
    'Content-Type: text/event-plain',
    'Event-Name: CHANNEL_HANGUP_COMPLETE',
    '"Event-Name":"CHANNEL_HANGUP_COMPLETE"',
    'Unique-ID: b',
    'ARRAY::',
    '|:',
    '"',
    '\\',
    '%0A',
    '}',
    '{',
    ':',
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 20 }), (fragments) => {
      const number = fragments.join('');
      const forged = { ...RINGING, 'Caller-Caller-ID-Number': number };
      for (const write of [plain, json]) {
        const packets = decode([Buffer.concat([write(forged), write(RINGING)])]);
        assert.deepEqual(
          packets.map((one) => one.kind === 'event' && [one.name, one.fields.get('Unique-ID')]),
          [
            ['CHANNEL_PROGRESS', 'b'],
            ['CHANNEL_PROGRESS', 'b'],
          ],
        );
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what follows the blank line within an event is its body, not its headers', () => {
  const body = 'Event-Name: CHANNEL_PROGRESS\nContent-Length: 12\n\nUnique-ID: b';
  const [event] = decode([packet('text/event-plain', body)]);
  assert.equal(event?.kind === 'event' && event.fields.has('Unique-ID'), false);
});

test('percent signs that are no UTF-8 harm nothing', () => {
  for (const value of ['%', '%zz', '%ff%fe', '100%']) {
    const body = `Event-Name: CHANNEL_PROGRESS\nUnique-ID: b\nCaller-Caller-ID-Number: ${value}\n\n`;
    const [event] = decode([packet('text/event-plain', body)]);
    assert.equal(event?.kind === 'event' && event.fields.get('Unique-ID'), 'b');
  }
});

test('an event longer than any is left out without being kept, and the next one is read', () => {
  const decoder = new EslDecoder();
  const head = text('Content-Length: 300000000\nContent-Type: text/event-json\n\n');
  assert.deepEqual(decoder.push(head), []);
  const before = process.memoryUsage().arrayBuffers;
  const part = Buffer.alloc(1_000_000);
  for (let sent = 0; sent < 300; sent += 1) decoder.push(part);
  assert.ok(process.memoryUsage().arrayBuffers - before < 50_000_000);
  assert.deepEqual(numbers(decode([json(RINGING)], decoder)), ['+358']);
  assert.equal(decoder.counts.broken, 1);
});

test('bytes without any block of headers are not kept either', () => {
  const decoder = new EslDecoder();
  for (let sent = 0; sent < 100; sent += 1) decoder.push(Buffer.alloc(1_000_000, 'x'));
  assert.ok(decoder.counts.broken >= 100);
});

test('behind a body that is longer than it says the next packet is found', () => {
  const torn = text('Content-Length: 10\nContent-Type: text/event-json\n\n{"Event-Name":"CHANNEL_PROGRESS"}');
  const decoder = new EslDecoder();
  assert.deepEqual(numbers(decode([torn, json(RINGING)], decoder)), ['+358']);
  assert.ok(decoder.counts.broken > 0);
});

test('random bytes, and recorded ones with faults in them, never throw', () => {
  const bytes = recorded('03-in-cancelled').subarray(0, 20_000);
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (chunks) => void decode(chunks)));
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 50 }), (faults) => {
      const damaged = Buffer.from(bytes);
      for (const [at, byte] of faults) damaged[at] = byte;
      decode([damaged]);
    }),
  );
});

test('what is no event is told by its kind', () => {
  const stream = [
    'Content-Type: auth/request\n\n',
    'Content-Type: command/reply\nReply-Text: +OK accepted\n\n',
    packet('api/response', '{"row_count": 0}\n').toString(),
    packet('text/disconnect-notice', 'Disconnected, goodbye.\n').toString(),
    packet('text/rude-rejection', 'Access Denied, go away.\n').toString(),
  ];
  assert.deepEqual(
    decode([text(stream.join(''))]).map((one) => one.kind),
    ['greeting', 'reply', 'response', 'farewell', 'turned away'],
  );
});
