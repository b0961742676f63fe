/** Accounts and one-time links in SQL, the same on every backend. */
import type { Role } from '../policy/access.ts';
import type { Account } from '../policy/account.ts';
import type { AccountStore, Link, NewAccount } from './accounts.ts';
import { auditStep } from './sql-audit.ts';
import { pageByOrganisation } from './sql-lists.ts';
import type { SqlPort, Step } from './sql-port.ts';

export interface AccountRow {
  id: string;
  email: string;
  name: string;
  role: Role;
  organisation_id: string | null;
  password_hash: string;
  disabled: number;
  created_at_ms: number;
  last_login_at_ms: number | null;
}

interface LinkRow {
  id: string;
  purpose: Link['purpose'];
  email: string | null;
  role: Role | null;
  organisation_id: string | null;
  account_id: string | null;
  created_at_ms: number;
  expires_at_ms: number;
}

/** An undefined organisation is the operator's view: all of them. */
const OF_ORGANISATION = '(CAST($1 AS text) IS NULL OR organisation_id = $1)';

const ACCOUNT = `SELECT * FROM account WHERE ${OF_ORGANISATION} AND id = $2`;
const INSERT_ACCOUNT = `
  INSERT INTO account (id, email, name, role, organisation_id, password_hash, disabled, created_at_ms)
  VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (email) DO NOTHING RETURNING id`;
const CHANGE_ACCOUNT = `
  UPDATE account SET name = $3, role = $4, disabled = $5 WHERE ${OF_ORGANISATION} AND id = $2 RETURNING id`;
const REMOVE_ACCOUNT = `DELETE FROM account WHERE ${OF_ORGANISATION} AND id = $2 RETURNING id`;
const SET_PASSWORD = 'UPDATE account SET password_hash = $2 WHERE id = $1 RETURNING id';
const END_SESSIONS = 'DELETE FROM session WHERE account_id = $1';
const END_RESETS = `DELETE FROM link WHERE purpose = 'reset' AND account_id = $1`;
const END_SESSIONS_OF_OTHER_ROLE = `
  DELETE FROM session WHERE account_id = $1 AND EXISTS (SELECT 1 FROM account WHERE id = $1 AND role <> $2)`;
const NO_ACCOUNT = 'SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM account)';

