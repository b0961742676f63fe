/** The package as npm would publish it: packed, installed in a folder of its own, its command run there. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { directoryYaml } from '../support/installation.ts';
import { brokenLinks } from '../support/links.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'callhook-packed-'));
after(() => rmSync(folder, { recursive: true }));

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

npm(ROOT, 'pack', '--pack-destination', folder);
const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
writeFileSync(join(folder, 'package.json'), '{"private": true}');
npm(folder, 'install', '--omit=dev', join(folder, tarball));
const installed = join(folder, 'node_modules/callhook');

/** The installed command, by the Node.js that runs this test. */
function callhook(...args: string[]) {
  const path = `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`;
  const env = { PATH: path, HOME: folder };
  return spawnSync(join(folder, 'node_modules/.bin/callhook'), args, { cwd: folder, encoding: 'utf8', env });
}

test('the package has what it needs and nothing of the workshop', () => {
  const entries = readdirSync(installed).toSorted();
  assert.deepEqual(entries, [
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'LICENSE',
    'README.md',
    'bench',
    'dist',
    'docs',
    'examples',
    'package.json',
    'test',
  ]);
});

test('every relative link of its documents leads to a file of the package', () => {
  assert.deepEqual(brokenLinks(installed), []);
});

test('the installed command tells its version and its verbs', () => {
  const { version } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  assert.equal(callhook('--version').stdout, `${version}\n`);
  assert.match(callhook('--help').stdout, /serve[^]*apply[^]*status[^]*listen[^]*playback[^]*demo/);
});

test('the installed command plays back a recording', () => {
  const file = join(folder, 'acme.yaml');
  writeFileSync(file, directoryYaml(5038, 'https://crm.acme.example/calls'));
  const recording = join(ROOT, 'test/transcripts/asterisk/01-in-answered-caller-hangs-up/ami.raw');
  const { status, stdout, stderr } = callhook('playback', '--with', file, '--source', 'pbx', recording);
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim().split('\n').length, 3);
});

test('the installed demo runs to its end', () => {
  const { status, stdout, stderr } = callhook('demo', '--json');
  assert.equal(status, 0, stderr);
  assert.ok(stdout.trim().split('\n').length > 10, stdout);
});

test('an older Node.js is told what to do', (t) => {
  const system = spawnSync('/usr/bin/node', ['--version'], { encoding: 'utf8' });
  const major = Number(system.stdout?.slice(1).split('.')[0] ?? 99);
  if (!(major >= 20 && major < 24)) return t.skip('there is no older Node.js at /usr/bin/node');
  const { status, stderr } = spawnSync('/usr/bin/node', [join(installed, 'dist/cli/main.js')], {
    encoding: 'utf8',
  });
  assert.equal(status, 1);
  assert.match(stderr, /^callhook needs Node\.js 24\.7 or newer; this is \d+\.\d+\.\d+\. Install .*\n$/);
});
