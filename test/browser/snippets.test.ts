/** The code that the portal shows for checking signatures: these very files, on messages that were really signed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { isGenuine } from '../../portal/src/rooms/endpoints/snippets/verify.ts';
import { generateSecret, sign } from '../../src/delivery/signature.ts';
import { needsPhp, needsPython } from '../support/needs.ts';

const FOLDER = fileURLToPath(new URL('../../portal/src/rooms/endpoints/snippets/', import.meta.url));
const BODY = '{"seq_num":1,"local_user_id":"äiti@acme.example"}';
const OLD_S = 301;

type Check = (secret: string, headers: Record<string, string>, body: string) => boolean;

function assertChecks(check: Check): void {
  const [secret, former] = [generateSecret(), generateSecret()];
  const nowS = Math.floor(Date.now() / 1000);
  const headersAt = (timestampS: number) => ({
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(timestampS),
    'webhook-signature': sign([former, secret], { id: 'msg_1', timestampS, body: BODY }),
  });
  const headers = headersAt(nowS);
  assert.equal(check(secret, headers, BODY), true);
  assert.equal(check(former, headers, BODY), true);
  assert.equal(check(generateSecret(), headers, BODY), false);
  assert.equal(check(secret, headers, BODY.replace('1', '2')), false);
  assert.equal(check(secret, { ...headers, 'webhook-id': 'msg_2' }, BODY), false);
  assert.equal(check(secret, headersAt(nowS - OLD_S), BODY), false);
  assert.equal(check(secret, {}, BODY), false);
}

/** Asks another language's interpreter, with everything in its standard input. */
function asked(command: string, args: readonly string[]): Check {
  return (secret, headers, body) => {
    const ran = spawnSync(command, args, {
      cwd: FOLDER,
      input: JSON.stringify({ secret, headers, body }),
      encoding: 'utf8',
    });
    assert.equal(ran.status, 0, ran.stderr);
    return ran.stdout.trim() === 'yes';
  };
}

test('TypeScript', () => assertChecks(isGenuine));

test('Python', needsPython(), () => {
  const program = `import json, sys
sys.dont_write_bytecode = True
from verify import is_genuine
given = json.load(sys.stdin)
print("yes" if is_genuine(given["secret"], given["headers"], given["body"].encode()) else "no")`;
  assertChecks(asked('python3', ['-c', program]));
});

test('PHP', needsPhp(), () => {
  const program = `require 'verify.php';
$given = json_decode(file_get_contents('php://stdin'), true);
echo is_genuine($given['secret'], $given['headers'], $given['body']) ? 'yes' : 'no';`;
  assertChecks(asked('php', ['-r', program]));
});
