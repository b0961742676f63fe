/** Brings the schema up to date. Several nodes may start at once: the first one does it, the others wait for it. */
import { CallhookError } from '../../runtime/errors.ts';
import type { Database, Statements } from './database.ts';
import { sql as first } from './migrations/0001-first.ts';
import { sql as endedLegs } from './migrations/0002-ended-legs.ts';
import { sql as endpointSettings } from './migrations/0003-endpoint-settings.ts';
import { sql as accounts } from './migrations/0004-accounts.ts';
import { sql as log } from './migrations/0005-log.ts';
import { sql as feed } from './migrations/0006-feed.ts';
import { sql as keysAndAudit } from './migrations/0007-keys-and-audit.ts';
import { sql as auditPages } from './migrations/0008-audit-pages.ts';
import { sql as attemptDetails } from './migrations/0009-attempt-details.ts';
import { sql as allowedDevices } from './migrations/0010-allowed-devices.ts';
import { sql as sourceNews } from './migrations/0011-source-news.ts';

/** In order; the position is the number. */
const MIGRATIONS: readonly string[] = [
  first,
  endedLegs,
  endpointSettings,
  accounts,
  log,
  feed,
  keysAndAudit,
  auditPages,
  attemptDetails,
  allowedDevices,
  sourceNews,
];

const OLDEST_VERSION = 140_000;
/** A migration of a large table, or of another node that began first, may take its time. */
const PATIENCE_MS = 24 * 3_600_000;
/** The advisory lock that only we take. */
const LOCK = 7_425_518_003_641;

/**
 * @param name of the database, for people
 * @throws CallhookError `DATABASE_NEWER`, `DATABASE_UNAVAILABLE`
 */
export async function migrate(db: Database, name: string): Promise<void> {
  await db.transaction(async (tx) => {
    await refuseOldServer(tx, name);
    // However long another node's migration takes.
    void tx.query('SET LOCAL statement_timeout = 0');
    void tx.query('SELECT pg_advisory_xact_lock($1)', [LOCK], PATIENCE_MS);
    void tx.query('CREATE TABLE IF NOT EXISTS schema_version (version integer NOT NULL)', [], PATIENCE_MS);
    const [row] = await tx.query<{ version: number }>('SELECT version FROM schema_version', [], PATIENCE_MS);
    const version = row?.version ?? 0;
    if (version > MIGRATIONS.length) {
      throw new CallhookError(
        'DATABASE_NEWER',
        `The database on ${name} was written by a newer Callhook (schema ${version}, this one knows ${MIGRATIONS.length}). Install that version or a later one.`,
      );
    }
    if (version === MIGRATIONS.length) return;
    for (const sql of MIGRATIONS.slice(version)) void tx.query(sql, [], PATIENCE_MS);
    void tx.query('DELETE FROM schema_version', [], PATIENCE_MS);
    await tx.query('INSERT INTO schema_version VALUES ($1)', [MIGRATIONS.length], PATIENCE_MS);
  });
}

async function refuseOldServer(tx: Statements, name: string): Promise<void> {
  const [row] = await tx.query<{ version: number; words: string }>(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS words`,
  );
  if (row !== undefined && row.version < OLDEST_VERSION) {
    throw new CallhookError(
      'DATABASE_UNAVAILABLE',
      `The database on ${name} is PostgreSQL ${row.words}. Callhook needs 14 or newer.`,
    );
  }
}
