/** Kamailio with examples/kamailio, phones and a trunk by sipp, the whole connector: what is told of each call. */
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  assertLegs,
  debianConfiguration,
  installProxy,
  needsDebianProxy,
  needsProxy,
} from '../support/proxy.ts';
import type { CalledStep } from '../support/sip-phones.ts';

const OUTSIDE = '+358401234567';

const answers = ['180', '200', 'await BYE'] as const satisfies CalledStep[];
const loses = ['180', 'await CANCEL'] as const satisfies CalledStep[];

test('what is told of calls through the example for Kamailio', needsProxy(), async (t) => {
  const proxy = await installProxy(t, { RING_MS: '1500', SILENT_MS: '700', LONGEST_CALL_SECONDS: '2' });
  const { phones, trunk } = proxy;
  await proxy.serve();
  const [desk, mobile, other] = (await proxy.ports(3)) as [number, number, number];
  await phones.register({ '1001': [desk, mobile], '1002': [other] });

  const sentence = (name: string, run: () => Promise<void>) =>
    t.test(name, async () => {
      await run().catch((error: unknown) => {
        throw new Error(`Kamailio says:\n${proxy.kamailio().log()}`, { cause: error });
      });
    });

  await sentence('answered, and ended by the caller', async () => {
    const called = phones.called(other, answers);
    await phones.calls({ from: OUTSIDE, to: '1002' }, ['await 200', 'BYE']);
    await called;
    const messages = await assertLegs(proxy, [`1002 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`]);
    // By what the phone called itself when it registered.
    assert.ok(messages.every(({ device_type: type }) => type === 'SOFT'));
  });

  await sentence('answered, held, and ended by the called phone', async () => {
    const called = phones.called(other, ['180', '180', '200', 're-INVITE', 'BYE']);
    await phones.calls({ from: OUTSIDE, to: '1002' }, ['await 200', 'await re-INVITE', 'await BYE']);
    await called;
    await assertLegs(proxy, [`1002 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`]);
  });

  await sentence('of two phones that ring, one answers', async () => {
    const called = [phones.called(desk, answers), phones.called(mobile, loses)];
    await phones.calls({ from: OUTSIDE, to: '1001' }, ['await 200', 'BYE']);
    await Promise.all(called);
    const messages = await assertLegs(proxy, [
      `1001 < ${OUTSIDE}: EARLY, ANSWERED_ELSEWHERE`,
      `1001 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
    ]);
    assert.equal(new Set(messages.map(({ call_id }) => call_id)).size, 1);
  });

  await sentence('one phone refuses, the other answers', async () => {
    const called = [
      phones.called(desk, ['180', '486']),
      phones.called(mobile, ['180', 'pause 300', '200', 'await BYE']),
    ];
    await phones.calls({ from: OUTSIDE, to: '1001' }, ['await 200', 'BYE']);
    await Promise.all(called);
    await assertLegs(proxy, [
      `1001 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
      `1001 < ${OUTSIDE}: EARLY, REJECTED`,
    ]);
  });

  await sentence('all phones refuse', async () => {
    const called = [phones.called(desk, ['180', '486']), phones.called(mobile, ['480'])];
    await phones.calls({ from: OUTSIDE, to: '1001' }, ['await 480']);
    await Promise.all(called);
    await assertLegs(proxy, [`1001 < ${OUTSIDE}: EARLY, REJECTED`, `1001 < ${OUTSIDE}: REJECTED`]);
  });

  await sentence('the caller gives up', async () => {
    const called = [phones.called(desk, loses), phones.called(mobile, loses)];
    await phones.calls({ from: OUTSIDE, to: '1001' }, ['await 180', 'await 180', 'CANCEL']);
    await Promise.all(called);
    await assertLegs(proxy, [`1001 < ${OUTSIDE}: EARLY, CANCELLED`, `1001 < ${OUTSIDE}: EARLY, CANCELLED`]);
  });

  await sentence('it rings until the proxy gives up', async () => {
    const called = phones.called(other, loses);
    await phones.calls({ from: OUTSIDE, to: '1002' }, ['await 408']);
    await called;
    await assertLegs(proxy, [`1002 < ${OUTSIDE}: EARLY, CANCELLED`]);
  });

  await sentence('a registered phone that says nothing', async () => {
    await phones.calls({ from: OUTSIDE, to: '1002' }, ['await 408']);
    await assertLegs(proxy, [`1002 < ${OUTSIDE}: CANCELLED`]);
  });

  await sentence('a registered phone that cannot be reached', async () => {
    await phones.register({ '1003': [other] }, ';transport=tcp');
    await phones.calls({ from: '1001', to: '1003' }, ['await 500']);
    await assertLegs(proxy, ['1001 > +358942721003: REJECTED', '1003 < +358942721001: REJECTED']);
  });

  await sentence('a user calls a colleague: two legs of one call, each the other’s remote', async () => {
    const called = phones.called(other, answers);
    await phones.calls({ from: '1001', to: '1002' }, ['await 200', 'BYE']);
    await called;
    const messages = await assertLegs(proxy, [
      '1001 > +358942721002: EARLY, CONFIRMED, HANGUP',
      '1002 < +358942721001: EARLY, CONFIRMED, HANGUP',
    ]);
    assert.equal(new Set(messages.map(({ call_id }) => call_id)).size, 1);
  });

  await sentence('a colleague is busy', async () => {
    const called = phones.called(other, ['486']);
    await phones.calls({ from: '1001', to: '1002' }, ['await 486']);
    await called;
    await assertLegs(proxy, ['1001 > +358942721002: REJECTED', '1002 < +358942721001: REJECTED']);
  });

  await sentence('a user calls out and is answered', async () => {
    const called = phones.called(trunk, ['183', '200', 'BYE']);
    await phones.calls({ from: '1001', to: OUTSIDE }, ['await 200', 'await BYE']);
    await called;
    await assertLegs(proxy, [`1001 > ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`]);
  });

  await sentence('a user calls out, and the network refuses', async () => {
    const called = phones.called(trunk, ['180', '603']);
    await phones.calls({ from: '1001', to: OUTSIDE }, ['await 603']);
    await called;
    await assertLegs(proxy, [`1001 > ${OUTSIDE}: EARLY, REJECTED`]);
  });

  await sentence('a user calls out and gives up', async () => {
    const called = phones.called(trunk, loses);
    await phones.calls({ from: '1001', to: OUTSIDE }, ['await 180', 'CANCEL']);
    await called;
    await assertLegs(proxy, [`1001 > ${OUTSIDE}: EARLY, CANCELLED`]);
  });

  await sentence('a user calls out, and the proxy gives up', async () => {
    const called = phones.called(trunk, loses);
    await phones.calls({ from: '1001', to: OUTSIDE }, ['await 408']);
    await called;
    await assertLegs(proxy, [`1001 > ${OUTSIDE}: EARLY, CANCELLED`]);
  });

  await sentence('a user calls a colleague who has no phone', async () => {
    await phones.calls({ from: '1001', to: '1004' }, ['await 404']);
    await assertLegs(proxy, ['1001 > 1004: REJECTED']);
  });

  await sentence('a caller withholds the number, which the trunk asserts', async () => {
    const called = phones.called(other, answers);
    const headers = [`P-Asserted-Identity: <sip:${OUTSIDE}@carrier.example>`, 'Privacy: id'];
    await phones.calls({ from: 'anonymous@anonymous.invalid', to: '1002', headers }, ['await 200', 'BYE']);
    await called;
    await assertLegs(proxy, ['1002 < anonymous: EARLY, CONFIRMED, HANGUP']);
  });

  await sentence('the number that the trunk asserts counts more than the one in From', async () => {
    const called = phones.called(other, answers);
    const headers = [`P-Asserted-Identity: <sip:${OUTSIDE}@carrier.example>`];
    await phones.calls({ from: '0800', to: '1002', headers }, ['await 200', 'BYE']);
    await called;
    await assertLegs(proxy, [`1002 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`]);
  });

  await sentence('a group rings at once, and one takes the call', async () => {
    const called = [
      phones.called(desk, loses),
      phones.called(mobile, ['100', 'await CANCEL']),
      phones.called(other, answers),
    ];
    await phones.calls({ from: OUTSIDE, to: '1000' }, ['await 200', 'BYE']);
    await Promise.all(called);
    await assertLegs(proxy, [
      `1001 < ${OUTSIDE}: ANSWERED_ELSEWHERE`,
      `1001 < ${OUTSIDE}: EARLY, ANSWERED_ELSEWHERE`,
      `1002 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
    ]);
  });

  await sentence('a line of users is tried one after the other', async () => {
    const called = [
      phones.called(desk, ['180', '486']),
      phones.called(mobile, loses),
      phones.called(other, answers),
    ];
    await phones.calls({ from: OUTSIDE, to: '1100' }, ['await 200', 'BYE']);
    await Promise.all(called);
    await assertLegs(proxy, [
      `1001 < ${OUTSIDE}: EARLY, CANCELLED`,
      `1001 < ${OUTSIDE}: EARLY, REJECTED`,
      `1002 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
    ]);
  });

  await sentence('a phone deflects', async () => {
    const called = phones.called(other, ['302']);
    await phones.calls({ from: OUTSIDE, to: '1002' }, ['await 302']);
    await called;
    await assertLegs(proxy, [`1002 < ${OUTSIDE}: REJECTED`]);
  });

  await sentence('a proxy in front says that the call was answered elsewhere', async () => {
    const called = phones.called(other, loses);
    const steps = ['await 180', 'CANCEL, answered elsewhere'] as const;
    await phones.calls({ from: OUTSIDE, to: '1002' }, steps);
    await called;
    await assertLegs(proxy, [`1002 < ${OUTSIDE}: EARLY, ANSWERED_ELSEWHERE`]);
  });

  await sentence('two phones answer at once, and both are hung up', async () => {
    const called = [
      phones.called(desk, ['180', '200', 'pause 300', 'BYE']),
      phones.called(mobile, ['180', 'answer despite CANCEL', 'await BYE']),
    ];
    await phones.calls({ from: OUTSIDE, to: '1001' }, ['await 200', 'await 200', 'BYE', 'await BYE']);
    await Promise.all(called);
    await assertLegs(proxy, [
      `1001 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
      `1001 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
    ]);
  });

  await sentence('a phone that lost never says so', async () => {
    const called = [phones.called(desk, answers), phones.called(mobile, ['180'])];
    await phones.calls({ from: OUTSIDE, to: '1001' }, ['await 200', 'BYE']);
    await Promise.all(called);
    await assertLegs(proxy, [
      `1001 < ${OUTSIDE}: EARLY, ANSWERED_ELSEWHERE`,
      `1001 < ${OUTSIDE}: EARLY, CONFIRMED, HANGUP`,
    ]);
  });

  await sentence('nobody hangs up, and the proxy ends the call at its limit', async () => {
    const called = phones.called(other, answers);
    await phones.calls({ from: '1001', to: '1002' }, ['await 200', 'await BYE']);
    await called;
    await assertLegs(proxy, [
      '1001 > +358942721002: EARLY, CONFIRMED, HANGUP',
      '1002 < +358942721001: EARLY, CONFIRMED, HANGUP',
    ]);
  });
});

