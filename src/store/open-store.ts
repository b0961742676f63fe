/** Which backend keeps the data: a file is SQLite. */
import type { HealthRules } from '../policy/endpoint-health.ts';
import type { SecretBox } from '../runtime/keys.ts';
import { openSqliteStore } from './sqlite/store.ts';
import type { Store } from './store.ts';

/** One process serves an embedded database: after a restart its leases are still its own. */
const EMBEDDED_NODE = 'this';

/** Whether the configured database is a PostgreSQL, by its connection string. */
export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

/** @throws CallhookError `DATABASE_UNAVAILABLE`, `DATABASE_NEWER` */
export async function openStore(database: string, secrets: SecretBox, rules: HealthRules): Promise<Store> {
  return openSqliteStore(database, { secrets, node: EMBEDDED_NODE, rules });
}
