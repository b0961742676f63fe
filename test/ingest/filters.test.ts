/** What an endpoint with a filter gets is what one without gets, but for the legs that it does not want. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { LEG_STATES, type LegEvent, type LegState } from '../../src/call/leg-event.ts';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { Ingest } from '../../src/ingest/ingest.ts';
import { planChanges } from '../../src/policy/directory-changes.ts';
import type { EndpointFilter } from '../../src/policy/endpoint-settings.ts';
import { OPEN_PRIVACY, type PrivacySettings, type User } from '../../src/policy/organisation.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createLogger } from '../../src/runtime/logger.ts';
import { KEYS, openTestStore } from '../support/store.ts';

const NUMBERS = ['+358942721001', '+358942721099', '+358942721002'];
const USERS: readonly User[] = [
  {
    userId: 'anna',
    numbers: NUMBERS.slice(0, 2),
    extensions: ['1001'],
    devices: [{ source: 'pbx', address: 'PJSIP/1001', type: 'SOFT' }],
  },
  {
    userId: 'bert',
    numbers: NUMBERS.slice(2),
    extensions: ['1002'],
    devices: [{ source: 'pbx', address: 'PJSIP/1002' }],
  },
];
const EXTENSIONS: Readonly<Record<string, string>> = { anna: '1001', bert: '1002' };

type Message = OutwardEvent & { seq_num: number };

/** What each endpoint got, one event handed over at a time. */
async function play(
  events: readonly LegEvent[],
  wishes: readonly { id: string; states: readonly LegState[]; filter?: EndpointFilter }[],
  privacy: PrivacySettings = OPEN_PRIVACY,
): Promise<ReadonlyMap<string, readonly Message[]>> {
  const store = openTestStore();
  const got = new Map<string, Message[]>(wishes.map(({ id }) => [id, []]));
  try {
    const endpoints = wishes.map((wish) => ({
      ...wish,
      url: 'https://crm.example/',
      delivery: {},
      secret: 'whsec_',
    }));
    const acme = { id: 'acme', name: 'Acme', defaultCountry: 'FI', privacy, allowedDevices: [] };
    const organisations = [{ ...acme, users: USERS, functionNumbers: [], endpoints }];
    const wanted = { sources: [], organisations };
    const { changes } = planChanges({ sources: [], organisations: [] }, wanted, { prune: false });
    await store.directory.write(changes);
    const ingest = new Ingest({
      store,
      ids: KEYS.ids,
      clock: systemClock,
      log: createLogger('silent'),
      committed: (messages) => {
        for (const { endpointId, body } of messages) got.get(endpointId)?.push(JSON.parse(body) as Message);
      },
    });
    const source = { id: 'pbx', defaultDeviceType: 'DESKTOP' } as const;
    const sink = await ingest.open(source, undefined, { state: () => {}, ignored: () => {} });
    for (const event of events) await sink.legs([event]);
  } finally {
    await store.close();
  }
  return got;
}

const anyEvent: fc.Arbitrary<LegEvent> = fc
  .record({
    leg: fc.integer({ min: 0, max: 5 }),
    state: fc.constantFrom(...LEG_STATES),
    tells: fc.boolean(),
    number: fc.constantFrom(...NUMBERS, undefined),
  })
  .map(({ leg, state, tells, number }) => ({
    leg: `leg ${leg}`,
    call: `call ${leg % 3}`,
    device: `PJSIP/100${1 + (leg % 2)}`,
    direction: leg < 3 ? 'INCOMING' : 'OUTGOING',
    state,
    atMs: 1_000,
    remote: { withheld: false, number: '0409401234' },
    // Some tell late what they are.
    ...(tells && { userAgent: 'Zoiper' }),
    ...(number !== undefined && { localNumber: number }),
  }));

const some = <Item>(items: readonly Item[]) => fc.subarray([...items], { minLength: 1 });
const anyFilter: fc.Arbitrary<EndpointFilter> = fc.record(
  {
    directions: some(['INCOMING', 'OUTGOING'] as const),
    deviceTypes: some(['SOFT', 'DESKTOP', 'WEB'] as const),
    users: some(['anna', 'bert', 'carl']),
    numbers: some([...NUMBERS, '1001', '1002']),
  },
  { requiredKeys: [] },
);

