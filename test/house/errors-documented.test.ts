/** docs/ERRORS.md and the code name the same errors. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { FIELD_CODES, PROBLEMS } from '../../src/api/problem.ts';
import { FAILURE_CODES } from '../../src/delivery/outcome.ts';
import { ERROR_CODES } from '../../src/runtime/errors.ts';

const PAGE = readFileSync(new URL('../../docs/ERRORS.md', import.meta.url), 'utf8');

test('every error code is documented, and no other', () => {
  const documented = [...PAGE.matchAll(/^\| `([A-Z_]+)` +\|/gm)].map((match) => match[1]);
  assert.deepEqual(documented.toSorted(), [...ERROR_CODES].toSorted());
});

test('every outcome of an attempt is documented, and no other', () => {
  const documented = [...PAGE.matchAll(/^\| `([a-z_]+)` +\|/gm)].map((match) => match[1]);
  assert.deepEqual(documented.toSorted(), ['delivered', ...FAILURE_CODES].toSorted());
});

test('every answer of the API is documented with its status, and no other', () => {
  const documented = [...PAGE.matchAll(/^\| (\d{3}) +\| `([A-Z_]+)` +\|/gm)].map((match) => [
    match[2],
    Number(match[1]),
  ]);
  const answered = Object.entries(PROBLEMS).map(([code, [status]]) => [code, status]);
  assert.deepEqual(documented.toSorted(), answered.toSorted());
});

test('every code of a field is documented, and no other', () => {
  const documented = [...PAGE.matchAll(/^\| `\S+…` +\| `([A-Z_]+)` +\|/gm)].map((match) => match[1]);
  assert.deepEqual(documented.toSorted(), FIELD_CODES.toSorted());
});
