/**
 * A full run with everything secret that there can be, and callers whose numbers are removed: afterwards nothing of that is in the
 * database, the log, an answer of the API, a metric, a trace, a mail, a screen or a body, in any form.
 */
import assert from 'node:assert/strict';
import test from 'node:test';
import { fullRun, type FullRun } from '../support/full-run.ts';
import { NUMBERS } from '../support/full-run-directory.ts';
import { needsPostgres } from '../support/needs.ts';
import { findLeaks } from '../support/planted.ts';
import { freshDatabase } from '../support/shared-postgres.ts';

/** What has to have been looked at. */
const KINDS = [
  /^the database /,
  /^the log$/,
  /^GET \/metrics$/,
  /^GET \/api\/v1\/organisations\/acme\/messages\//,
  /^GET \/api\/v1\/audit\.ndjson$/,
  /^callhook status$/,
  /^the stream /,
  /^mail$/,
  /^collector /,
  /^operator /,
  /^basic /,
  /^mutual /,
  /^oauth /,
];

async function nothingLeaks(run: FullRun): Promise<void> {
  await run.look();
  const before = run.places.length;
  // That the search would find it, in the very places: the number leaves as soon as it may.
  await run.openUp();
  const opened = findLeaks(run.planted(), run.places.slice(before));
  for (const place of [
    /^the number of the posted caller is in bearer \/bearer, as it is$/,
    /posted caller is in the database/,
  ]) {
    assert.ok(
      opened.some((line) => place.test(line)),
      opened.join('\n'),
    );
  }
  await run.stop();

  const isOpened = (name: string) => /^(basic|bearer|header|oauth|mutual|broken) |^the database/.test(name);
  const places = run.places.filter(({ name }, nth) => nth < before || !isOpened(name));
  for (const kind of KINDS) {
    const found = places.filter(({ name }) => kind.test(name));
    assert.ok(
      found.some(({ bytes }) => bytes.length > 0),
      `nothing of ${kind} was looked at`,
    );
  }
  assert.deepEqual(findLeaks(run.planted(), places), []);

  // Each single thing is found where it is put.
  for (const planted of run.planted()) {
    const [place] = places.filter(({ name }) => !planted.mayBeIn?.some((allowed) => allowed.test(name)));
    const spoilt = {
      name: place!.name,
      bytes: Buffer.concat([place!.bytes, Buffer.from(btoaUtf8(planted.text))]),
    };
    assert.equal(findLeaks([planted], [spoilt]).length, 1, planted.name);
  }
  assert.ok(run.planted().some(({ text }) => text === NUMBERS.recorded));
}

function btoaUtf8(text: string): string {
  return Buffer.from(`a${text}`).toString('base64');
}

test('SQLite: nothing secret and no removed number comes out of a full run', async (t) => {
  await nothingLeaks(await fullRun(t));
});

test(
  'PostgreSQL: nothing secret and no removed number comes out of a full run',
  needsPostgres(),
  async (t) => {
    await nothingLeaks(await fullRun(t, await freshDatabase(t)));
  },
);
