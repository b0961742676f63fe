/** Kamailio with examples/kamailio when Callhook is away, or Kamailio itself is. */
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import test, { type TestContext } from 'node:test';
import { assertLegs, installProxy, needsProxy, type Proxy } from '../support/proxy.ts';

const OUTSIDE = '+358401234567';

async function callTo1002({ phones }: Proxy, phone: number, calls = 1): Promise<void> {
  for (let nth = 0; nth < calls; nth += 1) {
    const called = phones.called(phone, ['180', '200', 'await BYE']);
    await phones.calls({ from: OUTSIDE, to: '1002' }, ['await 200', 'BYE']);
    await called;
  }
}

async function withPhone(t: TestContext, defined: Record<string, string> = {}) {
  const proxy = await installProxy(t, defined);
  const [phone] = (await proxy.ports(1)) as [number];
  await proxy.phones.register({ '1002': [phone] });
  return { proxy, phone };
}

/** Waits until it is so. Nobody tells what another process writes to its disk. */
async function eventually(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

const COMPLETE = `1002 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`;

test(
  'while Callhook is down calls wait on the disk, over a crash of Kamailio too; then all are told, once and in order',
  needsProxy(),
  async (t) => {
    const { proxy, phone } = await withPhone(t);
    await callTo1002(proxy, phone, 3);
    await eventually(() => proxy.spooled() === 12);
    await proxy.kamailio().kill();
    await proxy.startKamailio();
    await proxy.serve();
    await assertLegs(proxy, [COMPLETE, COMPLETE, COMPLETE]);
    await eventually(() => proxy.spooled() === 0);
    assert.equal(proxy.crm.received.length, 0);
  },
);

test(
  'over a restart of Kamailio an answered call goes on, and one that rang has ended',
  needsProxy(),
  async (t) => {
    const { proxy, phone } = await withPhone(t);
    const { phones, crm } = proxy;
    const [desk] = (await proxy.ports(1)) as [number];
    await phones.register({ '1001': [desk] });
    await proxy.serve();
    const answered = phones.called(phone, ['180', '200', 'await BYE']);
    const caller = phones.calls({ from: OUTSIDE, to: '1002' }, ['await 200', 'pause 2500', 'BYE']);
    await crm.until((received) => received.length === 2);
    // They hear no more of it.
    const rings = Promise.allSettled([
      phones.called(desk, ['180', 'pause 1']),
      phones.calls({ from: OUTSIDE, to: '1001' }, ['await 180', 'pause 1']),
    ]);
    await crm.until((received) => received.length === 3);
    await rings;
    await proxy.kamailio().stop();
    await proxy.startKamailio();
    await Promise.all([answered, caller]);
    await assertLegs(proxy, [`1001 < ${OUTSIDE}: EARLY, CANCELLED`, COMPLETE]);
  },
);

test('a full spool drops the oldest and says so', needsProxy(), async (t) => {
  const { proxy, phone } = await withPhone(t, { CALLHOOK_SPOOL_MOST: '4' });
  await callTo1002(proxy, phone, 2);
  await eventually(() => proxy.kamailio().log().includes("Callhook's spool is full"));
  assert.equal(proxy.spooled(), 4);
  assert.doesNotMatch(proxy.kamailio().log(), /358401234567|chsrc_/);
  await proxy.serve();
  await assertLegs(proxy, [COMPLETE]);
});

test(
  'what is refused for a while is posted again; what can never be read is left out, and the rest arrives',
  needsProxy(),
  async (t) => {
    const { proxy, phone } = await withPhone(t);
    const taken: string[] = [];
    const answers = [503, 401];
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const states = request.url?.endsWith('/events')
          ? body.split('\n').map((line) => JSON.parse(line).state)
          : [];
        const status = answers.shift() ?? (states.includes('EARLY') ? 400 : 202);
        if (status === 202) taken.push(...states);
        response.writeHead(status).end('{}');
      });
    });
    await new Promise<void>((resolve) => server.listen(proxy.api, '127.0.0.1', resolve));
    t.after(() => server.close());
    await callTo1002(proxy, phone);
    await eventually(() => taken.includes('TERMINATED') && proxy.spooled() === 0);
    assert.deepEqual(taken, ['TRYING', 'CONFIRMED', 'TERMINATED']);
    assert.match(proxy.kamailio().log(), /Callhook refused what was posted \(400\)/);
  },
);
