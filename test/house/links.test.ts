/** Documents lead where they say. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { brokenLinks, linksIn } from '../support/links.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

test('every relative link of a document leads to a file that is there', () => {
  assert.deepEqual(brokenLinks(ROOT), []);
});

test('the check saw links, and no code', () => {
  assert.ok(linksIn(readFileSync(`${ROOT}README.md`, 'utf8')).length >= 8);
  const text =
    'See [a](docs/A.md#part), [b](https://b.example), [c](#here), `[d](d.md)`.\n```\n[e](e.md)\n```\n';
  assert.deepEqual(linksIn(text), ['docs/A.md']);
});
