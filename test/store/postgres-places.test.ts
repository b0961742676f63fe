import assert from 'node:assert/strict';
import test from 'node:test';
import { CallhookError } from '../../src/runtime/errors.ts';
import { placesOf } from '../../src/store/postgres/places.ts';

test('one host is one place, named without user and password', () => {
  const url = 'postgres://anna:secret@db.example:5433/callhook?application_name=x';
  assert.deepEqual(placesOf(url), [{ connectionString: url, host: 'db.example:5433', database: 'callhook' }]);
});

test('each of several hosts is a place with the same login and database', () => {
  const places = placesOf('postgresql://anna:s%40cret@a:5432,b:5433,[::1]:5434/callhook?sslmode=verify-full');
  const rest = '/callhook?uselibpqcompat=true&sslmode=verify-full';
  assert.deepEqual(places, [
    { connectionString: `postgresql://anna:s%40cret@a:5432${rest}`, host: 'a:5432', database: 'callhook' },
    { connectionString: `postgresql://anna:s%40cret@b:5433${rest}`, host: 'b:5433', database: 'callhook' },
    {
      connectionString: `postgresql://anna:s%40cret@[::1]:5434${rest}`,
      host: '[::1]:5434',
      database: 'callhook',
    },
  ]);
});

test('without a host it is this machine', () => {
  assert.deepEqual(placesOf('postgres:///callhook'), [
    { connectionString: 'postgres:///callhook', host: 'localhost', database: 'callhook' },
  ]);
});

test('a password with characters that must be escaped is refused, and no part of it is shown', () => {
  for (const password of ['wo@rd', 'wo/rd', '12/rd', 'wo#rd', '12?rd', '[wo/rd', 'wo rd/']) {
    assert.throws(
      () => placesOf(`postgres://anna:${password}@db.example/callhook`),
      (error) =>
        error instanceof CallhookError &&
        error.code === 'DATABASE_UNAVAILABLE' &&
        /%40/.test(error.message) &&
        !/wo|rd\b/.test(error.message.replaceAll('password', '')),
      password,
    );
  }
});
