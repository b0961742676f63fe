/** What endpoints are told through the API, with a real receiver, on both databases. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { parseAllowed } from '../../src/delivery/address-guard.ts';
import { createAttempter } from '../../src/delivery/attempt.ts';
import type { Directory } from '../../src/policy/directory.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { Store } from '../../src/store/store.ts';
import { startApi, twoOrganisations } from '../support/api.ts';
import { needsPostgres } from '../support/needs.ts';
import { openAlone } from '../support/postgres-stores.ts';
import { SECRET, startCrm } from '../support/receiver.ts';
import { openTestStore } from '../support/store.ts';
import { draft, LEG } from '../store/store-contract.ts';

const ALL = { total: 10_000, perEndpoint: () => 10_000 };
const CRM = 'organisations/acme/endpoints/crm';

const BACKENDS = [
  { name: 'SQLite', needs: {}, open: async () => openTestStore() },
  { name: 'PostgreSQL', needs: needsPostgres(), open: openAlone },
];

/** `acme/crm` is a real receiver, beside an administrator of acme. */
async function begin(t: TestContext, opened: Promise<Store>) {
  const crm = await startCrm();
  const attempter = createAttempter({
    allowed: parseAllowed(['127.0.0.0/8']).allowed,
    trustedCertificates: [crm.certificate],
    timeouts: { connectMs: 2_000, totalMs: 2_000 },
    userAgent: 'Callhook/test',
    clock: systemClock,
  });
  t.after(async () => {
    await attempter.close();
    await crm.close();
  });
  let woken = 0;
  const sending = { attempter, wake: () => void (woken += 1) };
  const api = await startApi(t, { store: await opened, sending, directory: directoryTo(crm.url) });
  const { client } = await api.account('administrator', 'acme');
  const audit = async () =>
    (await api.store.accounts.audit({ organisationId: 'acme', thing: 'endpoint' }, { limit: 100 })).map(
      ({ action, before, after, by }) => ({ action, before, after, client: by.actor.kind }),
    );
  const health = async () =>
    (await api.store.health.overview()).endpoints.find(({ organisationId }) => organisationId === 'acme');
  return { ...api, crm, client, audit, health, woken: () => woken };
}

function directoryTo(url: string): Directory {
  const { sources, organisations } = twoOrganisations();
  const privacy = { ...organisations[0]!.privacy, removeRemoteEmail: true, modifyRemoteNumber: { mask: 4 } };
  return {
    sources,
    organisations: organisations.map((one) => ({
      ...one,
      privacy,
      endpoints: one.endpoints.map((endpoint) => ({ ...endpoint, url, secret: SECRET })),
    })),
  };
}

/** Delivered messages, each of a call of its own. */
async function deliver(store: Store, count: number): Promise<void> {
  const messages = Array.from({ length: count }, (_, nth) => draft(`msg_${nth}`, `call-${nth}`));
  const nowMs = store.nowMs();
  await store.calls.commit([{ leg: LEG, messages }], nowMs);
  const claims = await store.outbox.claim(nowMs, ALL);
  const attempt = { startedAtMs: nowMs, durationMs: 1, outcome: 'delivered', statusCode: 204 };
  await store.outbox.settle(
    claims.map(({ laneId, token, messageId, organisationId, endpoint }) => ({
      laneId,
      token,
      messageId,
      organisationId,
      endpointId: endpoint.id,
      attempt,
      next: { kind: 'delivered' },
      signal: { kind: 'answered' },
    })),
    nowMs,
  );
}

