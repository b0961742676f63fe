/** Leg events in, messages out, on a real SQLite database. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { LegEvent } from '../../src/call/leg-event.ts';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { OPEN_PRIVACY } from '../../src/policy/organisation.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { Directory, OrganisationEntry } from '../../src/policy/directory.ts';
import { LEG_STATES } from '../../src/call/leg-event.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import type { LegChange, Store } from '../../src/store/store.ts';
import { makeFolder } from '../support/callhook-process.ts';
import { openTestStore } from '../support/store.ts';
import { directoryFor } from '../support/transcripts.ts';

const keys = deriveKeys(new Uint8Array(32));
const SOURCE = { id: 'pbx', defaultDeviceType: 'DESKTOP' as const };

type Message = OutwardEvent & { seq_num: number };

async function start(
  t: TestContext,
  directory: Directory = directoryFor('PJSIP'),
  wrap = (store: Store) => store,
  path = ':memory:',
  more: { keepsTrail?: boolean } = {},
) {
  const store = openTestStore(path);
  t.after(() => store.close());
  const empty = { sources: [], organisations: [] };
  await store.directory.write(planChanges(empty, directory, { prune: false }).changes);
  const messages: Message[] = [];
  const waits: number[] = [];
  const clock: Clock = {
    nowMs: () => 5_000,
    sleep: async (delayMs) => {
      waits.push(delayMs);
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
  const open = async () => {
    const ingest = new Ingest({
      store: wrap(store),
      ids: keys.ids,
      ...more,
      clock,
      log: createLogger('silent'),
      committed: (committed) => messages.push(...committed.map(({ body }) => JSON.parse(body) as Message)),
    });
    const sink = await ingest.open(SOURCE, undefined, { state: () => {}, ignored: () => {} });
    return { ingest, sink };
  };
  return { store, messages, waits, open, ...(await open()) };
}

function leg(more: Partial<LegEvent> = {}): LegEvent {
  return {
    leg: 'pbx1-1.1',
    call: 'pbx1-1.0',
    device: 'PJSIP/1001',
    direction: 'INCOMING',
    state: 'EARLY',
    atMs: 1_000,
    remote: { withheld: false, number: '0409401234' },
    ...more,
  };
}

const acme = (more: Partial<OrganisationEntry>) => directoryFor('PJSIP', more);
const states = (messages: readonly Message[]) => messages.map(({ state }) => state);

test('a national number goes out as E.164 by the organisation’s country', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg()]);
  assert.equal(messages[0]?.remote_number, '+358409401234');
});

test('a colleague is given by public number, user id and e-mail', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg({ remote: { withheld: false, number: '1002' } })]);
  const { remote_number, remote_user_id, remote_email } = messages[0]!;
  assert.deepEqual(
    [remote_number, remote_user_id, remote_email],
    ['+358942721002', 'user.1002@acme.example', 'user.1002@acme.example'],
  );
});

test('a withheld number is `anonymous`', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg({ remote: { withheld: true } })]);
  assert.equal(messages[0]?.remote_number, 'anonymous');
});

test('what a PBX writes that is no number is left out, never passed on', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg({ remote: { withheld: false, number: '+3584094\r\nEvent: Hangup' } })]);
  assert.ok(!('remote_number' in messages[0]!));
});

test('the number that was called is the local one where it is the user’s own', async (t) => {
  const directory = directoryFor('PJSIP');
  const [user, ...others] = directory.organisations[0]!.users;
  const two = { ...user!, numbers: ['+358942721001', '+358401111111'] };
  const { sink, messages } = await start(t, acme({ users: [two, ...others] }));
  await sink.legs([leg({ localNumber: '0401111111' }), leg({ leg: 'b', localNumber: '+358942722000' })]);
  assert.deepEqual(
    messages.map(({ local_number }) => local_number),
    ['+358401111111', '+358942721001'],
  );
});

test('a device that is nobody’s is not reported', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg({ device: 'PJSIP/trunk' })]);
  assert.deepEqual(messages, []);
});

test('an endpoint gets the states it asks for', async (t) => {
  const [organisation] = directoryFor('PJSIP').organisations;
  const all = { ...organisation!.endpoints[0]!, states: LEG_STATES };
  const { sink, messages } = await start(t, acme({ endpoints: [all] }));
  await sink.legs(LEG_STATES.map((state, atMs) => leg({ state, atMs })));
  assert.deepEqual(states(messages), [...LEG_STATES]);
});

test('the device type is the directory’s, else the phone’s, else the source’s', async (t) => {
  const [organisation] = directoryFor('PJSIP').organisations;
  const users = organisation!.users.map((user) => ({
    ...user,
    devices: [...user.devices, { source: 'pbx', address: `PJSIP/${user.extensions[0]}-b` }],
  }));
  const { sink, messages } = await start(t, acme({ users }));
  await sink.legs([
    leg({ leg: 'a', userAgent: 'Yealink SIP-T46S 66.85' }),
    leg({ leg: 'b', device: 'PJSIP/1001-b', userAgent: 'Zoiper v2.10' }),
    leg({ leg: 'c', device: 'PJSIP/1001-b' }),
  ]);
  assert.deepEqual(
    messages.map(({ device_type }) => device_type),
    ['SOFT', 'SOFT', 'DESKTOP'],
  );
});

test('a phone that tells its name late gives the device type from then on, unless the directory knows it', async (t) => {
  const [organisation] = directoryFor('PJSIP').organisations;
  const users = organisation!.users.map((user) => ({
    ...user,
    devices: [...user.devices, { source: 'pbx', address: `PJSIP/${user.extensions[0]}-b` }],
  }));
  const { sink, messages } = await start(t, acme({ users }));
  for (const device of ['PJSIP/1001', 'PJSIP/1001-b']) {
    await sink.legs([
      leg({ leg: device, device, state: 'TRYING' }),
      leg({ leg: device, device, state: 'EARLY', userAgent: 'Grandstream HT801 1.0.29.8' }),
      leg({ leg: device, device, state: 'TERMINATED' }),
    ]);
  }
  assert.deepEqual(
    messages.map(({ device_type }) => device_type),
    ['SOFT', 'SOFT', 'FXS', 'FXS'],
  );
});

test('privacy is applied before anything is stored: neither outbox nor log hold what must not leave', async (t) => {
  const privacy = {
    removeLocalUserId: true,
    modifyLocalNumber: { mask: 4 },
    removeLocalEmail: true,
    removeRemoteUserId: true,
    modifyRemoteNumber: 'remove' as const,
    removeRemoteEmail: true,
    removeDeviceType: true,
  };
  const { sink, store, messages } = await start(t, acme({ privacy }));
  await sink.legs([leg({ remote: { withheld: false, number: '1002' } })]);
  const [claim] = await store.outbox.claim(9_999, { total: 1, perEndpoint: () => 1 });
  assert.deepEqual(Object.keys(JSON.parse(claim!.body) as object), [
    'seq_num',
    'call_id',
    'branch_id',
    'timestamp',
    'state',
    'direction',
    'local_number',
  ]);
  assert.equal(messages[0]?.local_number, '+35894272XXXX');
});

test('two organisations on one PBX share no id', async (t) => {
  const [first] = directoryFor('PJSIP').organisations;
  const [one, two, three] = first!.users;
  const directory = {
    ...directoryFor('PJSIP'),
    organisations: [
      { ...first!, users: [one!, three!] },
      { ...first!, id: 'other', name: 'Other Oy', users: [two!] },
    ],
  };
  const { sink, messages } = await start(t, directory);
  await sink.legs([
    leg({ direction: 'OUTGOING', remote: { withheld: false, number: '1002' } }),
    leg({ leg: 'b', device: 'PJSIP/1002', remote: { withheld: false, number: '1001' } }),
  ]);
  assert.notEqual(messages[0]?.call_id, messages[1]?.call_id);
  assert.ok(
    messages.every((message) => !('remote_user_id' in message)),
    'a user of another tenant is an outside number',
  );
});

test('a leg that a resync does not find has ended; one that it finds goes on', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg({ leg: 'a', state: 'CONFIRMED' }), leg({ leg: 'b' }), leg({ leg: 'c' })]);
  await sink.alive(new Set(['c']), 7_000);
  assert.deepEqual(
    messages.slice(3).map((message) => [message.state, message['termination-reason'], message.timestamp]),
    [
      ['TERMINATED', 'HANGUP', '1970-01-01T00:00:07.000+00:00'],
      ['TERMINATED', 'CANCELLED', '1970-01-01T00:00:07.000+00:00'],
    ],
  );
});

test('after a restart an open leg goes on where it was: nothing repeated, the end told, the same ids', async (t) => {
  const { sink, ingest, messages, open } = await start(t);
  await sink.legs([leg(), leg({ state: 'CONFIRMED', atMs: 2_000 })]);
  await ingest.close();
  const { sink: again } = await open();
  await again.legs([
    leg({ state: 'CONFIRMED', atMs: 3_000 }),
    leg({ state: 'TERMINATED', atMs: 4_000, call: 'merged' }),
  ]);
  assert.deepEqual(states(messages), ['EARLY', 'CONFIRMED', 'TERMINATED']);
  assert.deepEqual(
    messages.map(({ seq_num }) => seq_num),
    [1, 2, 3],
  );
  assert.equal(new Set(messages.map(({ call_id }) => call_id)).size, 1);
  assert.equal(messages[2]?.['termination-reason'], 'HANGUP');
});

test('what must be remembered of a person is gone when the leg has ended', async (t) => {
  const { sink, store } = await start(t);
  await sink.legs([leg()]);
  assert.equal((await store.calls.openLegs('pbx')).length, 1);
  await sink.legs([leg({ state: 'TERMINATED' })]);
  assert.deepEqual(await store.calls.openLegs('pbx'), []);
});

test('what privacy removes is not even remembered while the leg is open', async (t) => {
  const privacy = {
    ...OPEN_PRIVACY,
    removeRemoteUserId: true,
    removeRemoteEmail: true,
    modifyRemoteNumber: 'remove' as const,
  };
  const { sink, store } = await start(t, acme({ privacy }));
  await sink.legs([leg({ remote: { withheld: false, number: '1002' } })]);
  const [open] = await store.calls.openLegs('pbx');
  assert.doesNotMatch(JSON.stringify(open), /1002/);
  assert.match(JSON.stringify(open), /1001/);
});

test('a colleague whose user id is removed is still given by e-mail to the end', async (t) => {
  const privacy = { ...OPEN_PRIVACY, removeRemoteUserId: true };
  const { sink, messages, store } = await start(t, acme({ privacy }));
  await sink.legs([leg({ remote: { withheld: false, number: '1002' } })]);
  const [open] = await store.calls.openLegs('pbx');
  assert.deepEqual(open?.remotePerson, {
    userId: '',
    email: 'user.1002@acme.example',
    numbers: [],
    extensions: [],
  });
  await store.directory.write([
    {
      do: 'put-organisation',
      is: 'changed',
      organisation: { ...acme({}).organisations[0]!, privacy: OPEN_PRIVACY },
    },
  ]);
  await sink.alive(new Set(), 7_000);
  assert.deepEqual(
    messages.map((message) => [message.state, message.remote_email, 'remote_user_id' in message]),
    ['EARLY', 'TERMINATED'].map((state) => [state, 'user.1002@acme.example', false]),
  );
});

for (const [what, more] of [
  ['that privacy removes', { privacy: { ...OPEN_PRIVACY, modifyRemoteNumber: 'remove' as const } }],
  ['that no message holds, without a trail', { endpoints: [] }],
] as const) {
  test(`after the call, the database file holds nothing of a number ${what}`, async (t) => {
    const path = join(makeFolder(t), 'callhook.db');
    const { sink, store } = await start(t, acme(more), undefined, path, { keepsTrail: false });
    await sink.legs([leg(), leg({ state: 'CONFIRMED' }), leg({ state: 'TERMINATED' })]);
    await store.close();
    const bytes = readFileSync(path);
    assert.ok(bytes.includes('acme'), 'the file was read');
    for (const written of ['0409401234', '+358409401234']) assert.ok(!bytes.includes(written));
  });
}

for (const [what, answeredAt, reason] of [
  ['after it had begun to ring was lost to that one', 2_000, 'ANSWERED_ELSEWHERE'],
  ['before it had begun to ring was given up', 500, 'CANCELLED'],
] as const) {
  test(`a ringing leg that a resync does not find, while another phone of its call was answered ${what}`, async (t) => {
    const { sink, messages } = await start(t);
    const other = { leg: 'b', device: 'PJSIP/1002' };
    await sink.legs([leg(), leg({ ...other, state: 'CONFIRMED', atMs: answeredAt })]);
    await sink.alive(new Set(['b']), 7_000);
    assert.equal(messages.at(-1)?.['termination-reason'], reason);
  });
}

test('a ringing leg is lost also to a phone that was answered and ended unseen', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg(), leg({ leg: 'b', device: 'PJSIP/1002', state: 'CONFIRMED', atMs: 2_000 })]);
  await sink.alive(new Set(), 7_000);
  assert.deepEqual(
    messages.slice(2).map((message) => message['termination-reason']),
    ['ANSWERED_ELSEWHERE', 'HANGUP'],
  );
});

test('the caller’s own leg, answered by whomever, takes no call from a phone', async (t) => {
  const { sink, messages } = await start(t);
  const caller = { leg: 'b', device: 'PJSIP/1002', direction: 'OUTGOING' as const };
  await sink.legs([leg(), leg({ ...caller, state: 'CONFIRMED', atMs: 2_000 })]);
  await sink.alive(new Set(['b']), 7_000);
  assert.equal(messages.at(-1)?.['termination-reason'], 'CANCELLED');
});

test('a resync of some legs says nothing of the others', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg(), leg({ leg: 'b', device: 'PJSIP/1002' })]);
  await sink.alive(new Set(), 7_000, (name) => name === 'b');
  assert.deepEqual(
    messages.map(({ local_user_id: user, state }) => `${user?.slice(0, 9)} ${state}`),
    ['user.1001 EARLY', 'user.1002 EARLY', 'user.1002 TERMINATED'],
  );
});

test('the end alone of a leg whose device came into the directory meanwhile is not reported', async (t) => {
  const { sink, messages, store } = await start(t);
  await sink.legs([leg({ state: 'TERMINATED', after: 'CONFIRMED' })]);
  assert.deepEqual(messages, []);
  assert.deepEqual(await store.calls.openLegs('pbx'), []);
});

test('a device that comes into the directory in mid-call: its leg appears in the state that is said next', async (t) => {
  const { sink, messages, store } = await start(t);
  const fresh = (more: Partial<LegEvent>) => leg({ device: 'PJSIP/1009', ...more });
  await sink.legs([fresh({ state: 'CONFIRMED' })]);
  const user = {
    userId: 'new',
    numbers: [],
    extensions: [],
    devices: [{ source: 'pbx', address: 'PJSIP/1009' }],
  };
  await store.directory.write([{ do: 'put-user', is: 'new', organisationId: 'acme', user }]);
  await sink.legs([
    fresh({ state: 'CONFIRMED', atMs: 7_000 }),
    fresh({ state: 'TERMINATED', after: 'CONFIRMED' }),
  ]);
  assert.deepEqual(
    messages.map((message) => [message.state, message['termination-reason'], message.timestamp]),
    [
      ['CONFIRMED', undefined, '1970-01-01T00:00:07.000+00:00'],
      ['TERMINATED', 'HANGUP', '1970-01-01T00:00:07.000+00:00'],
    ],
  );
});

test('a phone that refuses without ringing is reported by its end', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([
    leg({ state: 'TRYING' }),
    leg({ state: 'TERMINATED', ending: 'REFUSED', after: 'TRYING' }),
  ]);
  assert.deepEqual(
    messages.map((message) => [message.state, message['termination-reason']]),
    [['TERMINATED', 'REJECTED']],
  );
});

for (const direction of ['INCOMING', 'OUTGOING'] as const) {
  test(`the end of an answered ${direction} leg names the same parties, whatever the PBX shows after a restart`, async (t) => {
    const directory = directoryFor('PJSIP');
    const [user, ...others] = directory.organisations[0]!.users;
    const two = { ...user!, numbers: ['+358942721001', '+358942721091'] };
    const { sink, messages, open } = await start(t, acme({ users: [two, ...others] }));
    await sink.legs([leg({ direction, state: 'CONFIRMED', localNumber: '+358942721091' })]);
    const { sink: again } = await open();
    const later = { direction, remote: { withheld: false as const, number: '1003' } };
    await again.legs([
      leg({ ...later, state: 'CONFIRMED', localNumber: '1001' }),
      leg({ ...later, state: 'TERMINATED', localNumber: '+358942721001' }),
    ]);
    assert.deepEqual(
      messages.map((message) => [message.local_number, message.remote_number, message.remote_user_id]),
      [1, 2].map(() => ['+358942721091', '+358409401234', undefined]),
    );
  });
}

test('an own number that the PBX names before the answer stays when a later event names none of the user’s', async (t) => {
  const directory = directoryFor('PJSIP');
  const [user, ...others] = directory.organisations[0]!.users;
  const two = { ...user!, numbers: ['+358942721001', '+358942721091'] };
  const { sink, messages } = await start(t, acme({ users: [two, ...others] }));
  await sink.legs([leg({ localNumber: '+358942721091' }), leg({ state: 'CONFIRMED', localNumber: 's' })]);
  assert.deepEqual(
    messages.map((message) => message.local_number),
    ['+358942721091', '+358942721091'],
  );
});

test('a remote that is the user himself is unknown until the far party is; then it stays', async (t) => {
  const { sink, messages } = await start(t);
  const own = { withheld: false as const, number: '+358942721001' };
  const far = { withheld: false as const, number: '0409401234' };
  await sink.legs([leg({ remote: own }), leg({ state: 'CONFIRMED', remote: own })]);
  await sink.legs([leg({ state: 'CONFIRMED', remote: far })]);
  await sink.legs([leg({ state: 'CONFIRMED', remote: { withheld: false, number: '1002' } })]);
  await sink.legs([leg({ state: 'TERMINATED', remote: { withheld: false, number: '1002' } })]);
  assert.deepEqual(
    messages.map(({ state, remote_number }) => [state, remote_number]),
    [
      ['EARLY', undefined],
      ['CONFIRMED', undefined],
      ['TERMINATED', '+358409401234'],
    ],
  );
});

test('who calls the own number has that number as remote', async (t) => {
  const { sink, messages } = await start(t);
  await sink.legs([leg({ direction: 'OUTGOING', remote: { withheld: false, number: '1001' } })]);
  assert.equal(messages[0]?.remote_number, '+358942721001');
});

for (const written of [
  '+358409401234;cpc=ordinary',
  'tel:+358409401234',
  'sip:+358409401234@192.0.2.1;user=phone',
  '+358409401234@carrier.example',
]) {
  test(`${written} is read as the number in it`, async (t) => {
    const { sink, messages } = await start(t);
    await sink.legs([leg({ remote: { withheld: false, number: written } })]);
    assert.equal(messages[0]?.remote_number, '+358409401234');
  });
}

test('a late event of an ended leg opens nothing', async (t) => {
  const { sink, store, messages } = await start(t);
  await sink.legs([leg({ state: 'TERMINATED' }), leg({ state: 'CONFIRMED' })]);
  assert.deepEqual(states(messages), ['TERMINATED']);
  assert.deepEqual(await store.calls.openLegs('pbx'), []);
});

test('events that come while a commit runs are committed together', async (t) => {
  const commits: number[] = [];
  const { sink } = await start(t, undefined, (store) => ({
    ...store,
    calls: {
      ...store.calls,
      async commit(changes: readonly LegChange[], nowMs: number) {
        commits.push(changes.length);
        await new Promise((resolve) => setImmediate(resolve));
        return store.calls.commit(changes, nowMs);
      },
    },
  }));
  await Promise.all(Array.from({ length: 50 }, (_, i) => sink.legs([leg({ leg: `leg-${i}` })])));
  assert.ok(commits.length <= 3, `${commits.length} commits for 50 events`);
  assert.equal(
    commits.reduce((sum, size) => sum + size),
    50,
  );
});

test('while the database takes nothing, events are kept in order, the reason is told, and it goes on by itself', async (t) => {
  let full = true;
  let tries = 0;
  const { sink, ingest, messages, waits } = await start(t, undefined, (store) => ({
    ...store,
    calls: {
      ...store.calls,
      async commit(changes: readonly LegChange[], nowMs: number) {
        tries += 1;
        if (tries === 4) full = false;
        if (full) throw new Error('database or disk is full');
        return store.calls.commit(changes, nowMs);
      },
    },
  }));
  const first = sink.legs([leg()]);
  while (ingest.problem === undefined) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ingest.problem, 'database or disk is full');
  const second = sink.legs([leg({ state: 'CONFIRMED' })]);
  await Promise.all([first, second]);
  assert.deepEqual(states(messages), ['EARLY', 'CONFIRMED']);
  assert.equal(ingest.problem, undefined);
  assert.deepEqual(waits, [100, 200, 400]);
});

test('a source that is far ahead is asked to wait, and let go when there is room', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { sink } = await start(t, undefined, (store) => ({
    ...store,
    directory: {
      ...store.directory,
      async ownersOf(sourceId: string, addresses: readonly string[]) {
        await gate.promise;
        return store.directory.ownersOf(sourceId, addresses);
      },
    },
  }));
  const handed = Array.from({ length: 101 }, (_, i) =>
    sink.legs(Array.from({ length: 100 }, (__, k) => leg({ leg: `leg-${i}-${k}`, device: 'PJSIP/trunk' }))),
  );
  assert.ok(sink.backlogged());
  const drained = sink.drained(new AbortController().signal);
  gate.resolve();
  await drained;
  assert.ok(!sink.backlogged());
  await Promise.all(handed);
});
