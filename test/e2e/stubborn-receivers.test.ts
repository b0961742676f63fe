/** Receivers that hang, talk or never finish: they cost the others nothing, and a stop is a stop. */
import assert from 'node:assert/strict';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { run, write } from '../support/callhook-process.ts';
import { directoryYaml, ENV, install } from '../support/installation.ts';
import { SECRET } from '../support/receiver.ts';

/** Takes connections and never says a word. */
async function startSilent(t: TestContext): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

test('endpoints that never answer cost another one nothing, and SIGTERM still ends it in seconds', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, 'asterisk/20-burst-20cps-20s/ami.raw.gz');
  const port = await startSilent(t);
  const silent = Array.from(
    { length: 4 },
    (_, i) => `      - { id: silent-${i}, url: "https://127.0.0.1:${port}/${i}", secret: ${SECRET} }\n`,
  );
  write(folder, 'acme.yaml', directoryYaml(pbx.port, crm.url) + silent.join(''));
  assert.equal((await run(t, folder, ['apply', 'acme.yaml'], ENV)).code, 0);
  const running = await serve();
  const { api } = JSON.parse(await running.said('callhook serves')) as { api: string };
  while (pbx.play(500) > 0) await new Promise((resolve) => setImmediate(resolve));
  await crm.until((received) => received.length === 1_200);

  const { hostname, port: apiPort } = new URL(api);
  const halfOpen = connect(Number(apiPort), hostname);
  halfOpen.on('error', () => {}).write('GET /health/live HTTP/1.1\r\nHost: x\r\n');
  await new Promise((resolve) => halfOpen.once('connect', resolve));
  const asked = performance.now();
  running.process.kill('SIGTERM');
  assert.equal((await running.ended).code, 0);
  assert.ok(performance.now() - asked < 10_000, 'within the grace of five seconds and some');
});

test('what a receiver says of people is neither in the log nor on the screen nor in the file', async (t) => {
  const { folder, pbx, crm, serve } = await install(t, 'asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const running = await serve();
  crm.says = '{"error":"no contact for +358409401234 / someone@customer.example"}';
  crm.answers.push(422);
  pbx.play(1_000);
  await crm.until((received) => received.length === 3);
  const screen = await run(t, folder, ['status', '--json']);
  running.process.kill('SIGTERM');
  const { err } = await running.ended;
  assert.match(err, /refused_message/);
  for (const text of [err, screen.out]) assert.doesNotMatch(text, /358409401234|customer\.example/);
});
