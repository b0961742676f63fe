/** Stores for tests, with rules that are quick to reach. */
import type { HealthRules } from '../../src/policy/endpoint-health.ts';
import { deriveKeys } from '../../src/runtime/keys.ts';
import { openPostgresStore } from '../../src/store/postgres/store.ts';
import { openSqliteStore } from '../../src/store/sqlite/store.ts';
import type { Store } from '../../src/store/store.ts';

export const KEYS = deriveKeys(new Uint8Array(32));

export const RULES: HealthRules = {
  pauseAfterFailures: 3,
  probeFirstMs: 1_000,
  probeMostMs: 8_000,
  disableAfterMs: 100_000,
  claimMs: 5_000,
};

let nodes = 0;

export function nextNode(): string {
  nodes += 1;
  return `node-${nodes}`;
}

/** @param path a file; left out, in memory */
export function openTestStore(path = ':memory:', rules = RULES): Store {
  return openSqliteStore(path, { secrets: KEYS.secrets, node: nextNode(), rules });
}

/** Another node each time. */
export function openTestPostgres(connectionString: string, rules = RULES): Promise<Store> {
  return openPostgresStore(connectionString, {
    secrets: KEYS.secrets,
    node: nextNode(),
    rules,
    connections: 4,
  });
}