const INSERT_LINK = `
  INSERT INTO link (id, token_hash, purpose, email, role, organisation_id, account_id, created_at_ms, expires_at_ms)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;
const REPLACE_LINKS = `
  DELETE FROM link WHERE purpose = $1 AND purpose <> 'invitation' AND coalesce(account_id, '') = $2`;
const LINK = 'SELECT * FROM link WHERE token_hash = $1 AND expires_at_ms > $2';
const USE_LINK = 'DELETE FROM link WHERE token_hash = $1 AND expires_at_ms > $2 RETURNING id';
const REMOVE_INVITATION = `
  DELETE FROM link WHERE purpose = 'invitation' AND ${OF_ORGANISATION} AND id = $2 RETURNING id`;

type Accounts = Pick<
  AccountStore,
  | 'isEmpty'
  | 'accounts'
  | 'account'
  | 'byEmail'
  | 'passwordHashOf'
  | 'create'
  | 'createByLink'
  | 'change'
  | 'remove'
  | 'setPassword'
  | 'setPasswordByLink'
  | 'createLink'
  | 'link'
  | 'invitations'
  | 'removeInvitation'
>;

export function sqlAccounts(sql: SqlPort): Accounts {
  const kept = async (steps: readonly Step[]) => (await sql.together(steps)) !== undefined;
  return {
    async isEmpty() {
      return (await sql.rows('SELECT 1 FROM account LIMIT 1')).length === 0;
    },

    async accounts(organisationId, page) {
      const asked = pageByOrganisation('account', organisationId, page);
      return (await sql.rows<AccountRow>(asked.sql, asked.values)).map(accountOf);
    },

    async account(organisationId, id) {
      const [row] = await sql.rows<AccountRow>(ACCOUNT, [organisationId ?? null, id]);
      return row && accountOf(row);
    },

    async byEmail(email) {
      const [row] = await sql.rows<AccountRow>('SELECT * FROM account WHERE email = $1', [email]);
      return row && { account: accountOf(row), passwordHash: row.password_hash };
    },

    async passwordHashOf(accountId) {
      const [row] = await sql.rows<AccountRow>('SELECT * FROM account WHERE id = $1', [accountId]);
      return row?.password_hash;
    },

    create: (account, note) => kept([insertAccount(account), auditStep(note)]),

    createByLink(tokenHash, account, note, { onlyFirst }) {
      const use: Step = { sql: USE_LINK, values: [tokenHash, account.createdAtMs], must: true };
      const first: Step[] = onlyFirst ? [{ sql: NO_ACCOUNT, values: [], must: true }] : [];
      return kept([use, ...first, insertAccount(account), auditStep(note)]);
    },

    change(organisationId, id, { name, role, disabled }, note) {
      const values = [organisationId ?? null, id, name, role, disabled ? 1 : 0];
      const change: Step = { sql: CHANGE_ACCOUNT, values, must: true };
      const end: Step = disabled
        ? { sql: END_SESSIONS, values: [id] }
        : { sql: END_SESSIONS_OF_OTHER_ROLE, values: [id, role] };
      // Before the change, while the row still says what it was.
      return kept([end, change, auditStep(note)]);
    },

    remove: (organisationId, id, note) =>
      kept([{ sql: REMOVE_ACCOUNT, values: [organisationId ?? null, id], must: true }, auditStep(note)]),

    setPassword: (id, passwordHash, note) => kept([...setPassword(id, passwordHash), auditStep(note)]),

    setPasswordByLink(tokenHash, accountId, passwordHash, note) {
      const use: Step = { sql: USE_LINK, values: [tokenHash, note.atMs], must: true };
      return kept([use, ...setPassword(accountId, passwordHash), auditStep(note)]);
    },

    async createLink(link, tokenHash, note) {
      const { id, purpose, email, role, organisationId, accountId, createdAtMs, expiresAtMs } = link;
      const named = [email ?? null, role ?? null, organisationId ?? null, accountId ?? null];
      await sql.together([
        { sql: REPLACE_LINKS, values: [purpose, accountId ?? ''] },
        { sql: INSERT_LINK, values: [id, tokenHash, purpose, ...named, createdAtMs, expiresAtMs] },
        ...(note === undefined ? [] : [auditStep(note)]),
      ]);
    },

    async link(tokenHash, nowMs) {
      const [row] = await sql.rows<LinkRow>(LINK, [tokenHash, nowMs]);
      return row && linkOf(row);
    },

    async invitations(organisationId, nowMs, page) {
      const asked = pageByOrganisation('link', organisationId, page, (values) => [
        `purpose = 'invitation'`,
        `expires_at_ms > ${values.add(nowMs)}`,
      ]);
      return (await sql.rows<LinkRow>(asked.sql, asked.values)).map(linkOf);
    },

    removeInvitation: (organisationId, id, note) =>
      kept([{ sql: REMOVE_INVITATION, values: [organisationId ?? null, id], must: true }, auditStep(note)]),
  };
}

function insertAccount(account: NewAccount): Step {
  const { id, email, name, role, organisationId, passwordHash, createdAtMs } = account;
  const values = [id, email, name, role, organisationId ?? null, passwordHash, createdAtMs];
  return { sql: INSERT_ACCOUNT, values, must: true };
}

function setPassword(id: string, passwordHash: string): Step[] {
  return [
    { sql: SET_PASSWORD, values: [id, passwordHash], must: true },
    { sql: END_SESSIONS, values: [id] },
    { sql: END_RESETS, values: [id] },
  ];
}

export function accountOf(row: AccountRow): Account {
  const { id, email, name, role, organisation_id, disabled, created_at_ms, last_login_at_ms } = row;
  return {
    id,
    email,
    name,
    role,
    ...(organisation_id !== null && { organisationId: organisation_id }),
    disabled: disabled === 1,
    createdAtMs: created_at_ms,
    ...(last_login_at_ms !== null && { lastLoginAtMs: last_login_at_ms }),
  };
}

function linkOf(row: LinkRow): Link {
  return {
    id: row.id,
    purpose: row.purpose,
    ...(row.email !== null && { email: row.email }),
    ...(row.role !== null && { role: row.role }),
    ...(row.organisation_id !== null && { organisationId: row.organisation_id }),
    ...(row.account_id !== null && { accountId: row.account_id }),
    createdAtMs: row.created_at_ms,
    expiresAtMs: row.expires_at_ms,
  };
}
