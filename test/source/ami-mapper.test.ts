/** The hard cases as Asterisk writes them, where no recording of ours has them. Evidence: docs/sources/asterisk.md. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LegEvent } from '../../src/call/leg-event.ts';
import { AmiMapper } from '../../src/source/ami/mapper.ts';
import { block, event, HUNG_UP, PHONE, RINGING, TRUNK, type Block } from '../support/ami.ts';
import { listedIn, map } from '../support/ami-mapper.ts';

const of = (events: readonly LegEvent[], device: string) => events.filter((said) => said.device === device);
const endOf = (events: readonly LegEvent[], device = 'PJSIP/1001') =>
  of(events, device).find(({ state }) => state === 'TERMINATED')?.ending;

/** The phone is called, and its leg ends as told. */
function incoming(dialEnds: readonly (readonly string[])[], cause: number, hangupRequested = false): string {
  return [
    event('Newchannel', TRUNK),
    event('Newchannel', PHONE),
    event('DialBegin', TRUNK, [], PHONE),
    event('Newstate', { ...PHONE, state: 5 }),
    hangupRequested ? event('HangupRequest', PHONE) : '',
    ...dialEnds.map((lines) => event('DialEnd', TRUNK, lines, PHONE)),
    event('Hangup', PHONE, [`Cause: ${cause}`]),
  ].join('');
}

const ended = (status: string) => [`DialStatus: ${status}`];

for (const [what, dialEnds, cause, hangupRequested, ending] of [
  ['the caller cancels', [ended('CANCEL')], 127, false, 'GIVEN_UP'],
  ['the phone answers 486', [ended('BUSY')], 17, true, 'REFUSED'],
  ['the phone answers 603', [ended('NOANSWER')], 21, true, 'REFUSED'],
  ['the phone answers 480', [ended('NOANSWER')], 19, true, 'REFUSED'],
  ['the phone answers 488', [ended('NOANSWER')], 58, true, 'REFUSED'],
  ['the phone cannot be reached', [ended('CONGESTION')], 34, true, 'REFUSED'],
  ['the ring time is over', [ended('NOANSWER')], 0, false, 'GIVEN_UP'],
  ['another phone took it', [ended('CANCEL')], 26, false, 'ELSEWHERE'],
  ['another member refused and then the caller cancels', [ended('CANCEL')], 17, false, 'GIVEN_UP'],
  ['a queue lost it to another agent', [ended('CANCEL'), ended('CANCEL')], 26, false, 'ELSEWHERE'],
  ['a queue moves on', [ended('NOANSWER'), ended('CANCEL')], 0, false, 'GIVEN_UP'],
  ['a queue is left by its caller', [ended('CANCEL'), ended('CANCEL')], 0, false, 'GIVEN_UP'],
  ['a queue’s agent rejects', [ended('NOANSWER')], 17, true, 'REFUSED'],
  ['the phone deflects (302), told by the cause', [ended('CANCEL')], 23, false, 'REFUSED'],
  [
    'the phone deflects (302), told by the dial',
    [['Forward: Local/1002@in', 'DialStatus: CANCEL']],
    0,
    false,
    'REFUSED',
  ],
  ['a colleague picks it up', [], 26, false, 'ELSEWHERE'],
  ['it ends busy without an end of the dial', [], 17, false, 'REFUSED'],
  ['it ends without any evidence', [], 0, false, 'GIVEN_UP'],
  ['Asterisk restarts', [ended('NOANSWER')], 0, false, 'GIVEN_UP'],
] as const) {
  test(`a called phone: ${what}`, () => {
    assert.equal(endOf(map(incoming(dialEnds, cause, hangupRequested))), ending);
  });
}

const CALLING: Block = {
  ...PHONE,
  state: 4,
  Exten: '0501112222',
  Uniqueid: 'pbx1-2.0',
  Linkedid: 'pbx1-2.0',
};

