/** A phone system is looked at through the API, over a real socket. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { startApi } from '../support/api.ts';
import { startAskedAsterisk } from '../support/asked-asterisk.ts';
import { LOGIN } from '../support/installation.ts';
import { freeTcpPort } from '../support/ports.ts';

interface Check {
  about: string;
  is: string;
  says: string;
  advice?: string[];
}

const settingsOf = (port: number) => ({ id: 'new', kind: 'ami', host: '127.0.0.1', port, ...LOGIN });

test('a phone system is looked at before it is stored, and its phones are told as people', async (t) => {
  const { port } = await startAskedAsterisk(t);
  const { account, store } = await startApi(t);
  const { client } = await account('operator');
  const { status, body } = await client('POST', 'sources/new/inspect', {
    settings: settingsOf(port),
    organisation: 'acme',
  });
  assert.equal(status, 200);
  assert.equal(body.system, 'Asterisk 22.10.1');
  assert.deepEqual(
    (body.checks as Check[]).filter(({ is }) => is !== 'fine').map(({ about }) => about),
    ['events'],
  );
  assert.equal(body.phones.known, 0);
  assert.equal(body.phones.trunks, 1);
  assert.ok(
    body.people.some(
      ({ devices }: { devices: { address: string }[] }) => devices[0]?.address === 'PJSIP/1001',
    ),
  );
  assert.ok(body.function_numbers.some(({ kind }: { kind: string }) => kind === 'QUEUE'));
  assert.equal(
    (await store.directory.sources()).some(({ id }) => id === 'new'),
    false,
    'nothing is stored',
  );
  const [entry] = (await client('GET', 'audit?thing=source&limit=1')).body.items;
  assert.deepEqual([entry.action, entry.id, entry.after.inspected.port], ['used', 'new', port]);
  assert.ok(!JSON.stringify(entry).includes(LOGIN.secret));
});

test('what keeps it from working is told with what to do, and no secret', async (t) => {
  const { port } = await startAskedAsterisk(t);
  const { account } = await startApi(t);
  const { client } = await account('operator');
  const refused = await client('POST', 'sources/new/inspect', {
    settings: { ...settingsOf(port), secret: 'not-this-one' },
  });
  const [login] = (refused.body.checks as Check[]).filter(({ is }) => is === 'wrong');
  assert.equal(login?.about, 'login');
  assert.ok(login.advice!.length > 0);
  assert.ok(!refused.text.includes('not-this-one'));
  const nobody = await client('POST', 'sources/new/inspect', { settings: settingsOf(await freeTcpPort()) });
  assert.equal((nobody.body.checks as Check[]).find(({ is }) => is === 'wrong')?.about, 'reached');
});

test('one that is not there is not looked at, and settings are checked like those that are stored', async (t) => {
  const { account } = await startApi(t);
  const { client } = await account('operator');
  assert.equal((await client('POST', 'sources/none/inspect')).status, 404);
  const wrong = await client('POST', 'sources/new/inspect', {
    settings: { id: 'new', kind: 'ami', host: '' },
  });
  assert.equal(wrong.status, 422);
  assert.ok(wrong.body.errors.every(({ pointer }: { pointer: string }) => pointer.startsWith('/settings')));
  const { port } = await startAskedAsterisk(t);
  const noSecret = await client('POST', 'sources/new/inspect', {
    settings: { ...settingsOf(port), secret: undefined },
  });
  assert.equal(noSecret.status, 422);
});
