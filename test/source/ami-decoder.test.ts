import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';
import { AmiDecoder } from '../../src/source/ami/decoder.ts';
import { WANTED_EVENTS } from '../../src/source/ami/mapper.ts';
import type { AmiPacket } from '../../src/source/ami/packet.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

function decode(chunks: Iterable<Uint8Array>, decoder = new AmiDecoder(WANTED_EVENTS)): AmiPacket[] {
  return [...chunks].flatMap((chunk) => decoder.push(chunk));
}

const text = (value: string) => Buffer.from(value, 'utf8');

/** A Newstate as Asterisk 22 writes it, of a channel whose far number is `connected`. */
function newstate(connected: string, uniqueid = 'pbx1-1.1'): string {
  return [
    'Event: Newstate',
    'Privilege: call,all',
    'Timestamp: 1795401476.517100',
    'SystemName: pbx1',
    'Channel: PJSIP/1001-00000001',
    'ChannelState: 5',
    'ChannelStateDesc: Ringing',
    'CallerIDNum: 1001',
    'CallerIDName: Alice Virtanen',
    `ConnectedLineNum: ${connected}`,
    'ConnectedLineName: <unknown>',
    'Language: en',
    'AccountCode: ',
    'Context: internal',
    'Exten: 1001',
    'Priority: 1',
    `Uniqueid: ${uniqueid}`,
    'Linkedid: pbx1-1.0',
    '',
    '',
  ].join('\r\n');
}

test('any chunking of a recorded stream gives the same packets', () => {
  const bytes = readFileSync(`${TRANSCRIPTS}asterisk/22-odd-caller-names/ami.raw`);
  const whole = decode([bytes]);
  assert.ok(whole.length > 50);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 60 }), (sizes) => {
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

test('one byte at a time gives the same packets', () => {
  const bytes = readFileSync(`${TRANSCRIPTS}asterisk18-chan_sip/03-in-caller-cancels-ringing/ami.raw`);
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  assert.deepEqual(decode(single), decode([bytes]));
});

test('a caller who writes a whole event into their number is read as a number', () => {
  const forged = '+358\r\n\r\nEvent: Hangup\r\nPrivilege: call,all\r\nUniqueid: pbx1-1.1\r\n\r\nx';
  assert.ok(forged.length <= 80, 'Asterisk passes on no more');
  const packets = decode([text(newstate(forged) + newstate('+358409401234', 'pbx1-1.2'))]);
  assert.deepEqual(
    packets.map(({ name, channel }) => [name, channel?.uniqueid, channel?.connectedNumber]),
    [
      ['Newstate', 'pbx1-1.1', forged],
      ['Newstate', 'pbx1-1.2', '+358409401234'],
    ],
  );
});

test('whatever 80 characters a caller writes into a number, no event and no leg is forged or lost', () => {
  const fragment = fc.constantFrom(
    '\r\n',
    '\r\n\r\n',
    'Event: Hangup',
    'Privilege: call,all',
    'Uniqueid: pbx1-1.9',
    'Linkedid: pbx1-1.9',
    'Channel: PJSIP/1001-00000009',
    'ChannelState: 6',
    'ConnectedLineName: x',
    'Language: en',
    'AccountCode: ',
    'Context: x',
    'Exten: 1',
    'Priority: 1',
    'CallerIDName: y',
    'Response: Success',
    'ActionID: csc-1',
    '+358',
    ':',
    ' ',
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 20 }), (fragments) => {
      const number = fragments.join('').slice(0, 80);
      const packets = decode([text(newstate(number) + newstate('+358409401234', 'pbx1-1.2'))]);
      assert.deepEqual(
        packets.map(({ kind, name, channel }) => [kind, name, channel?.uniqueid, channel?.linkedid]),
        [
          ['event', 'Newstate', 'pbx1-1.1', 'pbx1-1.0'],
          ['event', 'Newstate', 'pbx1-1.2', 'pbx1-1.0'],
        ],
      );
      assert.equal(packets[0]?.channel?.connectedNumber, number);
    }),
    { numRuns: 2_000 },
  );
});

test('an event without a class as its second header is not one of Asterisk', () => {
  const decoder = new AmiDecoder(WANTED_EVENTS);
  assert.deepEqual(decode([text('Event: Hangup\r\nUniqueid: pbx1-1.1\r\nCause: 16\r\n\r\n')], decoder), []);
  assert.equal(decoder.counts.broken, 1);
});

test('a list answer carries its ActionID in place of a class', () => {
  const [packet] = decode([text('Event: ContactList\r\nActionID: a-1\r\nUri: sip:1@2;x=y:z\r\n\r\n')]);
  assert.equal(packet?.fields.get('ActionID'), 'a-1');
  assert.equal(packet?.fields.get('Uri'), 'sip:1@2;x=y:z', 'a value may hold colons');
});

test('of a repeated header the first counts', () => {
  const [packet] = decode([text('Response: Success\r\nVariable: a\r\nVariable: b\r\n\r\n')]);
  assert.equal(packet?.fields.get('Variable'), 'a');
});

test('UTF-8 cut between two chunks is whole again, and broken bytes harm nothing', () => {
  const bytes = text(newstate('+358').replace('Alice Virtanen', 'Päivi 日本 🙂'));
  assert.deepEqual(decode([...bytes].map((byte) => Uint8Array.of(byte))), decode([bytes]));
  const broken = Buffer.from(bytes);
  broken[broken.indexOf(text('日')) + 1] = 0xff;
  assert.equal(decode([broken])[0]?.channel?.connectedNumber, '+358');
});

test('a line of a megabyte is left out and the next event is read', () => {
  const decoder = new AmiDecoder(WANTED_EVENTS);
  const long = text(`Event: Newstate\r\nPrivilege: call,all\r\nChannel: ${'x'.repeat(1_000_000)}\r\n\r\n`);
  const chunks = [long, text(newstate('+358'))].flatMap((bytes) =>
    Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, i) =>
      bytes.subarray(i * 50_000, (i + 1) * 50_000),
    ),
  );
  const packets = decode(chunks, decoder);
  assert.deepEqual(
    packets.map(({ channel }) => channel?.connectedNumber),
    ['+358'],
  );
  assert.equal(decoder.counts.broken, 1);
});

test('random bytes never throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (chunks) => {
      decode(chunks);
    }),
  );
});

test('the greeting tells the version of the protocol', () => {
  const decoder = new AmiDecoder(WANTED_EVENTS);
  decode([text('Asterisk Call Man'), text('ager/11.0.0\r\nResponse: Success\r\n\r\n')], decoder);
  assert.equal(decoder.version, '11.0.0');
});