/** What the filter is asked, said again in the plainest way: by the first message that the endpoint would get of the leg. */
function isWanted(first: Message, filter: EndpointFilter): boolean {
  const { direction, device_type, local_user_id, local_number } = first;
  const own = [local_number ?? '', EXTENSIONS[local_user_id ?? ''] ?? ''];
  return (
    (filter.directions?.includes(direction) ?? true) &&
    (filter.deviceTypes?.includes(device_type!) ?? true) &&
    (filter.users?.includes(local_user_id!) ?? true) &&
    (filter.numbers?.some((number) => own.includes(number)) ?? true)
  );
}

/** Numbered anew, as its own lane numbers them. */
function projection(all: readonly Message[], states: readonly LegState[], filter: EndpointFilter): Message[] {
  const inState = all.filter(({ state }) => states.includes(state));
  const firsts = new Map(inState.toReversed().map((message) => [message.branch_id, message]));
  const last = new Map<string, number>();
  return inState
    .filter(({ branch_id }) => isWanted(firsts.get(branch_id)!, filter))
    .map((message) => {
      const seq_num = (last.get(message.call_id) ?? 0) + 1;
      last.set(message.call_id, seq_num);
      return { ...message, seq_num };
    });
}

test('a filtered endpoint gets whole legs, and of each exactly what an unfiltered one gets', async () => {
  const anyStates = some(LEG_STATES);
  const anyPlay = fc.asyncProperty(
    fc.array(anyEvent, { maxLength: 40 }),
    anyFilter,
    anyStates,
    async (events, filter, states) => {
      const got = await play(events, [
        { id: 'all', states: LEG_STATES },
        { id: 'some', states, filter },
      ]);
      assert.deepEqual(got.get('some'), projection(got.get('all')!, states, filter));
    },
  );
  await fc.assert(anyPlay, { numRuns: 150 });
});

test('a filter is asked of what is true, also where privacy lets nothing of it out', async () => {
  const privacy: PrivacySettings = {
    ...OPEN_PRIVACY,
    removeLocalUserId: true,
    modifyLocalNumber: 'remove',
    removeDeviceType: true,
  };
  const event = {
    leg: 'a',
    call: 'a',
    device: 'PJSIP/1001',
    direction: 'INCOMING' as const,
    localNumber: NUMBERS[1]!,
    atMs: 1_000,
  };
  const events = LEG_STATES.map((state) => ({ ...event, state }));
  const yes = { users: ['anna'], numbers: [NUMBERS[1]!], deviceTypes: ['SOFT'] as const };
  const got = await play(
    events,
    [
      { id: 'yes', states: LEG_STATES, filter: yes },
      { id: 'no', states: LEG_STATES, filter: { numbers: [NUMBERS[0]!] } },
    ],
    privacy,
  );
  assert.deepEqual([got.get('yes')?.length, got.get('no')?.length], [5, 0]);
  assert.doesNotMatch(JSON.stringify(got.get('yes')), /anna|35894|SOFT/);
});

test('a phone that tells its type late does not change what an endpoint gets of the leg', async () => {
  const event = { leg: 'a', call: 'a', device: 'PJSIP/1002', direction: 'INCOMING' as const, atMs: 1_000 };
  const events: LegEvent[] = [
    { ...event, state: 'TRYING' },
    { ...event, state: 'EARLY', userAgent: 'Zoiper' },
    { ...event, state: 'TERMINATED' },
  ];
  const soft = { deviceTypes: ['SOFT'] as const };
  const got = await play(events, [
    { id: 'from the start', states: LEG_STATES, filter: soft },
    // It wants nothing of the leg before the phone has told its name.
    { id: 'from EARLY', states: ['EARLY', 'TERMINATED'], filter: soft },
  ]);
  assert.deepEqual([got.get('from the start')?.length, got.get('from EARLY')?.length], [0, 2]);
});
