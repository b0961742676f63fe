/** The first schema. Numbered migrations are never edited once released: a change is a new file. */
export const sql = `
-- Facts about the database as a whole. 'directory_revision' grows with every change of the directory.
CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('directory_revision', 0);

-- The directory -------------------------------------------------------------------------------------------

CREATE TABLE source (
  id       TEXT PRIMARY KEY,
  kind     TEXT NOT NULL,
  settings TEXT NOT NULL,          -- JSON, without the secret
  secret   BLOB NOT NULL           -- sealed
) STRICT, WITHOUT ROWID;

CREATE TABLE organisation (
  id              TEXT PRIMARY KEY,
  name            TEXT NOT NULL,
  default_country TEXT NOT NULL,
  privacy         TEXT NOT NULL    -- JSON, PrivacySettings
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
  organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  user_id         TEXT NOT NULL,
  email           TEXT,
  numbers         TEXT NOT NULL,   -- JSON array, in the user's order
  extensions      TEXT NOT NULL,   -- JSON array
  PRIMARY KEY (organisation_id, user_id)
) STRICT, WITHOUT ROWID;

-- Every public number and extension of a user, to find the user by.
CREATE TABLE user_number (
  organisation_id TEXT NOT NULL,
  number          TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  PRIMARY KEY (organisation_id, number),
  FOREIGN KEY (organisation_id, user_id) REFERENCES user (organisation_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX user_number_by_user ON user_number (organisation_id, user_id);

-- A device belongs to one user of one organisation. Its source may be configured later.
CREATE TABLE device (
  source_id       TEXT NOT NULL,
  address         TEXT NOT NULL,
  organisation_id TEXT NOT NULL,
  user_id         TEXT NOT NULL,
  type            TEXT,
  position        INTEGER NOT NULL, -- in the user's list
  PRIMARY KEY (source_id, address),
  FOREIGN KEY (organisation_id, user_id) REFERENCES user (organisation_id, user_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX device_by_user ON device (organisation_id, user_id);

CREATE TABLE function_number (
  organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  number          TEXT NOT NULL,
  kind            TEXT NOT NULL,
  PRIMARY KEY (organisation_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint (
  organisation_id TEXT NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  id              TEXT NOT NULL,
  url             TEXT NOT NULL,
  states          TEXT NOT NULL,   -- JSON array
  secret          BLOB NOT NULL,   -- sealed
  PRIMARY KEY (organisation_id, id)
) STRICT, WITHOUT ROWID;

-- Calls ---------------------------------------------------------------------------------------------------

-- Legs that have not ended; the row, with all that it remembers of people, goes when the leg ends.
CREATE TABLE open_leg (
  source_id       TEXT NOT NULL,
  leg             TEXT NOT NULL,   -- the source's own name of it
  organisation_id TEXT NOT NULL,
  call_id         TEXT NOT NULL,
  branch_id       TEXT NOT NULL,
  remembered      TEXT NOT NULL,   -- JSON, the rest of OpenLeg
  PRIMARY KEY (source_id, leg)
) STRICT, WITHOUT ROWID;

-- The outbox ----------------------------------------------------------------------------------------------

-- One call at one endpoint. last_seq numbers its messages; due_at_ms is when its head is due, NULL without one.
CREATE TABLE lane (
  id              INTEGER PRIMARY KEY,
  organisation_id TEXT NOT NULL,
  endpoint_id     TEXT NOT NULL,
  call_id         TEXT NOT NULL,
  last_seq        INTEGER NOT NULL,
  due_at_ms       INTEGER,
  UNIQUE (organisation_id, endpoint_id, call_id)
) STRICT;
CREATE INDEX lane_due ON lane (organisation_id, endpoint_id, due_at_ms) WHERE due_at_ms IS NOT NULL;

CREATE TABLE message (
  id            TEXT PRIMARY KEY,  -- the webhook-id
  lane_id       INTEGER NOT NULL REFERENCES lane (id),
  seq           INTEGER NOT NULL,
  body          TEXT NOT NULL,
  created_at_ms INTEGER NOT NULL,
  outcome       TEXT NOT NULL,     -- 'pending', 'delivered' or 'dead'
  attempts      INTEGER NOT NULL,
  UNIQUE (lane_id, seq)
) STRICT;
CREATE INDEX message_pending ON message (lane_id, seq) WHERE outcome = 'pending';

CREATE TABLE attempt (
  message_id    TEXT NOT NULL,
  number        INTEGER NOT NULL,  -- 1, 2, 3 …
  started_at_ms INTEGER NOT NULL,
  duration_ms   INTEGER NOT NULL,
  outcome       TEXT NOT NULL,
  status_code   INTEGER,
  detail        TEXT,
  PRIMARY KEY (message_id, number)
) STRICT, WITHOUT ROWID;

-- How things are, for status --------------------------------------------------------------------------------

CREATE TABLE source_state (
  source_id   TEXT PRIMARY KEY,
  status      TEXT NOT NULL,
  since_ms    INTEGER NOT NULL,
  advice      TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE endpoint_state (
  organisation_id TEXT NOT NULL,
  endpoint_id     TEXT NOT NULL,
  delivered       INTEGER NOT NULL,
  dead            INTEGER NOT NULL,
  last            TEXT NOT NULL,   -- JSON, AttemptRecord
  PRIMARY KEY (organisation_id, endpoint_id)
) STRICT, WITHOUT ROWID;
`;
