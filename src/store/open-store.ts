/** Which backend keeps the data: a connection string is PostgreSQL, a file is SQLite. */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { HealthRules } from '../policy/endpoint-health.ts';
import { identityFrom, type Identity, type KeyRing } from '../runtime/keys.ts';
import type { SecretBox } from '../runtime/secret-box.ts';
import { openPostgresStore } from './postgres/store.ts';
import { openSqliteStore } from './sqlite/store.ts';
import type { Store } from './store.ts';

/** One process serves an embedded database: after a restart its leases are still its own. */
const EMBEDDED_NODE = 'this';
/** Enough for a verb of the command line. */
const FEW_CONNECTIONS = 2;

/** Whether the configured database is a PostgreSQL, by its connection string. */
export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

/** The database's name for logs and screens: without user, password and options. */
export function nameOf(database: string): string {
  return isPostgres(database) ? database.replace(/\/\/.*@/, '//').replace(/\?.*/, '') : database;
}

/**
 * @param connections to PostgreSQL, at most; the embedded database has one
 * @throws CallhookError `DATABASE_UNAVAILABLE`, `DATABASE_NEWER`
 */
export async function openStore(
  database: string,
  secrets: SecretBox,
  rules: HealthRules,
  { connections = FEW_CONNECTIONS }: { connections?: number } = {},
): Promise<Store> {
  if (!isPostgres(database)) return openSqliteStore(database, { secrets, node: EMBEDDED_NODE, rules });
  const node = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  return openPostgresStore(database, { secrets, node, rules, connections });
}

/** What outward ids and fingerprints are made from: once the key has changed, the database keeps it. */
export async function identityOf({ keys }: Store, { founding }: KeyRing): Promise<Identity> {
  return identityFrom((await keys.identity()) ?? founding);
}