for (const { name, needs, open } of BACKENDS) {
  const behaviour = (says: string, prove: (t: TestContext, opened: Promise<Store>) => Promise<void>) =>
    test(`${name}: ${says}`, needs, (t) => prove(t, open()));

  behaviour('an endpoint is switched off and on, and each is written down once', async (t, opened) => {
    const { client, audit, health, woken } = await begin(t, opened);
    for (let i = 0; i < 2; i += 1) {
      const { status, body } = await client('POST', `${CRM}/disable`);
      assert.deepEqual([status, body], [200, { id: 'crm', enabled: false }]);
    }
    assert.equal((await health())?.health.kind, 'disabled');
    const { body } = await client('POST', `${CRM}/enable`);
    assert.deepEqual(body, { id: 'crm', enabled: true });
    assert.equal((await health())?.health.kind, 'paused', 'one message goes first');
    assert.ok(woken() > 0);
    assert.deepEqual(await audit(), [
      { action: 'changed', before: { enabled: false }, after: { enabled: true }, client: 'account' },
      { action: 'changed', before: { enabled: true }, after: { enabled: false }, client: 'account' },
    ]);
    assert.equal((await client('POST', 'organisations/acme/endpoints/none/enable')).body.code, 'NOT_FOUND');
  });

  behaviour(
    'a rotated secret is shown once, signs beside the one before, and is a fingerprint in the audit',
    async (t, opened) => {
      const { client, audit, store, context } = await begin(t, opened);
      const key = { 'idempotency-key': 'one' };
      const first = await client('POST', `${CRM}/rotate-secret`, { overlap: '1h' }, key);
      assert.equal(first.status, 200, first.text);
      const { secret } = first.body;
      const now = await store.directory.endpoint('acme', 'crm');
      assert.deepEqual([now?.secret, now?.formerSecrets?.[0]?.secret], [secret, SECRET]);
      assert.equal(first.body.former_signs_until, new Date(now!.formerSecrets![0]!.untilMs).toISOString());
      assert.equal((await client('POST', `${CRM}/rotate-secret`, { overlap: '1h' }, key)).text, first.text);
      const [entry] = await audit();
      assert.deepEqual(
        [entry?.before, entry?.after],
        [
          { secret: context.fingerprint(SECRET), signing: 'hmac-sha256' },
          { secret: context.fingerprint(secret), signing: 'hmac-sha256' },
        ],
      );
      assert.equal((await audit()).length, 1);

      const { body } = await client('POST', `${CRM}/rotate-secret`, { signing: 'ed25519', overlap: '0s' });
      assert.deepEqual(Object.keys(body).toSorted(), ['id', 'public_key', 'public_keys_path', 'signing']);
      const { keys } = (await client('GET', body.public_keys_path)).body;
      assert.deepEqual(
        keys.map(({ whpk }: { whpk: string }) => whpk),
        [body.public_key],
      );
      assert.equal((await client('POST', `${CRM}/rotate-secret`)).body.signing, 'ed25519', 'as before');
      const wrong = await client('POST', `${CRM}/rotate-secret`, { overlap: '1y' });
      assert.deepEqual(wrong.body.errors, [
        { in: 'body', pointer: '/overlap', message: 'must be a time from 0s to 30d, such as 24h' },
      ]);
    },
  );

  behaviour(
    'a test is sent as messages are, marked, with privacy applied, and kept nowhere',
    async (t, opened) => {
      const { client, crm, audit, health, store } = await begin(t, opened);
      await client('POST', `${CRM}/disable`);
      crm.answers.push(200);
      crm.says = 'thanks, aino@acme.example';
      const { status, body } = await client('POST', `${CRM}/test`, {
        state: 'TERMINATED',
        direction: 'OUTGOING',
      });
      assert.equal(status, 200);
      const { started_at: _at, duration_ms: _took, message_id, sent, ...told } = body;
      assert.deepEqual(told, {
        delivered: true,
        outcome: 'delivered',
        says: 'The receiver answered 200: it has taken the message. It says: thanks, …@…',
        status: 200,
        response_body: 'thanks, …@…',
      });
      const [received] = crm.received;
      assert.equal(received?.messageId, message_id);
      assert.equal(received?.headers['callhook-test'], 'true');
      assert.deepEqual(received?.message, sent);
      assert.deepEqual(
        [sent.seq_num, sent.state, sent.direction, sent['termination-reason']],
        [1, 'TERMINATED', 'OUTGOING', 'HANGUP'],
      );
      assert.deepEqual([sent.remote_number, sent.remote_email], ['+44163296XXXX', undefined]);
      assert.deepEqual((await audit())[0]?.after, { test: { state: 'TERMINATED', direction: 'OUTGOING' } });
      const { health: after, delivered, last } = (await health())!;
      assert.deepEqual([after.kind, delivered, last], ['disabled', 0, undefined]);
      assert.deepEqual(await store.outbox.claim(store.nowMs(), ALL), []);

      const again = await client('POST', `${CRM}/test`);
      assert.equal(again.body.sent.state, 'EARLY');
      assert.notEqual(again.body.sent.call_id, sent.call_id);
    },
  );

  behaviour(
    'a test that fails is told in the words of the log, and does not move the health',
    async (t, opened) => {
      const { client, crm, health } = await begin(t, opened);
      for (let nth = 0; nth < 4; nth += 1) {
        crm.answers.push(503);
        crm.says = 'busy';
        const { body } = await client('POST', `${CRM}/test`, {});
        assert.deepEqual([body.delivered, body.outcome, body.status], [false, 'receiver_error', 503]);
        assert.equal(body.says, 'The receiver answered 503: it failed. It says: busy');
      }
      assert.equal((await health())?.health.kind, 'healthy');
      await crm.close();
      const { body } = await client('POST', `${CRM}/test`, {});
      assert.equal(body.outcome, 'connection_refused');
      assert.equal('status' in body, false);
    },
  );

  behaviour('tests are counted by organisation, more strictly than other requests', async (t, opened) => {
    const { client, crm, account } = await begin(t, opened);
    const statuses: number[] = [];
    for (let nth = 0; nth < 11; nth += 1) statuses.push((await client('POST', `${CRM}/test`)).status);
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 200), 429]);
    const refused = await client('POST', `${CRM}/test`);
    assert.ok(Number(refused.headers.get('retry-after')) > 0);
    assert.equal(crm.requests(), 10);
    const other = await account('administrator', 'beta');
    assert.equal((await other.client('POST', 'organisations/beta/endpoints/crm/test')).status, 200);
  });

  behaviour(
    'what was finished is sent again, once for each Idempotency-Key, and written down',
    async (t, opened) => {
      const { client, store, audit, woken } = await begin(t, opened);
      await deliver(store, 3);
      const pending = async () =>
        (await store.outbox.claim(store.nowMs(), ALL)).map(({ messageId }) => messageId);
      const since = { endpoint: 'crm', since: '1970-01-01T00:00:00Z' };
      const key = { 'idempotency-key': 'again' };
      const first = await client('POST', 'organisations/acme/replays', since, key);
      assert.deepEqual([first.status, first.body.replayed, first.body.more], [200, 3, false]);
      assert.equal(woken(), 1);
      assert.equal((await client('POST', 'organisations/acme/replays', since, key)).text, first.text);
      const same = { ...since, asked_at: first.body.asked_at };
      assert.equal((await client('POST', 'organisations/acme/replays', same)).body.replayed, 0, 'it goes on');
      assert.deepEqual((await pending()).toSorted(), ['msg_0', 'msg_1', 'msg_2']);
      assert.deepEqual(
        (await audit()).map(({ action, after }) => ({ action, after })),
        [
          {
            action: 'used',
            after: { replay: { since: '1970-01-01T00:00:00.000Z' }, asked_at: first.body.asked_at },
          },
        ],
      );
    },
  );

  behaviour('one message or one call is sent again; nothing of another organisation', async (t, opened) => {
    const { client, store, account } = await begin(t, opened);
    await deliver(store, 3);
    const replays = (body: object) => client('POST', 'organisations/acme/replays', body);
    assert.equal((await replays({ endpoint: 'crm', message: 'msg_1' })).body.replayed, 1);
    assert.equal((await replays({ endpoint: 'crm', call: 'call-2' })).body.replayed, 1);
    assert.equal((await replays({ endpoint: 'crm', failed_since: '1970-01-01T00:00:00Z' })).body.replayed, 0);
    const beta = await account('administrator', 'beta');
    const foreign = { endpoint: 'crm', message: 'msg_0' };
    assert.equal((await beta.client('POST', 'organisations/beta/replays', foreign)).body.replayed, 0);
  });
}

