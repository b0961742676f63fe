/** A number that its caller withholds is never shown, however Asterisk writes it and whatever becomes of the call. */
import assert from 'node:assert/strict';
import test from 'node:test';
import type { LegEvent } from '../../src/call/leg-event.ts';
import { AmiMapper } from '../../src/source/ami/mapper.ts';
import { block, event, PHONE, TRUNK, type Block } from '../support/ami.ts';
import { listedIn, map } from '../support/ami-mapper.ts';
import type { Presentation } from '../../src/source/ami/presentation.ts';

const WITHHELD = { withheld: true };
const SHOWN = { withheld: false, number: '+358409401234' };
const ANSWERED: Block = { ...PHONE, state: 6 };

const remotes = (events: readonly LegEvent[], device = 'PJSIP/1001') =>
  events.filter((said) => said.device === device).map(({ state, remote }) => [state, remote]);

/** Asterisk answers at once, as it does for whoever may not ask. */
function asking(said: Presentation): { mapper: AmiMapper; asked: string[]; events: LegEvent[] } {
  const asked: string[] = [];
  const events: LegEvent[] = [];
  const mapper: AmiMapper = new AmiMapper({
    ask: (uniqueid, channel) => {
      asked.push(channel);
      events.push(...mapper.presentation(uniqueid, said));
    },
  });
  return { mapper, asked, events };
}

const calledBy = (trunk: Block, phone: Block = PHONE) =>
  event('Newchannel', phone) +
  event('DialBegin', trunk, [], phone) +
  event('Newstate', { ...phone, state: 5 }) +
  event('Newstate', { ...phone, state: 6 });

for (const [mark, remote] of [
  ['0 (Presentation Allowed, Not Screened)', SHOWN],
  ['32 (Presentation Prohibited, Not Screened)', WITHHELD],
  ['35 (Presentation Prohibited, Network Number)', WITHHELD],
  ['67 (Number Unavailable)', WITHHELD],
] as const) {
  test(`a caller marked ${mark} by the dialplan is ${remote === SHOWN ? 'shown' : 'not shown'}`, () => {
    const marked = event('NewCallerid', TRUNK, [`CID-CallingPres: ${mark}`]);
    assert.deepEqual(
      remotes(map(event('Newchannel', TRUNK) + marked + calledBy(TRUNK))),
      ['TRYING', 'EARLY', 'CONFIRMED'].map((state) => [state, remote]),
    );
  });
}

test('a mark on a Local channel is one on the caller whose call it serves', () => {
  const half: Block = {
    ...TRUNK,
    Channel: 'Local/1001@in-00000000;2',
    Uniqueid: 'pbx1-1.8',
    Linkedid: TRUNK.Uniqueid,
  };
  const marked = event('NewCallerid', half, ['CID-CallingPres: 32 (Presentation Prohibited, Not Screened)']);
  const events = map(event('Newchannel', TRUNK) + event('Newchannel', half) + marked + calledBy(half));
  assert.deepEqual(remotes(events)[0], ['TRYING', WITHHELD]);
});

test('a mark that allows does not undo what the caller asked for', () => {
  const { mapper } = asking('restricted');
  const allowed = event('NewCallerid', TRUNK, ['CID-CallingPres: 0 (Presentation Allowed, Not Screened)']);
  const events = map(event('Newchannel', TRUNK) + allowed + calledBy(TRUNK), mapper);
  assert.deepEqual(remotes(events)[0], ['TRYING', WITHHELD]);
});

test('a mark that comes while Asterisk is asked lets the legs go on, and its answer changes nothing', () => {
  const mapper = new AmiMapper({ ask: () => {} });
  assert.deepEqual(remotes(map(event('Newchannel', TRUNK) + calledBy(TRUNK), mapper)), []);
  const marked = event('NewCallerid', TRUNK, ['CID-CallingPres: 32 (Presentation Prohibited)']);
  assert.deepEqual(
    remotes(map(marked, mapper)),
    ['TRYING', 'EARLY', 'CONFIRMED'].map((state) => [state, WITHHELD]),
  );
  assert.deepEqual(mapper.presentation(TRUNK.Uniqueid, 'allowed'), []);
  assert.deepEqual(remotes(map(event('Hangup', ANSWERED), mapper)), [['TERMINATED', WITHHELD]]);
});

