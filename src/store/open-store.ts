/** Which backend keeps the data: a file is SQLite. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { HealthRules } from '../policy/endpoint-health.ts';
import type { SecretBox } from '../runtime/keys.ts';
import { openSqliteStore } from './sqlite/store.ts';
import type { Store } from './store.ts';

/** @throws CallhookError `DATABASE_UNAVAILABLE`, `DATABASE_NEWER` */
export async function openStore(database: string, secrets: SecretBox, rules: HealthRules): Promise<Store> {
  const node = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  return openSqliteStore(database, { secrets, node, rules });
}
