/**
 * A backlog of many messages: how long a start takes until the first message is in hand, and how much memory the
 * process has then and after claiming and settling for a while, against the same with an empty database.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEFAULTS, healthRulesOf } from '../src/config/connector-config.ts';
import { planChanges } from '../src/policy/directory-changes.ts';
import { deriveKeys } from '../src/runtime/keys.ts';
import { openDatabase } from '../src/store/sqlite/database.ts';
import { openStore } from '../src/store/open-store.ts';
import { directoryFor } from '../test/support/transcripts.ts';

const SELF = fileURLToPath(import.meta.url);
const { secrets } = deriveKeys(new Uint8Array(32));
const BODY = JSON.stringify({ seq_num: 1, call_id: 'x'.repeat(22), rest: 'x'.repeat(330) });

interface Measured {
  firstClaimMs: number;
  rssMb: number;
}

export async function benchBacklog(messages: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'callhook-backlog-'));
  try {
    const [empty, full] = [
      await fill(join(folder, 'empty.db'), 3),
      await fill(join(folder, 'full.db'), messages),
    ];
    const [without, withAll] = [measure(empty), measure(full)];
    console.log(`\nBacklog (${messages.toLocaleString('en')} messages pending, SQLite)`);
    console.log(
      `  from opening the database to the first messages in hand  ${withAll.firstClaimMs} ms (empty: ${without.firstClaimMs} ms)`,
    );
    console.log(
      `  memory after 2,000 attempts                              ${withAll.rssMb} MB (empty: ${without.rssMb} MB)   ratio ${(withAll.rssMb / without.rssMb).toFixed(2)}`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fill(path: string, messages: number): Promise<string> {
  const store = await openStore(path, secrets, healthRulesOf(DEFAULTS));
  await store.directory.write(
    planChanges({ sources: [], organisations: [] }, directoryFor('PJSIP'), { prune: false }).changes,
  );
  await store.close();
  const db = openDatabase(path);
  db.exec('PRAGMA synchronous = OFF');
  // Three messages a call, as an ordinary call has.
  db.prepare(
    `
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    INSERT INTO lane (id, organisation_id, endpoint_id, call_id, last_seq, due_at_ms)
    SELECT i, 'acme', 'crm', 'call-' || i, 3, 1 FROM n`,
  ).run(Math.ceil(messages / 3));
  db.prepare(
    `
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 - 1)
    INSERT INTO message (id, lane_id, seq, body, created_at_ms, expires_at_ms, outcome, attempts)
    SELECT 'msg_' || i, 1 + i / 3, 1 + i % 3, ?2, 1, 9e15, 'pending', 0 FROM n`,
  ).run(messages, BODY);
  db.close();
  return path;
}

function measure(path: string): Measured {
  return JSON.parse(execFileSync(process.execPath, [SELF, path], { encoding: 'utf8' })) as Measured;
}

/** In a process of its own: opens the store as `serve` does, and claims and settles. */
async function work(path: string): Promise<Measured> {
  const began = performance.now();
  const store = await openStore(path, secrets, healthRulesOf(DEFAULTS));
  let claims = await store.outbox.claim(Date.now(), { total: 64, perEndpoint: () => 64 });
  const firstClaimMs = Math.round(performance.now() - began);
  for (let done = 0; done < 2_000 && claims.length > 0; done += claims.length) {
    await store.outbox.settle(
      claims.map(({ laneId, token, messageId, organisationId, endpoint }) => ({
        laneId,
        token,
        messageId,
        organisationId,
        endpointId: endpoint.id,
        attempt: { startedAtMs: 1, durationMs: 1, outcome: 'delivered', statusCode: 204 },
        next: { kind: 'delivered' },
        signal: { kind: 'answered' },
      })),
      Date.now(),
    );
    claims = await store.outbox.claim(Date.now(), { total: 64, perEndpoint: () => 64 });
  }
  await store.outbox.nextDueAtMs();
  const rssMb = Math.round(process.memoryUsage.rss() / 1e6);
  await store.close();
  return { firstClaimMs, rssMb };
}

if (process.argv[1] === SELF) console.log(JSON.stringify(await work(process.argv[2]!)));
