/** Which backend it is, and what it is called. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { nameOf } from '../../src/store/open-store.ts';

for (const [database, name] of [
  ['callhook.db', 'callhook.db'],
  ['/var/lib/a@b?c/callhook.db', '/var/lib/a@b?c/callhook.db'],
  ['postgres://db.example/callhook', 'postgres://db.example/callhook'],
  [
    'postgres://callhook:hunter2@a.example:5432,b.example/callhook?sslmode=require',
    'postgres://a.example:5432,b.example/callhook',
  ],
  ['postgresql://callhook:hun/ter2@@/callhook?host=/run', 'postgresql:///callhook'],
  ['postgres:///callhook?user=callhook&password=hunter2', 'postgres:///callhook'],
] as const) {
  test(`a database is named without its password: ${name}`, () => assert.equal(nameOf(database), name));
}