for (const [how, written] of [
  ['in E.164', '+358409401234'],
  ['with 00', '00358409401234'],
  ['with a prefix for the line', '00409401234'],
  ['with SIP parameters', '+358409401234;cpc=ordinary'],
  ['as something else altogether', 'A-customer'],
] as const) {
  test(`a withheld national number that the dialplan passes on ${how} stays withheld`, () => {
    const { mapper } = asking('restricted');
    const trunk = { ...TRUNK, caller: '0409401234' };
    const events = map(
      event('Newchannel', trunk) + calledBy(trunk, { ...PHONE, connected: written }) + event('Hangup', PHONE),
      mapper,
    );
    assert.deepEqual(
      remotes(events),
      ['TRYING', 'EARLY', 'CONFIRMED', 'TERMINATED'].map((state) => [state, WITHHELD]),
    );
  });
}

test('the number of a further user in the call of a caller who withholds is shown', () => {
  const { mapper } = asking('restricted');
  const colleague: Block = { ...PHONE, Channel: 'PJSIP/1002-00000002', Uniqueid: 'pbx1-1.2', caller: '1002' };
  const events = map(
    event('Newchannel', TRUNK) +
      calledBy(TRUNK) +
      event('Newchannel', colleague) +
      calledBy(colleague, { ...PHONE, Uniqueid: 'pbx1-1.3', connected: '1002' }),
    mapper,
  );
  assert.deepEqual(remotes(events).at(-1), ['CONFIRMED', { withheld: false, number: '1002' }]);
});

test('a caller who withholds does not hide the same number in a call in which it is shown', () => {
  const { mapper } = asking('restricted');
  const other: Block = { ...TRUNK, Channel: 'PJSIP/trunk-00000009', Uniqueid: 'pbx1-2.0' };
  const open = new AmiMapper({
    ask: (uniqueid) =>
      void open.presentation(uniqueid, uniqueid === TRUNK.Uniqueid ? 'restricted' : 'allowed'),
  });
  const text =
    event('Newchannel', TRUNK) +
    event('Newchannel', other) +
    calledBy(other, { ...PHONE, Linkedid: 'pbx1-2.0' });
  assert.deepEqual(remotes(map(text, open))[0], ['TRYING', SHOWN]);
  assert.deepEqual(remotes(map(text, mapper))[0], ['TRYING', WITHHELD]);
});

test('who dials a number sees it, also while its owner withholds it in another call', () => {
  const { mapper } = asking('restricted');
  const dialling: Block = { ...PHONE, state: 4, Exten: '+358409401234', Uniqueid: 'x', Linkedid: 'x' };
  const events = map(event('Newchannel', TRUNK) + event('Newchannel', dialling), mapper);
  assert.deepEqual(remotes(events), [['TRYING', SHOWN]]);
});

test('a caller without any number is asked too, and is withheld where the number is', () => {
  for (const [said, remote] of [
    ['restricted', WITHHELD],
    ['unavailable', undefined],
    ['allowed', undefined],
  ] as const) {
    for (const caller of ['<unknown>', '']) {
      const { mapper, asked } = asking(said);
      const trunk = { ...TRUNK, caller };
      const events = map(
        event('Newchannel', trunk) + calledBy(trunk, { ...PHONE, connected: caller }),
        mapper,
      );
      assert.deepEqual(asked, [TRUNK.Channel]);
      assert.deepEqual(remotes(events)[0], ['TRYING', remote], said);
    }
  }
});

test('a number that the dialplan finds for a caller without one is shown', () => {
  const { mapper } = asking('unavailable');
  const found = event('NewCallerid', TRUNK, ['CID-CallingPres: 0 (Presentation Allowed, Not Screened)']);
  const events = map(event('Newchannel', { ...TRUNK, caller: '' }) + found + calledBy(TRUNK), mapper);
  assert.deepEqual(remotes(events)[0], ['TRYING', SHOWN]);
});

