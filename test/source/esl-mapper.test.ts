/** What FreeSWITCH's channels become: the cases that recorded calls taught, one by one. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { recordedEvents } from '../../src/cli/demo/recorded-events.ts';
import type { Ending, LegEvent } from '../../src/call/leg-event.ts';
import { EslMapper } from '../../src/source/esl/mapper.ts';
import { readList } from '../../src/source/esl/resync.ts';
import {
  ANSWERED,
  event,
  HUNG_UP,
  list,
  map,
  PHONE,
  RINGING,
  row,
  TRUNK,
  type Headers,
} from '../support/esl.ts';
import { TRANSCRIPTS } from '../support/transcripts.ts';

const without = (channel: Headers, ...names: string[]): Headers =>
  Object.fromEntries(Object.entries(channel).filter(([name]) => !names.includes(name)));

/** The phone's channel as a queue or a command rings it: for no other channel that it would name. */
const ALONE = without(PHONE, 'Other-Type', 'Other-Leg-Unique-ID', 'variable_originator');

/** The channel of user 1001 who calls. */
const CALLER: Headers = {
  'Unique-ID': 'u',
  'Call-Direction': 'inbound',
  'Channel-Name': 'sofia/internal/1001@pbx.example.com',
  'Channel-Presence-ID': '1001@pbx.example.com',
  'Caller-Caller-ID-Number': '1001',
  'Caller-Destination-Number': '0401234567',
};

/** A trunk's channel that is called for user 1001. */
const OUT: Headers = {
  'Unique-ID': 'o',
  'Call-Direction': 'outbound',
  'Channel-Name': 'sofia/external/0401234567',
  'Caller-Caller-ID-Number': '+35894271001',
  'Caller-Callee-ID-Number': '0401234567',
  'Caller-Destination-Number': '0401234567',
  variable_originator: 'u',
};

const tell = (events: readonly LegEvent[]) => events.map(({ leg, state }) => `${leg} ${state}`);
const remotes = (events: readonly LegEvent[]) =>
  events.map(({ remote }) => (remote === undefined ? 'none' : remote.withheld ? 'withheld' : remote.number));
const ended = (channel: Headers, more: Headers) => event('CHANNEL_HANGUP_COMPLETE', channel, more);

test('a trunk’s channel is never a leg, also where the dialplan wrote a dialled user on it', () => {
  assert.deepEqual(map(event('CHANNEL_CREATE', TRUNK, { variable_dialed_user: '1001' })), []);
});

test('a called phone rings with the first progress, with media or without', () => {
  for (const progress of ['CHANNEL_PROGRESS', 'CHANNEL_PROGRESS_MEDIA']) {
    assert.deepEqual(tell(map(event('CHANNEL_CREATE', PHONE) + event(progress, PHONE))), [
      'b TRYING',
      'b EARLY',
    ]);
  }
});

test('the domain of a presence id counts as it is in SIP, without its capital letters; the user does not', () => {
  const devices = (presence: string) =>
    map(event('CHANNEL_CREATE', { ...CALLER, 'Channel-Presence-ID': presence })).map(({ device }) => device);
  assert.deepEqual(devices('Anna@PBX.Example.com'), ['Anna@pbx.example.com']);
});

test('where progress is not subscribed the call state tells that the phone rings, never that the caller hears it', () => {
  const rings = (channel: Headers) =>
    event('CHANNEL_CREATE', channel) +
    event('CHANNEL_CALLSTATE', channel, { 'Channel-Call-State': 'RINGING' });
  assert.deepEqual(tell(map(rings(PHONE))), ['b TRYING', 'b EARLY']);
  assert.deepEqual(tell(map(rings(CALLER))), ['u TRYING']);
});

