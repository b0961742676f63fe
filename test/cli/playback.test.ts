/** `callhook playback` as a process: bodies on standard output, everything else on standard error. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { listAnswer } from '../../src/cli/demo/ami-server.ts';
import { event, RINGING } from '../support/ami.ts';
import { makeFolder, run, write } from '../support/callhook-process.ts';
import { assertExpected, type Message } from '../support/expectation.ts';
import { event as postedEvent, lines } from '../support/http-ingest.ts';
import { directoryYaml } from '../support/installation.ts';
import { TRANSCRIPTS, transcriptsOf } from '../support/transcripts.ts';

const ANSWERED = `${TRANSCRIPTS}asterisk/01-in-answered-caller-hangs-up/ami.raw`;
const CRM = 'https://crm.acme.example/calls';

async function playback(t: TestContext, args: readonly string[], yaml = directoryYaml(5038, CRM)) {
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', yaml);
  const ended = await run(t, folder, ['playback', '--with', 'acme.yaml', '--source', 'pbx', ...args]);
  assert.deepEqual(readdirSync(folder), ['acme.yaml'], 'no database, no key');
  return {
    ...ended,
    messages: ended.out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Message),
  };
}

test('it prints one body per line, needs no secrets and says nothing else', async (t) => {
  const { code, err, messages } = await playback(t, [ANSWERED]);
  assert.deepEqual([code, err], [0, '']);
  assertExpected(messages, transcriptsOf('asterisk')[0]!.expected);
});

test('the same recording prints the same bytes each time', async (t) => {
  const [first, second] = [await playback(t, [ANSWERED]), await playback(t, [ANSWERED])];
  assert.equal(first.out, second.out);
});

test('`--states all` shows the states that no endpoint asked for', async (t) => {
  const { messages } = await playback(t, ['--states', 'all', ANSWERED]);
  assert.deepEqual(
    messages.map(({ state }) => state),
    ['TRYING', 'EARLY', 'CONFIRMED', 'TERMINATED'],
  );
});

test('two connections, gzipped or not, are read in the order given', async (t) => {
  const folder = `${TRANSCRIPTS}asterisk/19-ami-drops-mid-call/`;
  const { code, err, messages } = await playback(t, [`${folder}ami.raw`, `${folder}ami-2.raw`]);
  assert.deepEqual([code, err], [0, '']);
  assertExpected(messages, transcriptsOf('asterisk').find(({ name }) => name.includes('/19-'))!.expected);
});

test('`--explain` tells on standard error of each channel why it was or was not reported', async (t) => {
  const { err, messages } = await playback(t, ['--explain', ANSWERED]);
  assert.equal(messages.length, 3);
  assert.match(err, /^PJSIP\/1001 \(\S+, INCOMING\): reported .*EARLY, CONFIRMED, TERMINATED$/m);
  assert.match(err, /^PJSIP\/trunk .*not reported: /m);
  assert.doesNotMatch(err, /\+?358\d{6}/, 'no number');
});

test('an organisation without endpoint is shown what one would get', async (t) => {
  const yaml = directoryYaml(5038, CRM).replace(/ {4}endpoints:[^]*/, '');
  const { code, err, messages } = await playback(t, [ANSWERED], yaml);
  assert.deepEqual([code, messages.length], [0, 3]);
  assert.match(err, /acme has no endpoint; this is what one with the usual states would get/);
});

test('a FreeSWITCH is played back like an Asterisk, its connections in the order given', async (t) => {
  const folder = `${TRANSCRIPTS}freeswitch/38-esl-reconnect/`;
  const yaml = directoryYaml(8021, CRM)
    .replace('kind: ami', 'kind: esl')
    .replaceAll(/PJSIP\/(\d+)/g, '$1@pbx.example.com')
    .replaceAll('+35894272', '+3589427');
  const recordings = [`${folder}esl.raw.gz`, `${folder}esl-2.raw.gz`];
  const { code, err, messages } = await playback(t, recordings, yaml);
  assert.deepEqual([code, err], [0, '']);
  assertExpected(messages, transcriptsOf('freeswitch').find(({ name }) => name.includes('/38-'))!.expected);
  const wrong = await playback(t, [ANSWERED], yaml);
  assert.match(
    wrong.err,
    /There are no Event Socket packets in .* Is it a recording of FreeSWITCH's Event Socket\?/,
  );
});

for (const [what, args, told] of [
  [
    'a source that the file does not have',
    ['--source', 'office', ANSWERED],
    /There is no source `office` in the file; its sources are: pbx\./,
  ],
  ['a recording that is not there', ['/nowhere/ami.raw'], /\/nowhere\/ami\.raw: there is no such file/],
  ['a state that is none', ['--states', 'RINGING', ANSWERED], /Known are all, TRYING, PROCEEDING, EARLY/],
] as const) {
  test(`${what} is told in one line`, async (t) => {
    const { code, err, out } = await playback(t, args);
    assert.equal(code, 1);
    assert.match(err, told);
    assert.equal(out, '');
    assert.doesNotMatch(err, /\n\s+at /, 'no stack trace');
  });
}

