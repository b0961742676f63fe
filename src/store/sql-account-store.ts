/** The room for accounts on a database with SQL: what its parts offer, together. */
import type { SecretBox } from '../runtime/secret-box.ts';
import type { AccountStore } from './accounts.ts';
import { sqlAccounts } from './sql-accounts.ts';
import { sqlAudit } from './sql-audit.ts';
import type { SqlPort } from './sql-port.ts';
import { sqlRequests } from './sql-requests.ts';
import { sqlSessions } from './sql-sessions.ts';

export function createAccountStore(sql: SqlPort, secrets: SecretBox): AccountStore {
  return { ...sqlAccounts(sql), ...sqlSessions(sql), ...sqlRequests(sql, secrets), ...sqlAudit(sql) };
}