/** 1001 is in a call with the trunk, calls 1002, and transfers before 1002 answers. */
function blindlyConsulted(mapper: AmiMapper): LegEvent[] {
  const calling: Block = {
    ...PHONE,
    Channel: 'PJSIP/1001-00000002',
    state: 4,
    Exten: '1002',
    connected: '<unknown>',
    Uniqueid: 'pbx1-1.2',
    Linkedid: 'pbx1-1.2',
  };
  const target: Block = {
    ...PHONE,
    Channel: 'PJSIP/1002-00000003',
    caller: '1002',
    connected: '1001',
    Uniqueid: 'pbx1-1.3',
    Linkedid: 'pbx1-1.2',
  };
  const transfer = [
    'Event: AttendedTransfer',
    'Privilege: call,all',
    'Result: Success',
    ...block(ANSWERED, 'OrigTransferer'),
    ...block(calling, 'SecondTransferer'),
    '',
    '',
  ].join('\r\n');
  const got = { ...target, connected: TRUNK.caller! };
  return map(
    event('Newchannel', TRUNK) +
      calledBy(TRUNK) +
      event('Newchannel', calling) +
      event('Newchannel', target) +
      event('DialBegin', calling, [], target) +
      event('Newstate', { ...target, state: 5 }) +
      transfer +
      event('Hangup', ANSWERED) +
      event('Hangup', calling) +
      event('NewConnectedLine', { ...got, state: 5 }) +
      event('Newstate', { ...got, state: 6 }) +
      event('Hangup', TRUNK) +
      event('Hangup', { ...got, state: 6 }),
    mapper,
  );
}

test('after a transfer before the answer, the original caller stays withheld, also when gone before the leg', () => {
  const mine = { withheld: false, number: '1001' };
  const { mapper } = asking('restricted');
  assert.deepEqual(remotes(blindlyConsulted(mapper), 'PJSIP/1002'), [
    ['TRYING', WITHHELD],
    ['EARLY', WITHHELD],
    ['CONFIRMED', WITHHELD],
    ['TERMINATED', WITHHELD],
  ]);
  const open = new AmiMapper({
    ask: (uniqueid) =>
      void open.presentation(uniqueid, uniqueid === TRUNK.Uniqueid ? 'restricted' : 'allowed'),
  });
  assert.deepEqual(remotes(blindlyConsulted(open), 'PJSIP/1002'), [
    ['TRYING', mine],
    ['EARLY', mine],
    ['CONFIRMED', WITHHELD],
    ['TERMINATED', WITHHELD],
  ]);
  assert.deepEqual(open.remembers(), { channels: 0, calls: 0, callers: 0 });
});

test('a leg that waits for the answer about a transferred caller keeps its order', () => {
  const waiting = new AmiMapper({
    ask: (uniqueid) => {
      if (uniqueid !== TRUNK.Uniqueid) waiting.presentation(uniqueid, 'allowed');
    },
  });
  assert.deepEqual(remotes(blindlyConsulted(waiting), 'PJSIP/1002').length, 2);
  const released = waiting.presentation(TRUNK.Uniqueid, 'restricted');
  assert.deepEqual(remotes(released, 'PJSIP/1002'), [
    ['CONFIRMED', WITHHELD],
    ['TERMINATED', WITHHELD],
  ]);
  assert.deepEqual(waiting.remembers(), { channels: 0, calls: 0, callers: 0 });
});

test('at the first resync a called phone that is listed before its caller does not show the number', () => {
  for (const Exten of ['+358942721001', 's']) {
    const { mapper, asked } = asking('restricted');
    const { legs } = listedIn(mapper, [
      [ANSWERED, 'AppDial'],
      [{ ...TRUNK, state: 6, Exten }, 'Dial'],
    ]);
    assert.deepEqual(asked, [TRUNK.Channel]);
    assert.deepEqual(remotes(legs), [['CONFIRMED', WITHHELD]]);
  }
  const mapper = new AmiMapper({ ask: () => {} });
  const { legs } = listedIn(mapper, [
    [ANSWERED, 'AppDial'],
    [{ ...TRUNK, state: 6 }, 'Dial'],
  ]);
  assert.deepEqual(remotes(legs), []);
  assert.deepEqual(remotes(mapper.presentation(TRUNK.Uniqueid, 'allowed')), [['CONFIRMED', SHOWN]]);
});
