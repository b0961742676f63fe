/** What every backend does when the installation's key changes. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { createKeyRing, deriveKeys, identityFrom, keyIdOf, type KeySet } from '../../src/runtime/keys.ts';
import { SEALED_COLUMNS } from '../../src/store/sealed-columns.ts';
import type { Store, StoreOptions } from '../../src/store/store.ts';
import { IDENTITY_BEFORE, SEALED_BEFORE } from '../support/sealed-before.ts';
import { nextNode, RULES } from '../support/store.ts';

export interface KeysBackend {
  name: string;
  needs?: { skip?: string };
  /** The place of an empty database. */
  place(): Promise<string>;
  open(place: string, options: StoreOptions): Promise<Store>;
  execute(place: string, sql: string): Promise<void>;
  /** A blob in SQL, of its hex digits. */
  blob(hex: string): string;
  /** Every `table.column` that holds bytes. */
  columnsOfBytes(place: string): Promise<readonly string[]>;
}

/** Bytes that are no secret. */
const NOT_SEALED = ['ended_leg.leg_hash'];

const key = (fill: number) => new Uint8Array(32).fill(fill);
const [OLD, NEW] = [key(0), key(1)];

export function keysContract(backend: KeysBackend): void {
  const { name, needs = {}, blob } = backend;

  /** A database as the version before left it, with one of each secret. */
  async function before(): Promise<string> {
    const place = await backend.place();
    await (await open(place, { current: OLD, former: [] })).close();
    const { sourceSecret, endpointSecret, endpointMore, requestAnswer } = SEALED_BEFORE;
    for (const sql of [
      `INSERT INTO source (id, kind, settings, secret) VALUES ('pbx', 'ami', '{}', ${blob(sourceSecret)})`,
      `INSERT INTO organisation (id, name, default_country, privacy) VALUES ('acme', 'Acme Oy', 'FI', '{}')`,
      `INSERT INTO endpoint (organisation_id, id, url, states, delivery, secret, sealed)
       VALUES ('acme', 'crm', 'https://crm.example/', '["EARLY"]', '{}', ${blob(endpointSecret)}, ${blob(endpointMore)})`,
      `INSERT INTO request (actor_id, key, request_hash, at_ms, status, answer)
       VALUES ('anna', 'k', 'h', 1, 201, ${blob(requestAnswer)})`,
    ])
      await backend.execute(place, sql);
    return place;
  }

  function open(place: string, keys: KeySet, t?: TestContext): Promise<Store> {
    const { secrets } = createKeyRing(() => keys);
    const opened = backend.open(place, { secrets, node: nextNode(), rules: RULES });
    t?.after(async () => (await opened).close());
    return opened;
  }

  async function secretsOf(store: Store) {
    const endpoint = await store.directory.endpoint('acme', 'crm');
    return [
      (await store.directory.source('pbx'))?.secret,
      endpoint?.secret,
      endpoint?.formerSecrets?.length,
      endpoint?.credentials !== undefined,
      await store.accounts.recall('anna', 'k', 'h', 2, 0),
    ];
  }

  test(
    `${name}: every column of bytes is one that the key is changed in, or is known to be no secret`,
    needs,
    async () => {
      const place = await before();
      const sealed = Object.values(SEALED_COLUMNS).map(({ table, column }) => `${table}.${column}`);
      assert.deepEqual(
        (await backend.columnsOfBytes(place)).toSorted(),
        [...sealed, ...NOT_SEALED].toSorted(),
      );
    },
  );

  test(
    `${name}: what the version before had sealed is read, and lies under the new key afterwards`,
    needs,
    async (t) => {
      const place = await before();
      const wanted = [
        'correct horse battery',
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        1,
        true,
        { state: 'answered', status: 201, answer: '{"secret":"shown once"}' },
      ];
      const both = await open(place, { current: NEW, former: [OLD] }, t);
      assert.deepEqual(await secretsOf(both), wanted);
      assert.deepEqual([...(await both.keys.inUse())], [['', 4]]);
      const counts: number[] = [];
      do counts.push(await both.keys.reseal(1));
      while (counts.at(-1) !== 0);
      assert.deepEqual(counts, [4, 0]);
      assert.deepEqual([...(await both.keys.inUse())], [[keyIdOf(NEW), 4]]);
      const one = await open(place, { current: NEW, former: [] }, t);
      assert.deepEqual(await secretsOf(one), wanted);
    },
  );

  test(`${name}: what is written while secrets are sealed anew stays as it was written`, needs, async (t) => {
    const place = await before();
    const old = await open(place, { current: OLD, former: [NEW] }, t);
    const both = await open(place, { current: NEW, former: [OLD] }, t);
    const [endpoint] = await old.directory.endpoints('acme', { limit: 1 });
    const put = (nth: number) =>
      old.directory.write([
        {
          do: 'put-endpoint',
          is: 'changed',
          organisationId: 'acme',
          endpoint: { ...endpoint!, url: `https://crm.example/${nth}`, secret: `whsec_${nth}` },
        },
      ]);
    for (let nth = 1; nth <= 20; nth += 1) await Promise.all([put(nth), both.keys.reseal(10)]);
    assert.equal((await both.directory.endpoint('acme', 'crm'))?.secret, 'whsec_20');
  });

  test(`${name}: a secret that is copied to another organisation does not open there`, needs, async (t) => {
    const place = await before();
    const store = await open(place, { current: NEW, former: [OLD] }, t);
    await store.keys.reseal(10);
    await backend.execute(
      place,
      `INSERT INTO organisation (id, name, default_country, privacy) VALUES ('beta', 'Beta AB', 'FI', '{}')`,
    );
    await backend.execute(
      place,
      `INSERT INTO endpoint (organisation_id, id, url, states, delivery, secret)
       SELECT 'beta', 'thief', url, states, delivery, secret FROM endpoint WHERE organisation_id = 'acme'`,
    );
    await assert.rejects(store.directory.endpoint('beta', 'thief'), { code: 'KEY_INVALID' });
  });

  test(`${name}: the identity is kept once, and is the one from before`, needs, async (t) => {
    const place = await before();
    const first = await open(place, { current: OLD, former: [] }, t);
    assert.equal(await first.keys.identity(), undefined);
    await first.keys.keepIdentity(deriveKeys(OLD).founding);
    await first.keys.keepIdentity(deriveKeys(NEW).founding);
    const both = await open(place, { current: NEW, former: [OLD] }, t);
    await both.keys.reseal(10);
    const alone = await open(place, { current: NEW, former: [] }, t);
    const { ids, fingerprint } = identityFrom((await alone.keys.identity())!);
    assert.equal(ids.callId('acme', 'pbx', '1'), IDENTITY_BEFORE.callId);
    assert.equal(fingerprint('x'), IDENTITY_BEFORE.fingerprint);
  });
}