test('where users have domains, devices are named by them', needsProxy(), async (t) => {
  const proxy = await installProxy(t, { CALLHOOK_USE_DOMAIN: '1' });
  const { phones } = proxy;
  await proxy.serve();
  const [phone] = (await proxy.ports(1)) as [number];
  await phones.register({ '1002': [phone] });
  const called = phones.called(phone, answers);
  await phones.calls({ from: '1001', to: '1002' }, ['await 200', 'BYE']);
  await called;
  await assertLegs(proxy, [
    '1001 > +358942721002: EARLY, CONFIRMED, HANGUP',
    '1002 < +358942721001: EARLY, CONFIRMED, HANGUP',
  ]);
});

test('the lines for Debian’s own kamailio.cfg tell of calls between users', needsDebianProxy(), async (t) => {
  const proxy = await installProxy(t, {}, debianConfiguration(t));
  const { phones } = proxy;
  await proxy.serve();
  const [phone] = (await proxy.ports(1)) as [number];
  await phones.register({ '1002': [phone] });
  const called = phones.called(phone, ['180', '200', 'BYE']);
  await phones.calls({ from: '1001', to: '1002' }, ['await 200', 'await BYE']);
  await called;
  const refused = phones.called(phone, ['486']);
  await phones.calls({ from: '1001', to: '1002' }, ['await 486']);
  await refused;
  await phones.calls({ from: '1001', to: '1004' }, ['await 404']);
  await assertLegs(proxy, [
    '1001 > +358942721002: EARLY, CONFIRMED, HANGUP',
    '1001 > +358942721002: REJECTED',
    '1001 > 1004: REJECTED',
    '1002 < +358942721001: EARLY, CONFIRMED, HANGUP',
    '1002 < +358942721001: REJECTED',
  ]);
});
