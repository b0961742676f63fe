/** `callhook playback` of recorded dialog events. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import { makeFolder, run, write } from '../support/callhook-process.ts';
import { assertExpected, type Message } from '../support/expectation.ts';
import { TRANSCRIPTS, transcriptsOf } from '../support/transcripts.ts';

const RECORDING = `${TRANSCRIPTS}kamailio/14-internal-1001-1002/notify.jsonl`;

const users = ['1001', '1002'].map(
  (extension) => `      - user_id: user.${extension}@acme.example
        numbers: ["+3589427${extension}"]
        extensions: ["${extension}"]
        devices: [{ source: pbx, address: "sip:${extension}@127.0.0.1" }]`,
);
const DIRECTORY = `sources: [{ id: pbx, kind: dialog-info, host: 127.0.0.1 }]
organisations:
  - id: acme
    name: Acme Oy
    default_country: FI
    users:
${users.join('\n')}
    endpoints: [{ id: crm, url: "https://crm.acme.example/calls" }]
`;

async function playback(t: TestContext, recording: string, more: readonly string[] = []) {
  const folder = makeFolder(t);
  write(folder, 'acme.yaml', DIRECTORY);
  const path = recording.startsWith('/') ? recording : write(folder, 'notify.jsonl', recording);
  return run(t, folder, ['playback', '--with', 'acme.yaml', '--source', 'pbx', ...more, path]);
}

test('notify.jsonl is played, and what became of each dialog is explained', async (t) => {
  const { code, out, err } = await playback(t, RECORDING, ['--explain']);
  const messages = out
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Message);
  const { expected } = transcriptsOf('kamailio').find(({ name }) => name.endsWith('/14-internal-1001-1002'))!;
  assertExpected(messages, expected);
  assert.equal(code, 0);
  assert.match(err, /^sip:1001@127\.0\.0\.1 \(.*, OUTGOING\): reported EARLY, CONFIRMED, TERMINATED$/m);
});

test('lines that are no NOTIFY are told, and the others played', async (t) => {
  const lines = readFileSync(RECORDING, 'utf8');
  const { code, out, err } = await playback(t, `hello\n${lines}{"raw":"SIP/2.0 200 OK\\r\\n\\r\\n"}\n`);
  assert.equal(code, 0);
  assert.equal(out.split('\n').length, 7);
  assert.match(err, /notify\.jsonl:1: is no recorded message; each line is \{"t": /);
});

test('a file without any NOTIFY is no recording of this kind', async (t) => {
  const { code, err } = await playback(t, 'hello\n');
  assert.notEqual(code, 0);
  assert.match(err, /There is no NOTIFY in .* One per line is expected, as \{"t": /);
});

for (const [name, kind] of [
  ['Asterisk PBX 22.10.1', 'ami'],
  ['FreeSWITCH-mod_sofia/1.10.12', 'esl'],
] as const) {
  test(`a recording of the dialog events of ${name} is refused with advice`, async (t) => {
    const recording = readFileSync(RECORDING, 'utf8').replaceAll('kamailio (5.6.3 (x86_64/linux))', name);
    const { code, out, err } = await playback(t, recording);
    assert.notEqual(code, 0);
    assert.equal(out, '');
    assert.match(err, new RegExp(`Use its .* instead: a source of kind ${kind}`));
  });
}
