/** What dialplans are taken to mean: guesses, made of what stands there and of nothing else. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Dialplan as AsteriskDialplan } from '../../src/source/ami/dialplan.ts';
import { readPacket } from '../../src/source/ami/packet.ts';
import { readCallerId } from '../../src/source/ami/phones.ts';
import { Dialplan as FreeswitchDialplan } from '../../src/source/esl/dialplan.ts';
import { step } from '../support/asked-asterisk.ts';

function asterisk(...steps: readonly string[]) {
  const dialplan = new AsteriskDialplan();
  for (const text of steps) {
    const packet = readPacket(text);
    assert.ok(typeof packet === 'object');
    dialplan.take(packet);
  }
  const { functionNumbers, phones } = dialplan.read();
  return { guesses: functionNumbers.map(({ number, kind }) => `${number} ${kind}`), phones: [...phones] };
}

test('Asterisk: a number that rings one phone is its own, also where voicemail follows', () => {
  const { guesses, phones } = asterisk(
    step('in', '1001', 'Dial', 'PJSIP/1001,20'),
    step('in', '1001', 'VoiceMail', '1001@default'),
    step('in', '1002', 'Dial', 'PJSIP/1002@trunk'),
    step('in', '1003', 'Dial', '${TARGET}&PJSIP/1003'),
  );
  assert.deepEqual([guesses, phones], [[], [['1001', 'PJSIP/1001']]]);
});

test('Asterisk: patterns, special extensions, single digits and the choices of a menu are no numbers', () => {
  const { guesses } = asterisk(
    step('in', '_6XX', 'Queue', 'a'),
    step('in', '_700', 'Queue', 'a'),
    step('in', 's', 'Queue', 'a'),
    step('in', '5', 'Queue', 'a'),
    step('menu', '11', 'Queue', 'a'),
    step('menu', 's', 'WaitExten'),
  );
  assert.deepEqual(guesses, ['700 QUEUE']);
});

test('Asterisk: jumps are followed, and one that never ends is left', () => {
  const { guesses } = asterisk(
    step('in', '800', 'Goto', '801,1'),
    step('in', '801', 'GoTo', 'rooms,900,1'),
    step('rooms', '900', 'confbridge', '900'),
    step('in', '850', 'Goto', '5'),
    step('in', '860', 'Goto', '861,1'),
    step('in', '861', 'Goto', '860,1'),
  );
  assert.deepEqual(guesses, ['800 CONFERENCE', '801 CONFERENCE', '900 CONFERENCE']);
});

for (const [written, read] of [
  ['"Matti Virtanen" <1001>', { name: 'Matti Virtanen', number: '1001' }],
  ['Matti <+358942721001>', { name: 'Matti', number: '+358942721001' }],
  ['"Matti"', { name: 'Matti' }],
  ['1001', { number: '1001' }],
  ['<1001>', { number: '1001' }],
  ['<unknown>', {}],
  ['', {}],
] as const) {
  test(`the caller id ${written || '(none)'} is read`, () => assert.deepEqual(readCallerId(written), read));
}

const condition = (expression: string, ...actions: readonly (readonly [string, string])[]) =>
  `<extension name="x"><condition field="destination_number" expression="${expression}">${actions
    .map(([application, data]) => `<action application="${application}" data="${data}"/>`)
    .join('')}</condition></extension>`;

function freeswitch(...extensions: readonly string[]) {
  const dialplan = new FreeswitchDialplan();
  dialplan.take(`<context name="default">${extensions.join('')}</context>`);
  return dialplan.functionNumbers().map(({ number, kind }) => `${number} ${kind}`);
}

test('FreeSWITCH: whole numbers are read out of expressions, patterns are not', () => {
  const queue = ['callcenter', 'support@default'] as const;
  assert.deepEqual(
    freeswitch(
      condition('^(?:600|601)$', queue),
      condition('^\\*98$|^vmain$', ['voicemail', 'check default']),
      condition('^6[0-9]{2}$', queue),
      condition('^7.*', queue),
    ),
    ['600 QUEUE', '601 QUEUE', '*98 VOICEMAIL'],
  );
});

test('FreeSWITCH: a bridge to one phone is nobody else’s, to several a group; transfers are followed', () => {
  assert.deepEqual(
    freeswitch(
      condition('^700$', ['bridge', '{a=1,b=2}user/1001@example.com']),
      condition('^701$', ['bridge', '[leg_timeout=5]user/1001@example.com|user/1002@example.com']),
      condition('^702$', ['transfer', '701 XML default']),
      condition('^703$', ['transfer', '703 XML default']),
      condition('^704$', ['answer', ''], ['set', 'a=&quot;b&quot;'], ['conference', 'room &amp; co']),
    ),
    ['701 HUNT_GROUP', '702 HUNT_GROUP', '704 CONFERENCE'],
  );
});
