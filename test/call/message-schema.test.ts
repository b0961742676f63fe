/** The published JSON Schema of messages (docs/schemas/message.json), held against every recorded call. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { LEG_STATES } from '../../src/call/leg-event.ts';
import { TERMINATION_REASONS } from '../../src/call/leg-state.ts';
import type { OutwardEvent } from '../../src/call/outward-event.ts';
import { playBack } from '../../src/cli/playback/play-back.ts';
import { DEVICE_TYPES } from '../../src/policy/device-type.ts';
import type { Directory } from '../../src/policy/directory.ts';
import { OPEN_PRIVACY, type PrivacySettings } from '../../src/policy/organisation.ts';
import { directoryFor, freeswitchDirectory, transcriptsOf } from '../support/transcripts.ts';

type Message = OutwardEvent & { seq_num: number };
type Schema = { properties: Record<string, { enum?: unknown[] }> };

const schema = JSON.parse(
  readFileSync(new URL('../../docs/schemas/message.json', import.meta.url), 'utf8'),
) as { $defs: { common: Schema; extended: Schema } };
const ajv = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
ajv.addSchema(schema, 'message');
const validators = {
  standard: ajv.getSchema('message#/$defs/standard')!,
  extended: ajv.getSchema('message#/$defs/extended')!,
};

const { common, extended: extension } = schema.$defs;
const ORDER = [...Object.keys(common.properties), ...Object.keys(extension.properties)];

const STINGY: PrivacySettings = {
  removeLocalUserId: true,
  modifyLocalNumber: { mask: 4 },
  removeLocalEmail: true,
  removeRemoteUserId: true,
  modifyRemoteNumber: 'remove',
  removeRemoteEmail: true,
  removeDeviceType: true,
};

/** What a plain and an extended endpoint get, both of all states. */
async function play(directory: Directory, recordings: readonly string[], privacy: PrivacySettings) {
  const got: Record<string, Message[]> = { standard: [], extended: [] };
  const endpoints = Object.keys(got).map((id) => ({
    id,
    url: 'https://crm.acme.example/calls',
    secret: '',
    states: LEG_STATES,
    delivery: {},
    ...(id === 'extended' && { payload: 'extended' as const }),
  }));
  const organisations = directory.organisations.map((entry) => ({ ...entry, privacy, endpoints }));
  await playBack({
    directory: { ...directory, organisations },
    sourceId: 'pbx',
    recordings,
    message: ({ endpointId, body }) => got[endpointId]!.push(JSON.parse(body) as Message),
    remark: () => {},
  });
  return { standard: got['standard']!, extended: got['extended']! };
}

function assertValid(kind: keyof typeof validators, message: Message): void {
  const isValid = validators[kind](message);
  assert.ok(isValid, `${ajv.errorsText(validators[kind].errors)}\n${JSON.stringify(message)}`);
  const keys = Object.keys(message);
  assert.deepEqual(
    keys,
    ORDER.filter((key) => keys.includes(key)),
    'keys in the order of the schema',
  );
}

const withoutExtension = ({
  internal: _internal,
  call_duration_ms: _duration,
  linked_call_id: _linked,
  ...rest
}: Message) => rest;

function assertDurations(messages: readonly Message[]): void {
  for (const { branch_id, state, timestamp, call_duration_ms } of messages) {
    if (state !== 'TERMINATED') continue;
    const answer = messages.find((other) => other.branch_id === branch_id && other.state === 'CONFIRMED');
    const expected = answer === undefined ? 0 : Date.parse(timestamp) - Date.parse(answer.timestamp);
    assert.ok(Math.abs(call_duration_ms! - expected) <= 1, `${call_duration_ms} is not ${expected}`);
  }
}

const SYSTEMS = [
  ['asterisk', directoryFor('PJSIP')],
  ['asterisk18', directoryFor('PJSIP')],
  ['asterisk18-chan_sip', directoryFor('SIP')],
  ['freeswitch', freeswitchDirectory()],
] as const;

for (const [system, directory] of SYSTEMS) {
  for (const { name, recordings } of transcriptsOf(system)) {
    test(`${name}: every message is as the schema says`, async () => {
      for (const privacy of [OPEN_PRIVACY, STINGY]) {
        const { standard, extended } = await play(directory, recordings, privacy);
        for (const message of standard) assertValid('standard', message);
        for (const message of extended) assertValid('extended', message);
        assert.deepEqual(extended.map(withoutExtension), standard);
        assertDurations(extended);
      }
    });
  }
}

test('whether a call is internal is told, and does not hang on what privacy removes', async () => {
  for (const [scenario, internal] of [
    ['14-internal-1001-to-1002-answered', true],
    ['01-in-answered-caller-hangs-up', false],
  ] as const) {
    const found = transcriptsOf('asterisk').find(({ name }) => name.endsWith(`/${scenario}`))!;
    for (const privacy of [OPEN_PRIVACY, STINGY]) {
      const { extended } = await play(directoryFor('PJSIP'), found.recordings, privacy);
      const ends = extended.filter(({ state }) => state === 'TERMINATED');
      assert.deepEqual(new Set(ends.map((message) => message.internal)), new Set([internal]), scenario);
    }
  }
});

test('an attended transfer links its two calls, in every leg that was up then', async () => {
  const found = transcriptsOf('asterisk').find(({ name }) => name.endsWith('/16-attended-transfer'))!;
  const { extended } = await play(directoryFor('PJSIP'), found.recordings, OPEN_PRIVACY);
  const calls = [...new Set(extended.map(({ call_id }) => call_id))];
  assert.equal(calls.length, 2);
  const ends = extended.filter(({ state }) => state === 'TERMINATED');
  assert.equal(ends.length, 3);
  for (const { call_id, linked_call_id } of ends) {
    assert.equal(
      linked_call_id,
      calls.find((other) => other !== call_id),
    );
  }
  for (const { name, recordings } of transcriptsOf('asterisk')) {
    if (/transfer|burst/.test(name)) continue;
    const others = (await play(directoryFor('PJSIP'), recordings, OPEN_PRIVACY)).extended;
    assert.ok(
      others.every(({ linked_call_id }) => linked_call_id === undefined),
      name,
    );
  }
});

test('the schema knows the same words as the code', () => {
  const { state, device_type: type, 'termination-reason': reason } = common.properties;
  assert.deepEqual(state!.enum, LEG_STATES);
  assert.deepEqual(type!.enum, DEVICE_TYPES);
  assert.deepEqual(reason!.enum, TERMINATION_REASONS);
});

test('the schema refuses what no message is', () => {
  const message = {
    seq_num: 1,
    call_id: 'tvNAazZlEwDZTCO74Pk95Q',
    branch_id: 'L1FIItkNwW0.',
    timestamp: '2021-09-30T10:36:19.315+00:00',
    state: 'TERMINATED',
    'termination-reason': 'HANGUP',
    direction: 'INCOMING',
  };
  assert.ok(validators.standard(message));
  assert.ok(validators.extended({ ...message, call_duration_ms: 0 }));
  for (const wrong of [
    { seq_num: 0 },
    { state: 'EARLY' },
    { timestamp: '2021-09-30T10:36:19Z' },
    { internal: true },
    { more: 1 },
  ])
    assert.ok(!validators.standard({ ...message, ...wrong }), JSON.stringify(wrong));
  assert.ok(!validators.extended(message), 'the duration is always there');
});
