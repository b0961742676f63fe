/** Names whose addresses change, asked of a real DNS server by the system's own resolver. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AttemptDetails } from '../../src/policy/attempt-details.ts';
import { needsMountNamespace } from '../support/needs.ts';

const PROGRAM = fileURLToPath(new URL('../support/rebinding-dns.ts', import.meta.url));

interface Told {
  asked: number;
  told: Record<string, { codes: string[]; reached: number }>;
  slow: AttemptDetails;
}

test(
  'whatever a name resolves to the next time, no private address is dialled, unless the name is listed',
  needsMountNamespace(),
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'callhook-dns-'));
    t.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:2 attempts:1\n');
    const script = 'mount --bind "$1" /etc/resolv.conf && exec "$2" "$3"';
    const args = [
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      join(folder, 'resolv.conf'),
      process.execPath,
      PROGRAM,
    ];
    const { stdout } = await promisify(execFile)('unshare', args);
    const { asked, told, slow } = JSON.parse(stdout) as Told;
    assert.ok(asked >= 16, 'each attempt has asked the name server');
    assert.deepEqual(told, {
      'turns.rebind.example': {
        codes: ['address_not_allowed', 'delivered', 'address_not_allowed', 'delivered'],
        reached: 0,
      },
      'both.rebind.example': { codes: Array(4).fill('delivered'), reached: 0 },
      'mapped.rebind.example': { codes: Array(4).fill('address_not_allowed'), reached: 0 },
      'metadata.rebind.example': { codes: Array(4).fill('address_not_allowed'), reached: 0 },
      'listed.rebind.example': { codes: Array(4).fill('delivered'), reached: 4 },
    });
    assert.ok(slow.dns! >= 145, `a name server that takes 150 ms is seen as such: ${JSON.stringify(slow)}`);
    assert.ok(slow.connect! < slow.dns!);
    assert.equal(slow.address, '127.0.0.2');
  },
);