test('what comes after a channel’s end does not bring it back', () => {
  const late =
    event('CHANNEL_DESTROY', PHONE) +
    event('CHANNEL_STATE', PHONE) +
    event('CHANNEL_CALLSTATE', PHONE, { 'Channel-Call-State': 'RINGING' }) +
    event('CHANNEL_BRIDGE', TRUNK, { 'Other-Leg-Unique-ID': 'b' });
  const mapper = new EslMapper();
  assert.deepEqual(tell(map(RINGING + HUNG_UP + late, mapper)), ['b TRYING', 'b EARLY', 'b TERMINATED']);
  assert.equal(mapper.remembers, 1, 'the trunk’s channel, which is still up');
});

test('events of several channels in another order give the same legs', () => {
  const straight = map(RINGING);
  const crossed = map(
    event('CHANNEL_CREATE', PHONE) + event('CHANNEL_CREATE', TRUNK) + event('CHANNEL_PROGRESS', PHONE),
  );
  const core = (events: readonly LegEvent[]) =>
    events.map(({ leg, call, state, remote }) => ({ leg, call, state, remote }));
  assert.deepEqual(core(crossed), core(straight));
});

test('the call is that of the channel which the phone was called for, whatever Channel-Call-UUID says later', () => {
  const events = map(
    RINGING + event('CHANNEL_ANSWER', PHONE, { 'Channel-Call-UUID': 'x', 'Other-Leg-Unique-ID': 'y' }),
  );
  assert.deepEqual([...new Set(events.map(({ call }) => call))], ['a']);
});

test('members of a callcenter, a fifo and a group that is dialled at once are called by the one caller', () => {
  for (const variable of [
    'variable_cc_member_session_uuid',
    'variable_fifo_bridge_uuid',
    'variable_ent_originate_aleg_uuid',
  ]) {
    const [member] = map(
      event('CHANNEL_CREATE', TRUNK) + event('CHANNEL_CREATE', ALONE, { [variable]: 'a' }),
    );
    assert.deepEqual(
      [member?.direction, member?.call, member?.remote, member?.localNumber],
      ['INCOMING', 'a', { withheld: false, number: '+358409401234' }, '+35894271001'],
    );
  }
});

test('a fifo that rings by itself still calls its member, and tells the far party when they are bridged', () => {
  const alone = without(ALONE, 'Caller-Caller-ID-Number');
  const events = map(
    event('CHANNEL_CREATE', TRUNK) +
      event('CHANNEL_CREATE', alone, { variable_fifo_outbound_uuid: 'f' }) +
      event('CHANNEL_ANSWER', alone) +
      event('CHANNEL_BRIDGE', TRUNK, { 'Other-Leg-Unique-ID': 'b' }),
  );
  assert.deepEqual(
    events.map(({ direction, state }) => `${direction} ${state}`),
    ['INCOMING TRYING', 'INCOMING CONFIRMED', 'INCOMING CONFIRMED'],
  );
  assert.deepEqual(remotes(events), ['none', 'none', '+358409401234']);
});

test('a phone that is rung for nobody is its user’s own call: click-to-call', () => {
  const rung = { ...ALONE, 'Caller-Caller-ID-Number': '0401234567' };
  const [first] = map(event('CHANNEL_CREATE', rung));
  assert.deepEqual([first?.direction, first?.call], ['OUTGOING', 'b']);
  assert.deepEqual(first?.remote, { withheld: false, number: '0401234567' });
});

test('a click-to-call under the user’s own number, or FreeSWITCH’s ten zeros, tells its far party when that is called', () => {
  for (const shown of ['1001', '0000000000']) {
    const rung = { ...ALONE, 'Caller-Caller-ID-Number': shown, 'Caller-Orig-Caller-ID-Number': shown };
    const events = map(
      event('CHANNEL_CREATE', rung) +
        event('CHANNEL_CREATE', { ...OUT, variable_originator: 'b' }) +
        event('CHANNEL_ANSWER', rung),
    );
    assert.deepEqual(remotes(events), ['none', '0401234567']);
  }
});

test('who calls hears what FreeSWITCH tells the phone', () => {
  const calls = event('CHANNEL_CREATE', CALLER) + event('CHANNEL_CREATE', OUT);
  assert.deepEqual(tell(map(`${calls}${event('CHANNEL_PROGRESS', CALLER)}`)), ['u TRYING', 'u EARLY']);
  const media = event('CHANNEL_PROGRESS_MEDIA', CALLER, { variable_current_application: 'bridge' });
  assert.deepEqual(tell(map(`${calls}${media}`)), ['u TRYING', 'u EARLY']);
});

