/** Accounts, sessions, API keys, one-time links, tries, answers, and the audit log. */
export const sql = `
-- Those who come in ---------------------------------------------------------------------------------------

CREATE TABLE account (
  id               TEXT PRIMARY KEY,
  email            TEXT NOT NULL UNIQUE,     -- in small letters
  name             TEXT NOT NULL,
  role             TEXT NOT NULL,            -- operator, administrator, viewer
  organisation_id  TEXT REFERENCES organisation (id) ON DELETE CASCADE,
  password_hash    TEXT NOT NULL,            -- argon2id, PHC string
  disabled         INTEGER NOT NULL,
  created_at_ms    INTEGER NOT NULL,
  last_login_at_ms INTEGER
) STRICT;
CREATE INDEX account_by_organisation ON account (organisation_id, id);

CREATE TABLE session (
  id            TEXT PRIMARY KEY,
  token_hash    TEXT NOT NULL UNIQUE,
  account_id    TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at_ms INTEGER NOT NULL,
  seen_at_ms    INTEGER NOT NULL,
  expires_at_ms INTEGER NOT NULL,
  address       TEXT NOT NULL,
  client        TEXT NOT NULL
) STRICT;
CREATE INDEX session_by_account ON session (account_id);

-- Without organisation: the operator's.
CREATE TABLE api_key (
  id              TEXT PRIMARY KEY,
  token_hash      TEXT NOT NULL UNIQUE,
  organisation_id TEXT REFERENCES organisation (id) ON DELETE CASCADE,
  name            TEXT NOT NULL,
  scope           TEXT NOT NULL,             -- read, write, ingest
  prefix          TEXT NOT NULL,             -- how the key begins
  created_at_ms   INTEGER NOT NULL,
  expires_at_ms   INTEGER,
  last_used_at_ms INTEGER
) STRICT;
CREATE INDEX api_key_by_organisation ON api_key (organisation_id, id);

-- What can be used once: the set-up, an invitation, a forgotten password.
CREATE TABLE link (
  id              TEXT PRIMARY KEY,
  token_hash      TEXT NOT NULL UNIQUE,
  purpose         TEXT NOT NULL,
  email           TEXT,
  role            TEXT,
  organisation_id TEXT REFERENCES organisation (id) ON DELETE CASCADE,
  account_id      TEXT REFERENCES account (id) ON DELETE CASCADE,
  created_at_ms   INTEGER NOT NULL,
  expires_at_ms   INTEGER NOT NULL
) STRICT;
CREATE INDEX link_by_organisation ON link (organisation_id, id);

-- How often something was tried: the theoretical arrival time of GCRA (src/policy/rate.ts).
CREATE TABLE try (
  name   TEXT PRIMARY KEY,
  tat_ms INTEGER NOT NULL
) STRICT;

-- Answers to requests with an Idempotency-Key. Sealed: one may hold a secret that is shown once.
CREATE TABLE request (
  actor_id     TEXT NOT NULL,
  key          TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  at_ms        INTEGER NOT NULL,
  status       INTEGER,
  answer       BLOB,
  PRIMARY KEY (actor_id, key)
) STRICT;
CREATE INDEX request_time ON request (at_ms);

-- The audit log: rows are added, never changed, never deleted, not even with their organisation.
CREATE TABLE audit (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms           INTEGER NOT NULL,
  organisation_id TEXT,
  actor_id        TEXT NOT NULL,
  done_by         TEXT NOT NULL,             -- By, as JSON
  action          TEXT NOT NULL,
  thing           TEXT NOT NULL,
  thing_id        TEXT NOT NULL,
  was             TEXT,                      -- JSON, secrets as fingerprints
  became          TEXT
) STRICT;
CREATE INDEX audit_of_organisation ON audit (organisation_id, number);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
`;