for (const [what, requested, ending] of [
  ['the user hangs up', true, 'GIVEN_UP'],
  ['the far end refuses', false, 'REFUSED'],
] as const) {
  test(`a calling phone: ${what} before the answer`, () => {
    const text =
      event('Newchannel', CALLING) +
      (requested ? event('HangupRequest', CALLING) : '') +
      event('Hangup', CALLING, ['Cause: 17']);
    assert.equal(endOf(map(text)), ending);
  });
}

const FAR: Block = { ...TRUNK, state: 5, Linkedid: 'pbx1-2.0' };
const HELPER: Block = { ...FAR, Channel: 'Local/x@out-00000001;1' };

for (const [what, far, dialEnd, refuses, ending] of [
  ['the ring time is over', FAR, 'NOANSWER', false, 'GIVEN_UP'],
  ['the far end answers 480', FAR, 'NOANSWER', true, 'REFUSED'],
  ['the far end is busy', FAR, 'BUSY', true, 'REFUSED'],
  ['what is behind a helper channel ends it, nobody sees how', HELPER, 'NOANSWER', false, 'REFUSED'],
] as const) {
  test(`a calling phone: ${what}`, () => {
    const text =
      event('Newchannel', CALLING) +
      event('Newchannel', far) +
      event('DialBegin', CALLING, [], far) +
      (refuses ? event('HangupRequest', far) : '') +
      event('DialEnd', CALLING, ended(dialEnd), far) +
      event('Hangup', far, ['Cause: 19']) +
      event('Hangup', CALLING, ['Cause: 16']);
    assert.equal(endOf(map(text)), ending);
  });
}

test('a consultation that is transferred before its answer was given up, not refused', () => {
  const first: Block = { ...PHONE, state: 6, Uniqueid: 'pbx1-1.1' };
  const transfer = [
    'Event: AttendedTransfer',
    'Privilege: call,all',
    'Result: Success',
    ...block(first, 'OrigTransferer'),
    ...block(CALLING, 'SecondTransferer'),
    '',
    '',
  ].join('\r\n');
  const events = map(event('Newchannel', CALLING) + transfer + event('Hangup', CALLING, ['Cause: 0']));
  assert.equal(endOf(events), 'GIVEN_UP');
});

test('chan_sip: a calling phone is born Down and then in state Ring', () => {
  const sip: Block = { ...CALLING, Channel: 'SIP/1001-00000003' };
  const events = map(event('Newchannel', { ...sip, state: 0 }) + event('Newstate', sip));
  assert.deepEqual(
    events.map(({ state, direction, remote }) => [state, direction, remote]),
    [['TRYING', 'OUTGOING', { withheld: false, number: '0501112222' }]],
  );
});

test('the picker of a colleague’s call has an outgoing leg that is answered at once', () => {
  const picker: Block = { ...CALLING, Channel: 'PJSIP/1002-00000005', Exten: '*8' };
  const events = map(
    event('Newchannel', picker) +
      event('Newstate', { ...picker, state: 6 }) +
      event('DialEnd', TRUNK, ended('ANSWER'), { ...picker, state: 6 }) +
      event('Rename', picker, ['Newname: PJSIP/1002-00000005<MASQ>']) +
      event('Hangup', { ...picker, state: 6, Linkedid: 'pbx1-1.0' }, ['Cause: 16']),
  );
  assert.deepEqual(
    events.map(({ state, direction, call }) => [state, direction, call]),
    [
      ['TRYING', 'OUTGOING', 'pbx1-2.0'],
      ['CONFIRMED', 'OUTGOING', 'pbx1-2.0'],
      ['TERMINATED', 'OUTGOING', 'pbx1-2.0'],
    ],
  );
});