test('progress that comes with the answer itself was never heard', () => {
  const answers = event('CHANNEL_CREATE', CALLER) + event('CHANNEL_CREATE', OUT);
  const media = (application: string) =>
    event('CHANNEL_PROGRESS_MEDIA', CALLER, { variable_current_application: application }) +
    event('CHANNEL_ANSWER', CALLER);
  assert.deepEqual(tell(map(answers + media('answer'))), ['u TRYING', 'u CONFIRMED']);
  const atOnce = map(answers + event('CHANNEL_ANSWER', OUT) + media('bridge'));
  assert.deepEqual(tell(atOnce), ['u TRYING', 'u CONFIRMED']);
});

test('a caller’s far party is what was dialled first, also after a transfer changed it', () => {
  const events = map(
    event('CHANNEL_CREATE', CALLER) +
      event('CHANNEL_ANSWER', { ...CALLER, 'Caller-Destination-Number': '3000' }),
  );
  assert.deepEqual(remotes(events), ['0401234567', '0401234567']);
});

test('a called phone’s far party is the other channel’s own number, and stays right when FreeSWITCH swaps the two', () => {
  const swapped = { ...PHONE, 'Caller-Caller-ID-Number': '1001', 'Caller-Callee-ID-Number': '+358409401234' };
  assert.deepEqual(remotes(map(RINGING + event('CHANNEL_ANSWER', swapped))), [
    '+358409401234',
    '+358409401234',
    '+358409401234',
  ]);
});

test('after a transfer the phone that goes on talks to the other one', () => {
  const consults = { ...CALLER, 'Caller-Destination-Number': '1002' };
  const called = {
    ...PHONE,
    'Unique-ID': 'd',
    'Channel-Presence-ID': '1002@pbx.example.com',
    'Other-Leg-Unique-ID': 'u',
    variable_originator: 'u',
  };
  const events = map(
    event('CHANNEL_CREATE', TRUNK) +
      event('CHANNEL_CREATE', consults) +
      event('CHANNEL_CREATE', called) +
      event('CHANNEL_ANSWER', called) +
      event('CHANNEL_BRIDGE', TRUNK, { 'Other-Leg-Unique-ID': 'd' }),
  ).filter(({ leg }) => leg === 'd');
  assert.deepEqual(remotes(events), ['1001', '1001', '+358409401234']);
  assert.deepEqual([...new Set(events.map(({ call }) => call))], ['u']);
});

test('loopback channels are no legs; the phone behind them is, in the call that they serve', () => {
  const one = {
    'Unique-ID': 'l',
    'Call-Direction': 'outbound',
    'Channel-Name': 'loopback/1001-a',
    'Channel-Presence-ID': '1001@pbx.example.com',
    'Caller-Callee-ID-Number': 'XML',
    variable_originator: 'a',
  };
  const other = {
    'Unique-ID': 'm',
    'Call-Direction': 'inbound',
    'Channel-Name': 'loopback/1001-b',
    'Caller-Caller-ID-Number': '+358409401234',
    'Caller-Destination-Number': '1001',
    variable_other_loopback_leg_uuid: 'l',
  };
  const events = map(
    event('CHANNEL_CREATE', TRUNK) +
      event('CHANNEL_CREATE', one) +
      event('CHANNEL_CREATE', other) +
      event('CHANNEL_CREATE', { ...PHONE, 'Other-Leg-Unique-ID': 'm', variable_originator: 'm' }) +
      event('CHANNEL_BRIDGE', one, { 'Other-Leg-Unique-ID': 'b' }),
  );
  assert.deepEqual(
    events.map(({ leg, call, remote, localNumber }) => [leg, call, remote, localNumber]),
    [['b', 'a', { withheld: false, number: '+358409401234' }, '+35894271001']],
  );
});

