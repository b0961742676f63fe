/** `callhook serve --demo`: the portal with calls in it, on this machine alone, and nothing of it stays. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import test from 'node:test';
import { makeFolder, run, start } from '../support/callhook-process.ts';
import { openStream } from '../support/event-stream.ts';

interface Call {
  call_id: string;
  began_at: string;
}

test('the demo’s portal lets in who it says, shows new calls, and is gone after Ctrl-C', async (t) => {
  const folder = makeFolder(t);
  const startedAt = Date.now();
  const demo = start(t, folder, ['serve', '--demo'], { TMPDIR: folder, CALLHOOK_API_PORT: '0' });
  const said = await demo.printed(/[^]*Ctrl-C/);
  const [url = ''] = /http:\S+/.exec(said) ?? [];
  const [, password = ''] = /Password +(\S+)/.exec(said) ?? [];
  const logIn = async (email: string) => {
    const answer = await fetch(`${url}/api/v1/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-callhook': '1' },
      body: JSON.stringify({ email, password }),
    });
    assert.equal(answer.status, 200);
    return answer.headers.get('set-cookie')!.split(';')[0]!;
  };
  const operator = await logIn('operator@demo.example');
  const manager = await logIn('manager@acme.example');
  const ask = (cookie: string, path: string) =>
    fetch(`${url}/api/v1/organisations/${path}`, { headers: { cookie } });
  const callsOf = async (cookie: string, organisation: string): Promise<readonly Call[]> => {
    const stream = await openStream(`${url}/api/v1/organisations/${organisation}/stream`, { cookie });
    const seen = () =>
      new Set(stream.events.flatMap(({ name, data }) => (name === 'step' ? data.event.call_id : [])));
    await stream.until(() => seen().size > 1);
    stream.close();
    const { items } = (await (await ask(cookie, `${organisation}/calls`)).json()) as { items: Call[] };
    assert.ok(items.length > 1);
    return items;
  };
  for (const calls of await Promise.all([callsOf(manager, 'acme'), callsOf(operator, 'harbour')])) {
    assert.equal(new Set(calls.map(({ call_id }) => call_id)).size, calls.length);
    assert.ok(calls.every(({ began_at }) => Date.parse(began_at) >= startedAt));
  }
  assert.equal((await ask(manager, 'harbour/calls')).status, 404);
  demo.process.kill('SIGINT');
  assert.deepEqual([(await demo.ended).code, (await demo.ended).err, readdirSync(folder)], [0, '', []]);
});

test('the demo does not start where others could reach it', async (t) => {
  const env = { CALLHOOK_API_HOST: '0.0.0.0' };
  const { code, err } = await run(t, makeFolder(t), ['serve', '--demo'], env);
  assert.equal(code, 1);
  assert.match(err, /for this machine alone, but `api_host` is 0\.0\.0\.0/);
});

test('a port that is taken ends the demo with a word, and nothing of it stays', async (t) => {
  const folder = makeFolder(t);
  const env = { TMPDIR: folder, CALLHOOK_API_PORT: '0' };
  const first = start(t, folder, ['serve', '--demo'], env);
  const [, port = ''] = /http:\S+:(\d+)/.exec(await first.printed(/http:\S+/)) ?? [];
  const { code } = await run(t, folder, ['serve', '--demo'], { ...env, CALLHOOK_API_PORT: port });
  assert.equal(code, 1);
  first.process.kill('SIGINT');
  await first.ended;
  assert.deepEqual(readdirSync(folder), []);
});
