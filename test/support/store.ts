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

/** Every call of the store answers a few turns of the event loop later. */
export function delayed(store: Store): Store {
  const slow = <T extends object>(room: T): T =>
    new Proxy(room, {
      get(target, name) {
        if (name === 'listen') return Reflect.get(target, name);
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          return (value as (...given: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const { directory, calls, outbox, health, leases, upkeep, accounts, log, feed, keys } = store;
  return {
    directory: slow(directory),
    calls: slow(calls),
    outbox: slow(outbox),
    health: slow(health),
    leases: slow(leases),
    upkeep: slow(upkeep),
    accounts: slow(accounts),
    log: slow(log),
    feed: slow(feed),
    keys: slow(keys),
    node: store.node,
    nowMs: () => store.nowMs(),
    close: () => store.close(),
  };
}