for (const [what, mark] of [
  ['FreeSWITCH’s flag', { 'Caller-Privacy-Hide-Number': 'true' }],
  ['the Privacy header', { variable_sip_Privacy: 'id' }],
  [
    'an anonymous number',
    { 'Caller-Caller-ID-Number': 'anonymous', 'Caller-Orig-Caller-ID-Number': 'anonymous' },
  ],
] as const) {
  test(`a caller who withholds the number by ${what} is not shown, wherever the call goes`, () => {
    const colleague = {
      ...PHONE,
      'Unique-ID': 'd',
      'Channel-Presence-ID': '1002@pbx.example.com',
    };
    const events = map(
      event('CHANNEL_CREATE', TRUNK, mark) +
        event('CHANNEL_CREATE', PHONE) +
        ANSWERED +
        event('CHANNEL_CREATE', colleague) +
        event('CHANNEL_ANSWER', colleague) +
        event('CHANNEL_BRIDGE', TRUNK, { 'Other-Leg-Unique-ID': 'd' }),
    );
    assert.deepEqual(new Set(remotes(events)), new Set(['withheld']));
  });
}

test('the flag on the called channel is enough, and a bridge does not bring the number back', () => {
  const events = map(
    event('CHANNEL_CREATE', TRUNK) +
      event('CHANNEL_CREATE', PHONE, { 'Caller-Privacy-Hide-Number': 'true' }) +
      ANSWERED +
      event('CHANNEL_BRIDGE', TRUNK, { 'Other-Leg-Unique-ID': 'b' }),
  );
  assert.deepEqual(new Set(remotes(events)), new Set(['withheld']));
});

test('the user’s own withheld number hides nothing of whom the user calls', () => {
  assert.deepEqual(remotes(map(event('CHANNEL_CREATE', CALLER, { 'Caller-Privacy-Hide-Number': 'true' }))), [
    '0401234567',
  ]);
});

test('the phone tells its name, a browser its transport', () => {
  const named =
    event('CHANNEL_CREATE', PHONE) +
    event('CHANNEL_PROGRESS', PHONE, { variable_sip_user_agent: 'Yealink SIP-T46S 66.85' });
  assert.equal(map(named).at(-1)?.userAgent, 'Yealink SIP-T46S 66.85');
  const browser = { ...PHONE, 'Channel-Name': 'sofia/internal/x7@192.0.2.3:5060;transport=ws' };
  assert.equal(map(event('CHANNEL_CREATE', browser))[0]?.userAgent, 'transport=ws');
});

const CALLED: readonly (readonly [Headers, Ending])[] = [
  [{ 'Hangup-Cause': 'ORIGINATOR_CANCEL', variable_sip_hangup_disposition: 'send_cancel' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'NO_ANSWER', variable_sip_hangup_disposition: 'send_cancel' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'ALLOTTED_TIMEOUT' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'SYSTEM_SHUTDOWN' }, 'GIVEN_UP'],
  [
    { 'Hangup-Cause': 'RECOVERY_ON_TIMER_EXPIRE', variable_sip_hangup_disposition: 'recv_refuse' },
    'GIVEN_UP',
  ],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'LOSE_RACE', variable_sip_hangup_disposition: 'send_cancel' }, 'ELSEWHERE'],
  [{ 'Hangup-Cause': 'PICKED_OFF' }, 'ELSEWHERE'],
  [{ 'Hangup-Cause': 'USER_BUSY', variable_sip_hangup_disposition: 'recv_refuse' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'CALL_REJECTED', variable_sip_hangup_disposition: 'recv_refuse' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'NO_ANSWER', variable_sip_hangup_disposition: 'recv_refuse' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'NO_USER_RESPONSE', variable_sip_hangup_disposition: 'recv_refuse' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'DESTINATION_OUT_OF_ORDER' }, 'REFUSED'],
  [
    {
      'Hangup-Cause': 'NO_ANSWER',
      variable_sip_hangup_disposition: 'recv_refuse',
      variable_sip_term_status: '487',
    },
    'GIVEN_UP',
  ],
];

