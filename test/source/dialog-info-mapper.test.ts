/** Which dialogs are legs, which way, in which state, and why they ended: one case at a time. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { MOST_HIDDEN_RINGING_MS, DialogMapper } from '../../src/source/dialog-info/mapper.ts';
import { ADDRESS, createUser, words, type Written } from '../support/dialog-info.ts';

test('a call that is answered and ends is told step by step, capital letters or not', () => {
  const user = createUser();
  const told = ['Trying', 'proceeding', 'EARLY', 'Confirmed', 'terminated'].flatMap((state) =>
    user.take([{ state }]),
  );
  assert.deepEqual(words(told), [
    'INCOMING TRYING',
    'INCOMING PROCEEDING',
    'INCOMING EARLY',
    'INCOMING CONFIRMED',
    'INCOMING TERMINATED GIVEN_UP',
  ]);
  assert.equal(new Set(told.map(({ leg }) => leg)).size, 1);
  assert.equal(told[0]?.call, 'call-a');
  assert.equal(told[0]?.device, ADDRESS);
});

test('the entity that made the dialog calls, the other is called', () => {
  const user = createUser();
  assert.deepEqual(words(user.take([{ state: 'early', direction: 'initiator' }])), ['OUTGOING EARLY']);
  assert.deepEqual(
    words(user.take([{ id: 'b', state: 'early', direction: 'recipient' }]))[0],
    'INCOMING EARLY',
  );
});

test('states that are said again or go back tell nothing', () => {
  const user = createUser();
  user.take([{ state: 'confirmed' }]);
  assert.deepEqual(user.take([{ state: 'confirmed' }]), []);
  assert.deepEqual(user.take([{ state: 'early' }]), []);
});

for (const [evidence, direction, ending] of [
  ['terminated', 'recipient', 'GIVEN_UP'],
  ['terminated event="cancelled"', 'recipient', 'GIVEN_UP'],
  ['terminated event="rejected" code="486"', 'recipient', 'REFUSED'],
  ['terminated event="rejected"', 'recipient', 'REFUSED'],
  ['terminated event="Rejected" code="487"', 'recipient', 'GIVEN_UP'],
  ['terminated event="rejected" code="408"', 'recipient', 'GIVEN_UP'],
  ['terminated event="timeout"', 'recipient', 'GIVEN_UP'],
  ['terminated event="error"', 'recipient', 'REFUSED'],
  ['terminated event="local-bye"', 'recipient', 'GIVEN_UP'],
  ['terminated event="remote-bye"', 'recipient', 'GIVEN_UP'],
  ['terminated event="replaced"', 'recipient', 'ELSEWHERE'],
  ['terminated event="replaced"', 'initiator', 'GIVEN_UP'],
  ['terminated code="603"', 'recipient', 'REFUSED'],
  ['terminated code="200"', 'recipient', 'GIVEN_UP'],
  ['terminated code="486"', 'initiator', 'REFUSED'],
  ['terminated event="unheard-of"', 'recipient', 'GIVEN_UP'],
] as const) {
  test(`a ringing ${direction} that is ${evidence} ended as ${ending}`, () => {
    const user = createUser();
    user.take([{ state: 'early', direction }]);
    const [end] = user.take([{ state: evidence, direction }]);
    assert.deepEqual([end?.state, end?.ending, end?.after], ['TERMINATED', ending, 'EARLY']);
  });
}

test('a dialog that is over is repeated for a while, and ends once', () => {
  const user = createUser();
  user.take([{ state: 'early' }]);
  assert.equal(user.take([{ state: 'terminated' }]).length, 1);
  assert.deepEqual(user.take([{ state: 'terminated' }]), []);
  assert.deepEqual(user.take([]), []);
  assert.deepEqual(user.take([{ state: 'terminated' }]), []);
  assert.deepEqual(user.take([{ state: 'confirmed' }]), []);
});

test('a call that is over when it is first seen, on a subscription that is up, never rang', () => {
  const user = createUser();
  user.take([]);
  const [end] = user.take([{ state: 'terminated event="rejected" code="486"' }]);
  assert.deepEqual([end?.state, end?.ending, end?.after], ['TERMINATED', 'REFUSED', undefined]);
});

test('what is over in the first document is a former call: it only ends a leg that was open before', () => {
  const user = createUser();
  const [end] = user.take([{ state: 'terminated' }]);
  assert.equal(end?.after, 'TRYING');
});

test('several dialogs of one document are several legs', () => {
  const user = createUser();
  const told = user.take([
    { id: 'a', state: 'confirmed' },
    { id: 'b', state: 'early' },
  ]);
  assert.deepEqual(words(told), ['INCOMING CONFIRMED', 'INCOMING EARLY']);
  assert.equal(new Set(told.map(({ leg }) => leg)).size, 2);
});

test('two phones of a user, each its own dialog of the same call, are two legs of one call', () => {
  const user = createUser();
  const phones = (first: string, second: string): Written[] => [
    { id: 'a', callId: 'one', state: first },
    { id: 'b', callId: 'one', state: second },
  ];
  const told = [...user.take(phones('early', 'early')), ...user.take(phones('early', 'confirmed'))];
  assert.equal(new Set(told.map(({ leg }) => leg)).size, 2);
  assert.equal(new Set(told.map(({ call }) => call)).size, 1);
  assert.deepEqual(words(user.take(phones('terminated', 'confirmed'))), ['INCOMING TERMINATED ELSEWHERE']);
});

test('a call that another user of the same group has answered was lost to that one', () => {
  const mapper = new DialogMapper();
  const one = createUser(ADDRESS, mapper);
  const other = createUser('sip:1002@pbx.example.com', mapper);
  other.subscription = 'other';
  one.take([{ callId: 'group', state: 'early' }]);
  other.take([{ callId: 'group', state: 'early' }]);
  other.take([{ callId: 'group', state: 'confirmed' }]);
  assert.deepEqual(words(one.take([{ callId: 'group', state: 'terminated' }])), [
    'INCOMING TERMINATED ELSEWHERE',
  ]);
});

test('a phone whose call the PBX cancels because another phone took it, lost it to that one', () => {
  const user = createUser();
  const phones = (first: string, second: string): Written[] => [
    { id: 'a', callId: 'one', state: first },
    { id: 'b', callId: 'one', state: second },
  ];
  user.take(phones('early', 'early'));
  const told = user.take(phones('terminated event="cancelled" code="487"', 'confirmed'));
  assert.deepEqual(words(told), ['INCOMING CONFIRMED', 'INCOMING TERMINATED ELSEWHERE']);
});

test('a phone that refused before another took the call refused it', () => {
  const user = createUser();
  const phones = (first: string, second: string): Written[] => [
    { id: 'a', callId: 'one', state: first },
    { id: 'b', callId: 'one', state: second },
  ];
  user.take(phones('early', 'early'));
  const told = user.take(phones('terminated event="rejected" code="486"', 'confirmed'));
  assert.deepEqual(words(told), ['INCOMING CONFIRMED', 'INCOMING TERMINATED REFUSED']);
});

test('an outgoing call that is forked further on is one leg, until its last dialog has ended', () => {
  const user = createUser();
  const call = { callId: 'one', direction: 'initiator' };
  const told = [
    ...user.take([{ ...call, id: 'a', state: 'trying' }]),
    ...user.take([
      { ...call, id: 'a', state: 'early' },
      { ...call, id: 'b', state: 'early' },
    ]),
    ...user.take([
      { ...call, id: 'a', state: 'terminated event="rejected" code="486"' },
      { ...call, id: 'b', state: 'confirmed' },
    ]),
    ...user.take([{ ...call, id: 'b', state: 'terminated' }]),
  ];
  assert.deepEqual(words(told), [
    'OUTGOING TRYING',
    'OUTGOING EARLY',
    'OUTGOING CONFIRMED',
    'OUTGOING TERMINATED GIVEN_UP',
  ]);
});

test('a call that goes on under another id, its former one gone, is the same leg', () => {
  const user = createUser();
  user.take([{ id: 'a', callId: 'one', state: 'confirmed' }]);
  assert.deepEqual(user.take([{ id: 'b', callId: 'one', state: 'confirmed' }]), []);
  assert.deepEqual(words(user.take([{ id: 'b', callId: 'one', state: 'terminated' }])), [
    'INCOMING TERMINATED GIVEN_UP',
  ]);
  assert.equal(user.mapper.alive(ADDRESS).size, 0);
});

for (const direction of ['', 'recipient']) {
  test(`a dialog that leaves its Call-ID out, direction ${direction || 'too'}, is the one of that id`, () => {
    const user = createUser();
    user.take([{ state: 'early' }], { version: 1 });
    const bare = (state: string) => [{ state, callId: undefined, direction }];
    const partial = (version: number) => ({ version, state: 'partial' }) as const;
    assert.deepEqual(words(user.take(bare('confirmed'), partial(2))), ['INCOMING CONFIRMED']);
    assert.deepEqual(words(user.take(bare('terminated'), partial(3))), ['INCOMING TERMINATED GIVEN_UP']);
    assert.deepEqual(user.take(bare('terminated'), partial(4)), []);
    assert.equal(user.mapper.alive(ADDRESS).size, 0);
  });
}

test('a dialog whose Call-ID comes later is the same', () => {
  const user = createUser();
  const [began] = user.take([{ state: 'trying', callId: undefined }]);
  const [rang] = user.take([{ state: 'early' }]);
  const [end] = user.take([{ state: 'terminated' }]);
  assert.deepEqual([rang?.leg, end?.leg], [began?.leg, began?.leg]);
  assert.deepEqual(user.take([{ state: 'terminated' }]), []);
});

test('an id that is used again for another call is another leg', () => {
  const user = createUser();
  const [first] = user.take([{ id: '1', callId: 'one', state: 'early' }]);
  user.take([{ id: '1', callId: 'one', state: 'terminated' }]);
  const [second] = user.take([{ id: '1', callId: 'two', state: 'early' }]);
  assert.notEqual(first?.leg, second?.leg);
});

test('a dialog that takes another’s place goes on as its leg, under its call', () => {
  const user = createUser();
  const [began] = user.take([{ id: 'a', callId: 'one', state: 'confirmed' }]);
  const more = '<replaces call-id="one" local-tag="x" remote-tag="y"/>';
  const replaced = user.take([
    { id: 'a', callId: 'one', state: 'terminated event="replaced"' },
    { id: 'b', callId: 'two', state: 'confirmed', more },
  ]);
  assert.deepEqual(replaced, []);
  const [end] = user.take([{ id: 'b', callId: 'two', state: 'terminated' }]);
  assert.deepEqual([end?.leg, end?.call], [began?.leg, began?.call]);
});

test('who picks up a colleague’s call is in that call', () => {
  const user = createUser();
  const more = '<replaces call-id="ringing" local-tag="x" remote-tag="y"/>';
  const [leg] = user.take([{ callId: 'own', direction: 'initiator', state: 'confirmed', more }]);
  assert.equal(leg?.call, 'ringing');
});

test('a dialog that is missing from a full document is over when nothing else is up', () => {
  const user = createUser();
  user.take([{ state: 'confirmed' }]);
  assert.deepEqual(words(user.take([])), ['INCOMING TERMINATED GIVEN_UP']);
});

test('a dialog that is missing is over where the PBX is known to show several at once', () => {
  const user = createUser();
  user.take([
    { id: 'a', state: 'confirmed' },
    { id: 'b', state: 'early' },
  ]);
  assert.deepEqual(words(user.take([{ id: 'a', state: 'confirmed' }])), ['INCOMING TERMINATED GIVEN_UP']);
});

test('where one dialog is shown at a time, one that stands behind another is not over', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'confirmed' }]);
  assert.deepEqual(words(user.take([{ id: 'b', state: 'early' }])), ['INCOMING EARLY']);
  const [ended, ...more] = user.take([{ id: 'a', state: 'confirmed' }]);
  // What stood before it would still stand there: it is over.
  assert.deepEqual([ended?.leg.includes(' b '), ended?.state, more], [true, 'TERMINATED', []]);
  assert.deepEqual(words(user.take([{ id: 'a', state: 'terminated' }])), ['INCOMING TERMINATED GIVEN_UP']);
});

test('a call goes on behind one that was taken for over and is up after all', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'confirmed' }]);
  user.take([{ id: 'b', state: 'early' }]);
  // Kamailio shows the older of two that were answered, and the newer one once the older was held.
  assert.deepEqual(words(user.take([{ id: 'a', state: 'confirmed' }])), ['INCOMING TERMINATED GIVEN_UP']);
  assert.deepEqual(user.take([{ id: 'b', state: 'confirmed' }]), []);
  assert.equal(user.mapper.alive(ADDRESS).size, 1);
  assert.deepEqual(user.take([{ id: 'a', state: 'confirmed' }]), []);
  assert.deepEqual(user.take([{ id: 'b', state: 'confirmed' }]), []);
  const [end] = user.take([{ id: 'b', state: 'terminated' }]);
  assert.deepEqual([end?.leg.includes(' a '), end?.state], [true, 'TERMINATED']);
});

test('a call behind another is over at the latest when nothing is up any more', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'confirmed' }]);
  user.take([{ id: 'b', state: 'early' }]);
  user.take([{ id: 'b', state: 'confirmed' }]);
  const ended = user.take([{ id: 'b', state: 'terminated' }]);
  assert.deepEqual(
    ended.map(({ state }) => state),
    ['TERMINATED', 'TERMINATED'],
  );
  assert.equal(user.mapper.alive(ADDRESS).size, 0);
});

test('a phone that rings behind a long call does not ring for ever', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'early' }]);
  user.take([{ id: 'b', state: 'confirmed' }]);
  assert.deepEqual(user.mapper.expire(MOST_HIDDEN_RINGING_MS), []);
  const ended = user.mapper.expire(MOST_HIDDEN_RINGING_MS + 2_000);
  assert.deepEqual(words(ended), ['INCOMING TERMINATED GIVEN_UP']);
});

test('a partial document says nothing of the dialogs that it does not name', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'confirmed' }], { version: 1 });
  const told = user.take([{ id: 'b', state: 'early' }], { version: 2, state: 'partial' });
  assert.deepEqual([words(told), user.isIncomplete], [['INCOMING EARLY'], false]);
  assert.equal(user.mapper.alive(ADDRESS).size, 2);
});

test('a gap in the versions asks for a full document, and what is said counts already', () => {
  const user = createUser();
  user.take([{ state: 'early' }], { version: 1 });
  const told = user.take([{ state: 'confirmed' }], { version: 3, state: 'partial' });
  assert.deepEqual([words(told), user.isIncomplete], [['INCOMING CONFIRMED'], true]);
});

test('a dialog that is missing is over where the PBX tells of one at a time in partial documents', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'confirmed' }], { version: 1 });
  user.take([{ id: 'b', state: 'early' }], { version: 2, state: 'partial' });
  const told = user.take([{ id: 'b', state: 'early' }], { version: 4 });
  assert.deepEqual(words(told), ['INCOMING TERMINATED GIVEN_UP']);
});

test('a partial document that is older than what is known is not taken', () => {
  const user = createUser();
  user.take([{ state: 'early' }], { version: 5 });
  const told = user.take([{ state: 'terminated' }], { version: 5, state: 'partial' });
  assert.deepEqual([told, user.isIncomplete], [[], true]);
});

test('a subscription that begins with a partial document asks for a full one', () => {
  const user = createUser();
  assert.equal(user.take([{ state: 'early' }], { version: 4, state: 'partial' }).length, 1);
  assert.equal(user.isIncomplete, true);
});

test('a full document counts whatever its version says', () => {
  const user = createUser();
  user.take([{ state: 'early' }], { version: 7 });
  assert.deepEqual(words(user.take([{ state: 'confirmed' }], { version: 0 })), ['INCOMING CONFIRMED']);
});

test('a new subscription goes on with the legs of the one before, and ends what is gone', () => {
  const user = createUser();
  user.take([
    { id: 'a', state: 'confirmed' },
    { id: 'b', state: 'early' },
  ]);
  user.mapper.endSubscription('one', ADDRESS);
  user.subscription = 'two';
  assert.deepEqual(words(user.take([{ id: 'a', state: 'confirmed' }])), ['INCOMING TERMINATED GIVEN_UP']);
});

test('two subscriptions to one user double nothing, and one does not end what the other shows', () => {
  const user = createUser();
  user.take([{ id: 'a', state: 'confirmed' }]);
  user.subscription = 'fork';
  assert.deepEqual(user.take([]), []);
  assert.deepEqual(user.take([{ id: 'a', state: 'confirmed' }]), []);
});

test('a document about another user is not taken, whoever sends it', () => {
  const ignored: string[] = [];
  const user = createUser(ADDRESS, new DialogMapper({ ignored: (_dialog, why) => ignored.push(why) }));
  assert.deepEqual(user.take([{ state: 'early' }], { entity: 'sip:1002@pbx.example.com' }), []);
  assert.deepEqual(ignored, ['the document is about another user']);
});

test('the entity may write the user’s address its own way', () => {
  const user = createUser();
  assert.equal(user.take([{ state: 'early' }], { entity: 'sips:1001@192.0.2.9:5061;user=phone' }).length, 1);
});

test('whatever local identity stands in it, a leg is of the user who was subscribed to', () => {
  const user = createUser();
  const [leg] = user.take([{ state: 'early', local: 'sip:1002@pbx.example.com' }]);
  assert.deepEqual([leg?.device, leg?.localNumber], [ADDRESS, '1002']);
});

test('a dialog that does not say who called whom is no leg, until it does', () => {
  const user = createUser();
  assert.deepEqual(user.take([{ state: 'early', direction: '' }]), []);
  assert.deepEqual(words(user.take([{ state: 'early' }])), ['INCOMING EARLY']);
  assert.deepEqual(words(user.take([{ state: 'confirmed', direction: '' }])), ['INCOMING CONFIRMED']);
});

for (const [remote, number] of [
  ['sip:+358401234567@192.0.2.1', '+358401234567'],
  ['sips:1002@pbx.example.com:5061;transport=tls', '1002'],
  ['tel:+358401234567', '+358401234567'],
  ['"Matti" <sip:0401234567@192.0.2.1;user=phone>', '0401234567'],
  ['sip:%2B358401234567@192.0.2.1', '+358401234567'],
  ['sip:+358401234567;phone-context=x@192.0.2.1', '+358401234567;phone-context=x'],
  ['sip:anonymous@anonymous.invalid', 'withheld'],
  ['sip:0401234567@anonymous.invalid', 'withheld'],
  ['sip:Anonymous@192.0.2.1', 'withheld'],
  ['sip:restricted@192.0.2.1', 'withheld'],
  ['sip:192.0.2.1', undefined],
] as const) {
  test(`the far party ${remote} is ${number ?? 'not known'}`, () => {
    const [leg] = createUser().take([{ state: 'early', remote }]);
    const shown =
      leg?.remote === undefined ? undefined : leg.remote.withheld ? 'withheld' : leg.remote.number;
    assert.equal(shown, number);
  });
}

test('a caller who withholds the number is not betrayed by the target', () => {
  const remote = 'sip:anonymous@anonymous.invalid';
  const [leg] = createUser().take([{ state: 'early', remote, target: 'sip:+358401234567@192.0.2.1' }]);
  assert.deepEqual(leg?.remote, { withheld: true });
});

test('without identities the target tells the far party', () => {
  const [leg] = createUser().take([{ state: 'early', remote: '', target: 'sip:1002@192.0.2.1' }]);
  assert.deepEqual(leg?.remote, { withheld: false, number: '1002' });
});

test('what the far end may choose becomes no name that is long or holds control characters', () => {
  const [leg] = createUser().take([{ id: 'x'.repeat(400), callId: 'a b\u00e4', state: 'early' }]);
  assert.match(leg?.leg ?? '', /^sip:1001@pbx\.example\.com #[\w-]{43} #[\w-]{43}$/);
  assert.match(leg?.call ?? '', /^#[\w-]{43}$/);
});

test('what is over is forgotten in time, however much there was', () => {
  const user = createUser();
  for (let call = 0; call < 3_000; call += 1) {
    user.take([{ id: `c${call}`, state: 'early' }]);
    user.take([{ id: `c${call}`, state: 'terminated' }]);
  }
  assert.ok(user.mapper.remembers <= 1_001, `${user.mapper.remembers}`);
});