test('files without a single packet are told as such, whatever is in them', async (t) => {
  const folder = makeFolder(t);
  const empty = write(folder, 'empty.raw', '');
  const picture = write(folder, 'picture.raw', '\u0000PNG\r\n\r\n\u0001\r\n\r\n');
  const { code, out, err } = await playback(t, [empty, picture]);
  assert.deepEqual([code, out], [1, '']);
  assert.match(err, /There are no AMI packets in \S*empty\.raw, \S*picture\.raw\. Is it a recording of/);
});

test('beside a recording that has some, a file without packets is a remark', async (t) => {
  const empty = write(makeFolder(t), 'empty.raw', '');
  const { code, err, messages } = await playback(t, [ANSWERED, empty]);
  assert.deepEqual([code, messages.length], [0, 3]);
  assert.match(err, /empty\.raw: no AMI packets in it/);
});

for (const damaged of [
  '{"t":',
  '5',
  'null',
  '[]',
  '"x"',
  '{}',
  '{"t":"0"}',
  '{"t":0,"wall":"x"}',
  '{"t":1,"off":"0","len":1}',
]) {
  test(`a line ${damaged} in the index of arrival times is told with its place`, async (t) => {
    const folder = makeFolder(t);
    const recording = write(folder, 'x.raw', 'Event: Hangup\r\n\r\n');
    write(folder, 'x.timed.jsonl', `{"t":0,"wall":"2026-11-23T00:00:00Z"}\n${damaged}\n`);
    const { code, err } = await playback(t, [recording]);
    assert.equal(code, 1);
    assert.match(err, /x\.timed\.jsonl:2: /);
    assert.doesNotMatch(err, /\n\s+at /, 'no stack trace');
  });
}

test('`--explain` shows no telephone number that a channel is named after', async (t) => {
  const folder = makeFolder(t);
  const call = { state: 4, Exten: '1001', Linkedid: 'pbx1-1.0' };
  const recording = write(
    folder,
    'x.raw',
    event('Newchannel', { ...call, Channel: 'Local/0401234567@out-00000001;1', Uniqueid: 'pbx1-1.0' }) +
      event('Newchannel', { ...call, Channel: 'DAHDI/i1/0407654321-1', Uniqueid: 'pbx1-1.1' }) +
      event('Newchannel', { ...call, Channel: 'DAHDI/i1/040-76543210-a', state: 0, Uniqueid: 'pbx1-1.2' }) +
      event('Hangup', { Channel: 'DAHDI/i1/040-76543210-a', Uniqueid: 'pbx1-1.2' }, ['Cause: 16']),
  );
  const { err } = await playback(t, ['--explain', recording]);
  assert.match(err, /^Local\/XXXXXXXX67@out-00000001;1: not reported: /m);
  assert.match(err, /^DAHDI\/i1\/XXXXXXXX21 \(pbx1-1\.1, OUTGOING\): not reported: not a device/m);
  assert.match(err, /^DAHDI\/i1\/040-XXXXXX10: not reported: /m);
});

test('`--explain` shows the end that a list of channels tells', async (t) => {
  const folder = makeFolder(t);
  const first = write(folder, '1.raw', RINGING);
  const second = write(
    folder,
    '2.raw',
    listAnswer('Channels will follow', 'CoreShowChannelsComplete').replaceAll('{id}', '7'),
  );
  const { err } = await playback(t, ['--explain', first, second]);
  assert.match(err, /^PJSIP\/1001 \(pbx1-1\.1, INCOMING\): reported EARLY, TERMINATED$/m);
});

const POSTED = `sources: [{ id: platform, kind: http }]
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
      - user_id: anna
        numbers: ["+358942721001"]
        devices: [{ source: platform, address: "1001", type: SOFT }]
    endpoints: [{ id: crm, url: "${CRM}" }]
`;

test('what was posted is played line by line; lines that are not right are told, and a list ends what is gone', async (t) => {
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', POSTED);
  const at = '2026-11-23T10:00:00Z';
  const one = { ...postedEvent({ leg: 'a', at }), remote_number: null };
  write(
    folder,
    'calls.ndjson',
    lines([
      one,
      { ...one, state: 'BUSY' },
      { ...one, leg: 'b' },
      { legs: ['b'], at: '2026-11-23T10:01:00Z' },
    ]),
  );
  const args = ['playback', '--with', 'acme.yaml', '--source', 'platform', '--explain', 'calls.ndjson'];
  const { code, out, err } = await run(t, folder, args);
  const told = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Message);
  assert.deepEqual(
    told.map(({ state, timestamp }) => [state, timestamp]),
    [
      ['EARLY', '2026-11-23T10:00:00.000+00:00'],
      ['EARLY', '2026-11-23T10:00:00.000+00:00'],
      ['TERMINATED', '2026-11-23T10:01:00.000+00:00'],
    ],
  );
  assert.equal(code, 0);
  assert.match(err, /^calls\.ndjson:2: \/state must be one of TRYING, /m);
  assert.match(err, /^1001 \(a, INCOMING\): reported EARLY, TERMINATED$/m);
});
