/** Sessions and API keys in SQL, the same on every backend. */
import type { KeyScope } from '../policy/access.ts';
import type { AccountStore, ApiKey, Session } from './accounts.ts';
import { accountOf, type AccountRow } from './sql-accounts.ts';
import { auditStep } from './sql-audit.ts';
import { pageByOrganisation } from './sql-lists.ts';
import type { SqlPort, Step } from './sql-port.ts';

interface SessionRow {
  session_id: string;
  account_id: string;
  opened_at_ms: number;
  seen_at_ms: number;
  expires_at_ms: number;
  address: string;
  client: string;
}

interface KeyRow {
  id: string;
  organisation_id: string | null;
  name: string;
  scope: KeyScope;
  prefix: string;
  created_at_ms: number;
  expires_at_ms: number | null;
  last_used_at_ms: number | null;
}

const SESSION_COLUMNS = `
  session.id AS session_id, session.account_id, session.created_at_ms AS opened_at_ms, session.seen_at_ms,
  session.expires_at_ms, session.address, session.client`;

const OPEN_SESSION = `
  INSERT INTO session (id, token_hash, account_id, created_at_ms, seen_at_ms, expires_at_ms, address, client)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const END_SESSION = 'DELETE FROM session WHERE id = $1';
/** It also locks the account: a password that is changed at the same moment comes before, or ends this session. */
const LOGGED_IN = `
  UPDATE account SET last_login_at_ms = $2
  WHERE id = $1 AND disabled = 0 AND (CAST($3 AS text) IS NULL OR password_hash = $3) RETURNING id`;
const USE_SESSION = `
  SELECT ${SESSION_COLUMNS}, account.* FROM session JOIN account ON account.id = session.account_id
  WHERE session.token_hash = $1 AND session.expires_at_ms > $2 AND session.seen_at_ms > $3 AND account.disabled = 0`;
const SEE_SESSION = 'UPDATE session SET seen_at_ms = $2 WHERE id = $1';
const SESSIONS = `
  SELECT ${SESSION_COLUMNS} FROM session
  WHERE account_id = $1 AND expires_at_ms > $2 AND seen_at_ms > $3 ORDER BY seen_at_ms DESC, id`;
const END_OWN = `
  DELETE FROM session WHERE account_id = $1 AND (CAST($2 AS text) IS NULL OR id = $2) RETURNING id`;

const OF_ORGANISATION = '(CAST($1 AS text) IS NULL OR organisation_id = $1)';
const KEY = `SELECT * FROM api_key WHERE ${OF_ORGANISATION} AND id = $2`;
const INSERT_KEY = `
  INSERT INTO api_key (id, token_hash, organisation_id, name, scope, prefix, created_at_ms, expires_at_ms)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;
const REMOVE_KEY = `DELETE FROM api_key WHERE ${OF_ORGANISATION} AND id = $2 RETURNING id`;
const USE_KEY = `
  SELECT * FROM api_key WHERE token_hash = $1 AND (expires_at_ms IS NULL OR expires_at_ms > $2)`;
const SEE_KEY = 'UPDATE api_key SET last_used_at_ms = $2 WHERE id = $1';

type Sessions = Pick<
  AccountStore,
  | 'openSession'
  | 'useSession'
  | 'sessions'
  | 'endSessions'
  | 'apiKeys'
  | 'apiKey'
  | 'createApiKey'
  | 'removeApiKey'
  | 'useApiKey'
>;

export function sqlSessions(sql: SqlPort): Sessions {
  return {
    async openSession(session, tokenHash, note, { instead, passwordHash } = {}) {
      const { id, accountId, createdAtMs, seenAtMs, expiresAtMs, address, client } = session;
      const values = [id, tokenHash, accountId, createdAtMs, seenAtMs, expiresAtMs, address, client];
      const opened = await sql.together([
        { sql: LOGGED_IN, values: [accountId, createdAtMs, passwordHash ?? null], must: true },
        { sql: END_SESSION, values: [instead ?? ''] },
        { sql: OPEN_SESSION, values },
        auditStep(note),
      ]);
      return opened !== undefined;
    },

    async useSession(tokenHash, nowMs, { idleMs, seenEveryMs }) {
      const [row] = await sql.rows<SessionRow & AccountRow>(USE_SESSION, [tokenHash, nowMs, nowMs - idleMs]);
      if (row === undefined) return undefined;
      if (row.seen_at_ms <= nowMs - seenEveryMs) await sql.rows(SEE_SESSION, [row.session_id, nowMs]);
      return { session: sessionOf(row), account: accountOf(row) };
    },

    async sessions(accountId, nowMs, { idleMs }) {
      const rows = await sql.rows<SessionRow>(SESSIONS, [accountId, nowMs, nowMs - idleMs]);
      return rows.map(sessionOf);
    },

    async endSessions(accountId, id, note) {
      const end: Step = { sql: END_OWN, values: [accountId, id ?? null], must: true };
      const [ended = []] = (await sql.together([end, auditStep(note)])) ?? [];
      return ended.length;
    },

    async apiKeys(organisationId, page) {
      const asked = pageByOrganisation('api_key', organisationId, page);
      return (await sql.rows<KeyRow>(asked.sql, asked.values)).map(keyOf);
    },

    async apiKey(organisationId, id) {
      const [row] = await sql.rows<KeyRow>(KEY, [organisationId ?? null, id]);
      return row && keyOf(row);
    },

    async createApiKey(key, tokenHash, note) {
      const { id, organisationId, name, scope, prefix, createdAtMs, expiresAtMs } = key;
      const values = [id, tokenHash, organisationId ?? null, name, scope, prefix, createdAtMs];
      await sql.together([{ sql: INSERT_KEY, values: [...values, expiresAtMs ?? null] }, auditStep(note)]);
    },

    async removeApiKey(organisationId, id, note) {
      const remove: Step = { sql: REMOVE_KEY, values: [organisationId ?? null, id], must: true };
      return (await sql.together([remove, auditStep(note)])) !== undefined;
    },

    async useApiKey(tokenHash, nowMs, usedEveryMs) {
      const [row] = await sql.rows<KeyRow>(USE_KEY, [tokenHash, nowMs]);
      if (row === undefined) return undefined;
      if ((row.last_used_at_ms ?? 0) <= nowMs - usedEveryMs) await sql.rows(SEE_KEY, [row.id, nowMs]);
      return keyOf(row);
    },
  };
}

function sessionOf(row: SessionRow): Session {
  return {
    id: row.session_id,
    accountId: row.account_id,
    createdAtMs: row.opened_at_ms,
    seenAtMs: row.seen_at_ms,
    expiresAtMs: row.expires_at_ms,
    address: row.address,
    client: row.client,
  };
}

function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    prefix: row.prefix,
    createdAtMs: row.created_at_ms,
    ...(row.organisation_id !== null && { organisationId: row.organisation_id }),
    ...(row.expires_at_ms !== null && { expiresAtMs: row.expires_at_ms }),
    ...(row.last_used_at_ms !== null && { lastUsedAtMs: row.last_used_at_ms }),
  };
}