test('Local channels are never legs, and the leg behind them has the outside caller as remote', () => {
  const half = (n: number): Block => ({
    Channel: `Local/1001@from-queue-00000000;${n}`,
    state: n === 1 ? 0 : 4,
    Exten: '1001',
    Uniqueid: `pbx1-1.${10 + n}`,
    Linkedid: 'pbx1-1.0',
  });
  const events = map(
    event('Newchannel', TRUNK) +
      event('Newchannel', half(1)) +
      event('Newchannel', half(2)) +
      event('DialBegin', TRUNK, [], half(1)) +
      event('Newchannel', PHONE) +
      event('DialBegin', half(2), [], PHONE) +
      event('Newstate', { ...half(1), state: 5 }) +
      event('Newstate', { ...PHONE, state: 5 }) +
      event('Hangup', half(1), ['Cause: 16']) +
      event('Hangup', half(2), ['Cause: 16']),
  );
  assert.deepEqual(
    events.filter(({ device }) => device.startsWith('Local')),
    [],
  );
  assert.deepEqual(
    of(events, 'PJSIP/1001').map(({ state, remote }) => [state, remote]),
    ['TRYING', 'EARLY'].map((state) => [state, { withheld: false, number: '+358409401234' }]),
  );
});

test('click-to-call: one outgoing leg, whose remote is never the user’s own number', () => {
  const called: Block = { ...PHONE, connected: '1001', Uniqueid: 'pbx1-3.0', Linkedid: 'pbx1-3.0' };
  const events = map(
    event('Newchannel', called) +
      event('DialBegin', undefined, [], called) +
      event('Newstate', { ...called, state: 5 }) +
      event('Newstate', { ...called, state: 6 }) +
      event('NewCallerid', { ...called, state: 6, Exten: '0501112222' }) +
      event('Hangup', { ...called, state: 6, Exten: '0501112222' }, ['Cause: 16']),
  );
  assert.deepEqual(
    events.map(({ state, direction, remote }) => [state, direction, remote]),
    [
      ['TRYING', 'OUTGOING', undefined],
      ['EARLY', 'OUTGOING', undefined],
      ['CONFIRMED', 'OUTGOING', undefined],
      ['TERMINATED', 'OUTGOING', { withheld: false, number: '0501112222' }],
    ],
  );
});

/** 1002 calls *80, which pages 1001. */
const PAGER: Block = { ...TRUNK, Channel: 'PJSIP/1002-00000000', caller: '1002', Exten: '*80' };
const PAGED: Block = { ...PHONE, connected: '1002' };

test('a phone that is paged has an incoming leg from whoever pages, though the dial names no caller', () => {
  const events = map(
    event('Newchannel', PAGER) +
      event('Newchannel', PAGED) +
      event('DialBegin', undefined, [], PAGED) +
      event('Newstate', { ...PAGED, state: 6 }),
  );
  assert.deepEqual(
    of(events, 'PJSIP/1001').map(({ state, direction, remote }) => [state, direction, remote]),
    ['TRYING', 'CONFIRMED'].map((state) => [state, 'INCOMING', { withheld: false, number: '1002' }]),
  );
});

test('in a list, a phone that is paged is told from one that the PBX calls for its user', () => {
  const { legs } = listedIn(new AmiMapper(), [
    [{ ...PAGED, state: 6 }, 'AppDial2'],
    [{ ...PAGED, state: 6, Uniqueid: 'pbx1-3.0', Linkedid: 'pbx1-3.0' }, 'AppDial2'],
  ]);
  assert.deepEqual(legs.map(({ leg, direction }) => [leg, direction]).toSorted(), [
    ['pbx1-1.1', 'INCOMING'],
    ['pbx1-3.0', 'OUTGOING'],
  ]);
});

test('click-to-call through a Local channel: the far party is said as soon as it is known', () => {
  const called: Block = { ...PHONE, connected: '1001' };
  const mapper = new AmiMapper();
  map(
    event('Newchannel', called) +
      event('DialBegin', { ...TRUNK, Channel: 'Local/1001@in-00000000;2' }, [], called) +
      event('Newstate', { ...called, state: 6 }),
    mapper,
  );
  const learnt = event('NewConnectedLine', { ...called, state: 6, connected: '0409401234' });
  assert.deepEqual(
    map(learnt + learnt, mapper).map(({ state, remote }) => [state, remote]),
    [['CONFIRMED', { withheld: false, number: '0409401234' }]],
  );
});

test('a channel that hangs up before its list is complete does not come to life by it', () => {
  const mapper = new AmiMapper();
  const { legs, alive } = listedIn(mapper, [[{ ...PHONE, state: 6 }, 'AppDial']], HUNG_UP);
  assert.deepEqual(legs, []);
  assert.ok(!alive.has(PHONE.Uniqueid));
  assert.equal(mapper.remembers().channels, 0);
});

