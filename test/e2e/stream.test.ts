/** The live stream of the real connector, over a kill and a restart. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { run, type Running } from '../support/callhook-process.ts';
import { openStream, type EventStream } from '../support/event-stream.ts';
import { install } from '../support/installation.ts';

const CALL = 'asterisk/01-in-answered-caller-hangs-up/ami.raw';

async function urlOf(running: Running): Promise<string> {
  return (JSON.parse(await running.said('callhook serves')) as { api: string }).api;
}

/** A new operator's session. */
async function logIn(t: TestContext, folder: string, url: string): Promise<string> {
  const made = await run(t, folder, ['account', 'create', 'otto@operator.example']);
  const [, token = ''] = /#(?:token=)?(chlnk_[\w-]+)/.exec(made.out) ?? [];
  const answer = await fetch(`${url}/api/v1/invitations/accept`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-callhook': '1' },
    body: JSON.stringify({ token, name: 'Otto', password: 'three blind mice' }),
  });
  assert.ok(answer.ok, await answer.text());
  return answer.headers.getSetCookie()[0]!.split(';')[0]!;
}

const namesOf = ({ events }: EventStream) =>
  events.map(({ name, data }) => [name, data.event?.state ?? data.outcome ?? data.state].join(' '));

test('a listener hears a call to its end, over kill -9 and a restart, and what was done in between', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, CALL, 'max_streams_per_account = 1\n');
  const first = await serve();
  const url = await urlOf(first);
  const cookie = await logIn(t, folder, url);
  const path = '/api/v1/organisations/acme/stream';
  const before = await openStream(url + path, { cookie });
  await before.until(() => before.lastId() !== '');
  const second = await openStream(url + path, { cookie });
  assert.equal(second.status, 429, 'as many as the settings allow');
  pbx.play(1_000);
  const finished = (stream: EventStream) => stream.events.filter(({ name }) => name === 'finished').length;
  await before.until(() => finished(before) === 3);
  const all = namesOf(before);
  assert.deepEqual(
    all.filter((name) => name.startsWith('step')),
    ['step TRYING', 'step EARLY', 'step CONFIRMED', 'step TERMINATED'],
  );
  assert.equal(all.filter((name) => name === 'finished delivered').length, 3);
  assert.equal(crm.received.length, 3);

  first.process.kill('SIGKILL');
  await Promise.all([first.ended, before.ended]);
  for (const verb of ['disable', 'enable']) {
    assert.equal((await run(t, folder, [verb, 'acme/crm'])).code, 0);
  }
  const restarted = await serve();
  const again = await urlOf(restarted);
  const sixth = before.events[5]!.id;
  const after = await openStream(again + path, { cookie, 'last-event-id': sixth });
  await after.until(() => after.events.length >= all.length - 6 + 2);
  assert.deepEqual(namesOf(after), [...all.slice(6), 'health disabled', 'health paused']);
  // Another process's doing is heard while it is listened to.
  assert.equal((await run(t, folder, ['disable', 'acme/crm'])).code, 0);
  await after.until(() => namesOf(after).at(-1) === 'health disabled');

  restarted.process.kill('SIGTERM');
  await after.ended;
  assert.equal((await restarted.ended).code, 0);
  assert.deepEqual(after.events.at(-1)!.data.reason, 'stopping');
});
