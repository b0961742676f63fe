/** Notices to the operator's webhook, against a real receiver that verifies each with the official library. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter } from '../../src/delivery/attempt.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import { createOperatorWebhook } from '../../src/upkeep/notices/operator-webhook.ts';
import { SECRET, startCrm, type Crm } from '../support/receiver.ts';
import { aNotice, NOTICES, REASON } from './a-notice.ts';

async function start(t: TestContext, secret = SECRET) {
  const receiver: Crm = await startCrm();
  const attempter = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8']).allowed,
    trustedCertificates: [receiver.certificate],
    timeouts: { connectMs: 2_000, totalMs: 2_000 },
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(() => Promise.all([attempter.close(), receiver.close()]));
  return { receiver, channel: createOperatorWebhook({ attempter, url: receiver.url, secret }) };
}

test('each kind of notice is a signed POST with its own body', async (t) => {
  const { receiver, channel } = await start(t);
  for (const notice of NOTICES) assert.deepEqual(await channel(aNotice({ notice })), { ok: true });
  const about = {
    timestamp: '2026-11-23T10:36:19.315Z',
    organisation_id: 'acme',
    endpoint_id: 'crm',
    url_host: 'crm.acme.example:8443',
  };
  const since = '2026-11-23T09:00:00.000Z';
  const gone = 'The receiver answered 410: it wants no more messages.';
  const trouble = { reason: REASON, since, disables_at: '2026-11-28T09:00:00.000Z' };
  assert.deepEqual(
    receiver.received.map(({ body }) => JSON.parse(body) as unknown),
    [
      { type: 'endpoint.paused', ...about, ...trouble },
      { type: 'endpoint.disable_soon', ...about, ...trouble },
      { type: 'endpoint.disabled', ...about, reason: REASON },
      { type: 'endpoint.disabled', ...about, reason: gone },
      { type: 'endpoint.recovered', ...about, since },
    ],
  );
});

test('a notice that is tried again has the same webhook-id and the same bytes', async (t) => {
  const { receiver, channel } = await start(t);
  await channel(aNotice());
  await channel(aNotice({ attemptsMade: 1 }));
  const [first, second] = receiver.received;
  assert.deepEqual([second?.messageId, second?.body], [first?.messageId, first?.body]);
});

test('a receiver that fails is a problem in words', async (t) => {
  const { receiver, channel } = await start(t);
  receiver.answers.push(503);
  assert.deepEqual(await channel(aNotice()), { ok: false, problem: REASON });
});

test('another secret is refused', async (t) => {
  const { channel } = await start(t, `whsec_${Buffer.alloc(32, 9).toString('base64')}`);
  const sent = await channel(aNotice());
  assert.ok(!sent.ok);
  assert.match(sent.problem, /compare the secret/);
});