test('a long replay answers in time, says that more is left, and goes on where it stopped', async (t) => {
  const store = openTestStore();
  // Each look at the clock is a second later: two steps are all that the time is enough for.
  let aheadMs = 0;
  const clock = { nowMs: () => Date.now() + (aheadMs += 1_000), sleep: async () => {} };
  const { account } = await startApi(t, { store, clock });
  await deliver(store, 700);
  const { client } = await account('administrator', 'acme');
  let body: unknown = { endpoint: 'crm', since: '1970-01-01T00:00:00Z' };
  const counts: number[] = [];
  for (;;) {
    const answer = await client('POST', 'organisations/acme/replays', body);
    counts.push(answer.body.replayed);
    if (!answer.body.more) break;
    body = answer.body.next;
  }
  assert.ok(counts.length > 2, 'it took several requests');
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    700,
  );
});

test('what is wrong with a replay is told by field', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('administrator', 'acme');
  const told = async (body: object) =>
    (await client('POST', 'organisations/acme/replays', body)).body.errors.map(
      ({ pointer, message }: Record<string, string>) => `${pointer} ${message}`,
    );
  const one = 'say one of message, call, since, failed_since';
  assert.deepEqual(await told({ endpoint: 'crm' }), [` ${one}`]);
  assert.deepEqual(await told({ endpoint: 'crm', call: 'c', message: 'm' }), [` ${one}`]);
  assert.deepEqual(await told({ endpoint: 'none', call: 'c' }), [
    '/endpoint is no endpoint of this organisation',
  ]);
  assert.deepEqual(await told({ endpoint: 'crm', call: 'c', asked_at: '2999-01-01T00:00:00Z' }), [
    '/asked_at is in the future; leave it out to mean now',
  ]);
});
