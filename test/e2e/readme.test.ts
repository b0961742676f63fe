/** README.md, “Your own phone system”: its steps work as they are written. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { makeFolder, run, write } from '../support/callhook-process.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

test('the example is applied with the variables that the steps export, and a secret is shown once', async (t) => {
  const folder = makeFolder(t);
  write(folder, 'my.yaml', read('examples/acme.yaml'));
  const [, steps = ''] = /\n## Your own phone system\n([^]*?)\n## /.exec(read('README.md')) ?? [];
  const env = Object.fromEntries(
    [...steps.matchAll(/^ +export (\w+)=/gm)].map(([, name = '']) => [name, 'something secret']),
  );
  const commands = [...steps.matchAll(/^ +callhook (apply [^#\n]*)/gm)].map(([, line = '']) => line.trim());
  assert.deepEqual(commands, ['apply my.yaml --dry-run', 'apply my.yaml']);
  const outputs: string[] = [];
  for (const command of commands) {
    const { code, out, err } = await run(t, folder, command.split(' '), env);
    assert.equal(code, 0, err);
    outputs.push(out);
  }
  assert.match(outputs[0]!, /A secret would be made for endpoint crm in acme/);
  assert.match(outputs[1]!, /shown only now[^]*whsec_/);
});

test('every verb of the command line has its line in the table', async (t) => {
  const { out } = await run(t, makeFolder(t), ['--help']);
  const verbs = [...out.slice(out.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)].map(
    ([, verb = '']) => verb,
  );
  const table = read('README.md');
  assert.ok(verbs.length >= 10);
  assert.deepEqual(
    verbs.filter((verb) => verb !== 'help' && !new RegExp(`^\\| .*\`${verb}\`.* \\|`, 'm').test(table)),
    [],
  );
});

test('what the README says to run with npm is there', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...read('README.md').matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = '']) => name);
  assert.ok(named.includes('demo') && named.includes('portal'));
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
  assert.equal(scripts['portal'], 'node src/cli/main.ts serve --demo');
});