for (const [what, state, application, direction] of [
  ['calls, and was answered', 6, 'Dial', 'OUTGOING'],
  ['calls', 4, 'Dial', 'OUTGOING'],
  ['was called', 0, 'AppDial', 'INCOMING'],
] as const) {
  test(`a channel of which only the birth was seen before a drop: the list tells that it ${what}`, () => {
    const mapper = new AmiMapper();
    const channel: Block = { ...CALLING, state: 0 };
    map(event('Newchannel', channel), mapper);
    const { legs } = listedIn(mapper, [[{ ...channel, state }, application]]);
    assert.deepEqual(
      legs.map((leg) => leg.direction),
      [direction],
    );
  });
}

test('a resync says the present state of every leg again, for devices that are new in the directory', () => {
  const mapper = new AmiMapper();
  map(RINGING, mapper);
  for (const [state, said] of [
    [5, 'EARLY'],
    [6, 'CONFIRMED'],
    [6, 'CONFIRMED'],
  ] as const) {
    const { legs } = listedIn(mapper, [[{ ...PHONE, state }, 'AppDial']]);
    assert.deepEqual(
      legs.map((leg) => [leg.state, leg.atMs]),
      [[said, 2_000]],
    );
  }
});

test('an end tells how far the leg had come', () => {
  const text = event('Newchannel', TRUNK) + event('Newchannel', PHONE) + event('DialBegin', TRUNK, [], PHONE);
  assert.equal(map(text + HUNG_UP).at(-1)?.after, 'TRYING');
  assert.equal(map(RINGING + HUNG_UP).at(-1)?.after, 'EARLY');
});

test('a called channel that never was dialled nor rang is no leg', () => {
  const ignored: string[] = [];
  const mapper = new AmiMapper({ ignored: (channel) => ignored.push(channel) });
  assert.deepEqual(map(event('Newchannel', PHONE) + event('Hangup', PHONE, ['Cause: 0']), mapper), []);
  assert.deepEqual(ignored, ['PJSIP/1001']);
});

test('ringing before the dial begins, and events after the end, change nothing', () => {
  const events = map(
    event('Newchannel', TRUNK) +
      event('Newchannel', PHONE) +
      event('Newstate', { ...PHONE, state: 5 }) +
      event('DialState', TRUNK, ['DialStatus: RINGING'], PHONE) +
      event('DialBegin', TRUNK, [], PHONE) +
      event('Hangup', PHONE, ['Cause: 16']) +
      event('NewCallerid', PHONE) +
      event('Newstate', { ...PHONE, state: 6 }) +
      event('Hangup', PHONE, ['Cause: 16']),
  );
  assert.deepEqual(
    of(events, 'PJSIP/1001').map(({ state }) => state),
    ['EARLY', 'TERMINATED'],
  );
});

test('the time is the event’s own where it has one, else that of its arrival', () => {
  const own = event('Newchannel', TRUNK).replace(
    'Privilege: call,all',
    'Privilege: call,all\r\nTimestamp: 1795401476.358646',
  );
  assert.equal(map(own)[0]?.atMs, 1_795_401_476_358);
  assert.equal(map(event('Newchannel', TRUNK))[0]?.atMs, 1_000);
});

test('nothing is kept of channels and calls that are over', () => {
  const mapper = new AmiMapper();
  for (let round = 0; round < 1_000; round += 1) {
    const id = `pbx1-${round}`;
    const trunk = { ...TRUNK, Uniqueid: `${id}.0` };
    const phone = { ...PHONE, Uniqueid: `${id}.1`, Linkedid: `${id}.0` };
    map(
      event('Newchannel', trunk) +
        event('Newchannel', phone) +
        event('DialBegin', trunk, [], phone) +
        event('Hangup', phone, ['Cause: 16']) +
        event('Hangup', trunk, ['Cause: 16']),
      mapper,
    );
  }
  assert.deepEqual(mapper.remembers(), { channels: 0, calls: 0, callers: 0 });
});