for (const [evidence, ending] of CALLED) {
  test(`a called phone that ends with ${Object.values(evidence).join(', ')} was ${ending}`, () => {
    const last = map(RINGING + ended(PHONE, evidence)).at(-1);
    assert.deepEqual([last?.state, last?.ending, last?.after], ['TERMINATED', ending, 'EARLY']);
  });
}

const CALLING: readonly (readonly [Headers, Ending])[] = [
  [{ 'Hangup-Cause': 'ORIGINATOR_CANCEL', variable_sip_hangup_disposition: 'recv_cancel' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'USER_BUSY', variable_originate_disposition: 'USER_BUSY' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'UNALLOCATED_NUMBER' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_originate_disposition: 'NO_USER_RESPONSE' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_originate_disposition: 'USER_NOT_REGISTERED' }, 'REFUSED'],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_originate_disposition: 'NO_ANSWER' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'NORMAL_CLEARING', variable_endpoint_disposition: 'ATTENDED_TRANSFER' }, 'GIVEN_UP'],
  [{ 'Hangup-Cause': 'SYSTEM_SHUTDOWN' }, 'GIVEN_UP'],
];

for (const [evidence, ending] of CALLING) {
  test(`a calling phone that ends with ${Object.values(evidence).join(', ')} was ${ending}`, () => {
    const last = map(event('CHANNEL_CREATE', CALLER) + ended(CALLER, evidence)).at(-1);
    assert.deepEqual([last?.state, last?.ending], ['TERMINATED', ending]);
  });
}

test('what the phone did has the time at which FreeSWITCH heard of it, also where the event comes late', () => {
  const times = {
    'Event-Date-Timestamp': '1795401160814133',
    'Caller-Channel-Hangup-Time': '1795401159314000',
    'Hangup-Cause': 'NORMAL_CLEARING',
  };
  const at = (disposition: string) =>
    map(RINGING + ended(PHONE, { ...times, variable_sip_hangup_disposition: disposition })).at(-1)?.atMs;
  assert.equal(at('recv_bye'), 1_795_401_159_314);
  assert.equal(at('send_bye'), 1_795_401_160_814);
});

test('a list of channels is one of channels only: not of calls, registrations, or what else `show` knows', () => {
  assert.deepEqual(readList('{"row_count": 0}'), []);
  assert.equal(readList(list([row(PHONE, 'ACTIVE')]))?.length, 1);
  for (const other of [
    '-ERR no reply',
    '[]',
    '{"row_count":1,"rows":[{"reg_user":"1001"}]}',
    JSON.stringify({ row_count: 1, rows: [{ ...row(PHONE, 'ACTIVE'), b_uuid: 'x' }] }),
  ]) {
    assert.equal(readList(other), undefined, other);
  }
});

test('everything that began has ended when FreeSWITCH has no channel any more, and nothing is remembered', () => {
  const mapper = new EslMapper();
  map(RINGING, mapper);
  mapper.beginResync();
  const { legs, alive } = mapper.completeResync([], new Map(), 2_000);
  assert.deepEqual([legs, [...alive], mapper.remembers], [[], [], 0]);
});

test('whatever is left out, repeated or put in another order, no user is made up and nothing stays for ever', () => {
  const recorded = recordedEvents(`${TRANSCRIPTS}freeswitch/28-attended-transfer/esl.raw.gz`);
  const users = new Set(['1001@pbx.example.com', '1002@pbx.example.com']);
  fc.assert(
    fc.property(fc.array(fc.nat(recorded.length - 1), { maxLength: 120 }), (order) => {
      const mapper = new EslMapper();
      for (const at of order) {
        const { name, fields } = recorded[at]!;
        for (const told of mapper.take({ kind: 'event', name, fields }, 0)) {
          assert.ok(users.has(told.device), told.device);
        }
      }
      mapper.beginResync();
      assert.equal(mapper.completeResync([], new Map(), 0).alive.size, 0);
      assert.equal(mapper.remembers, 0);
    }),
    { numRuns: 500 },
  );
});
