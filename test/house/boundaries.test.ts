/** The house keeps its rules. Reads the real imports of every file in src/. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { violations, type Edge } from './boundaries.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s(?:[^'";]*?\sfrom\s)?['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g;

function edgesOf(file: string): Edge[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => {
    const name = match[1] ?? match[2]!;
    return { from: file, to: name.startsWith('.') ? normalize(join(dirname(file), name)) : name };
  });
}

const files = globSync('src/**/*.ts', { cwd: ROOT });
const edges = files.flatMap(edgesOf);

test('no import breaks the rules of the house', () => {
  assert.deepEqual(violations(edges), []);
});

test('the check saw the house: every file imports something or is imported', () => {
  assert.ok(files.length > 40 && edges.length > 150, `${files.length} files, ${edges.length} imports`);
  const seen = new Set(edges.flatMap(({ from, to }) => [from, to]));
  assert.deepEqual(
    files.filter((file) => !seen.has(file)),
    [],
  );
});

test('the portal knows the server by its API only', () => {
  const pages = globSync('portal/src/**/*.{ts,tsx}', { cwd: ROOT });
  const ways = pages.flatMap(edgesOf).filter(({ to }) => !/^[@a-z]/.test(to) || to.includes('/'));
  assert.ok(pages.length > 100 && ways.length > 300, `${pages.length} files, ${ways.length} imports`);
  assert.deepEqual(ways.filter(isOutOfPortal), []);
  assert.ok(isOutOfPortal({ from: 'portal/src/app/app.tsx', to: 'src/policy/access.ts' }));
});

function isOutOfPortal({ to }: Edge): boolean {
  return /^(src|test|bench|\.\.)\//.test(to);
}

test('process.env is read in one file only', () => {
  const readers = files.filter((file) => readFileSync(join(ROOT, file), 'utf8').includes('process.env'));
  assert.deepEqual(readers, ['src/config/environment.ts']);
});

for (const [from, to] of [
  ['src/call/leg-state.ts', 'node:fs'],
  ['src/call/leg-state.ts', 'src/runtime/clock.ts'],
  ['src/policy/privacy.ts', 'src/store/store.ts'],
  ['src/runtime/clock.ts', 'src/call/leg-event.ts'],
  ['src/source/ami/mapper.ts', 'src/source/esl/mapper.ts'],
  ['src/source/esl/mapper.ts', 'src/source/ami/mapper.ts'],
  ['src/source/esl/run.ts', 'src/ingest/ingest.ts'],
  ['src/source/esl/mapper.ts', 'node:net'],
  ['src/source/esl/decoder.ts', 'src/runtime/clock.ts'],
  ['src/source/ami/mapper.ts', 'src/source/http-ingest/mapper.ts'],
  ['src/source/http-ingest/run.ts', 'src/ingest/shared-ingest.ts'],
  ['src/source/http-ingest/run.ts', 'fastify'],
  ['src/source/http-ingest/decoder.ts', 'node:fs'],
  ['src/api/events.ts', 'src/ingest/leg-book.ts'],
  ['src/api/events.ts', 'src/source/ami/mapper.ts'],
  ['src/ingest/shared-ingest.ts', 'src/source/http-ingest/run.ts'],
  ['src/source/dialog-info/mapper.ts', 'src/source/esl/mapper.ts'],
  ['src/source/dialog-info/decoder.ts', 'src/runtime/clock.ts'],
  ['src/source/dialog-info/sip/message.ts', 'node:net'],
  ['src/source/dialog-info/mapper.ts', 'saxes'],
  ['src/source/ami/run.ts', 'src/store/store.ts'],
  ['src/source/ami/run.ts', 'src/delivery/dispatcher.ts'],
  ['src/store/sqlite/calls.ts', 'src/store/postgres/calls.ts'],
  ['src/delivery/dispatcher.ts', 'src/store/sqlite/store.ts'],
  ['src/delivery/dispatcher.ts', 'node:sqlite'],
  ['src/ingest/ingest.ts', 'undici'],
  ['src/ingest/ingest.ts', 'src/app.ts'],
  ['src/api/server.ts', 'src/app.ts'],
  ['src/upkeep/notices/notifier.ts', 'src/delivery/dispatcher.ts'],
  ['src/telemetry/metrics.ts', 'src/store/sqlite/store.ts'],
  ['src/delivery/dispatcher.ts', 'prom-client'],
  ['src/app.ts', '@opentelemetry/api'],
] as const) {
  test(`the check would find ${from} importing ${to}`, () => {
    assert.equal(violations([{ from, to }]).length, 1);
  });
}
