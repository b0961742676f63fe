/** Accounts, sessions, API keys, one-time links, tries, answers, and the audit log, as on the embedded database. */
export const sql = `
-- Those who come in ---------------------------------------------------------------------------------------

CREATE TABLE account (
  id               text COLLATE "C" PRIMARY KEY,
  email            text COLLATE "C" NOT NULL UNIQUE,     -- in small letters
  name             text NOT NULL,
  role             text NOT NULL,            -- operator, administrator, viewer
  organisation_id  text COLLATE "C" REFERENCES organisation (id) ON DELETE CASCADE,
  password_hash    text NOT NULL,            -- argon2id, PHC string
  disabled         integer NOT NULL,
  created_at_ms    bigint NOT NULL,
  last_login_at_ms bigint
);
CREATE INDEX account_by_organisation ON account (organisation_id, id);

CREATE TABLE session (
  id            text COLLATE "C" PRIMARY KEY,
  token_hash    text COLLATE "C" NOT NULL UNIQUE,
  account_id    text COLLATE "C" NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  created_at_ms bigint NOT NULL,
  seen_at_ms    bigint NOT NULL,
  expires_at_ms bigint NOT NULL,
  address       text NOT NULL,
  client        text NOT NULL
);
CREATE INDEX session_by_account ON session (account_id);

-- Without organisation: the operator's.
CREATE TABLE api_key (
  id              text COLLATE "C" PRIMARY KEY,
  token_hash      text COLLATE "C" NOT NULL UNIQUE,
  organisation_id text COLLATE "C" REFERENCES organisation (id) ON DELETE CASCADE,
  name            text NOT NULL,
  scope           text NOT NULL,             -- read, write, ingest
  prefix          text NOT NULL,             -- how the key begins
  created_at_ms   bigint NOT NULL,
  expires_at_ms   bigint,
  last_used_at_ms bigint
);
CREATE INDEX api_key_by_organisation ON api_key (organisation_id, id);

-- What can be used once: the set-up, an invitation, a forgotten password.
CREATE TABLE link (
  id              text COLLATE "C" PRIMARY KEY,
  token_hash      text COLLATE "C" NOT NULL UNIQUE,
  purpose         text NOT NULL,
  email           text,
  role            text,
  organisation_id text COLLATE "C" REFERENCES organisation (id) ON DELETE CASCADE,
  account_id      text COLLATE "C" REFERENCES account (id) ON DELETE CASCADE,
  created_at_ms   bigint NOT NULL,
  expires_at_ms   bigint NOT NULL
);
CREATE INDEX link_by_organisation ON link (organisation_id, id);

-- How often something was tried: the theoretical arrival time of GCRA (src/policy/rate.ts).
CREATE TABLE try (
  name   text COLLATE "C" PRIMARY KEY,
  tat_ms bigint NOT NULL
);

-- Answers to requests with an Idempotency-Key. Sealed: one may hold a secret that is shown once.
CREATE TABLE request (
  actor_id     text COLLATE "C" NOT NULL,
  key          text COLLATE "C" NOT NULL,
  request_hash text NOT NULL,
  at_ms        bigint NOT NULL,
  status       integer,
  answer       bytea,
  PRIMARY KEY (actor_id, key)
);
CREATE INDEX request_time ON request (at_ms);

-- The audit log: rows are added, never changed, never deleted, not even with their organisation.
CREATE TABLE audit (
  number          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at_ms           bigint NOT NULL,
  organisation_id text COLLATE "C",
  actor_id        text COLLATE "C" NOT NULL,
  done_by         text NOT NULL,             -- By, as JSON
  action          text NOT NULL,
  thing           text NOT NULL,
  thing_id        text NOT NULL,
  was             text,                      -- JSON, secrets as fingerprints
  became          text
);
CREATE INDEX audit_of_organisation ON audit (organisation_id, number);
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$;
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
`;
