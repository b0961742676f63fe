/** Rules of delivery, health of endpoints, replays, retention, leases and notices. */
export const sql = `
ALTER TABLE endpoint ADD COLUMN delivery TEXT NOT NULL DEFAULT '{}';  -- JSON, DeliverySettings

-- 'skipped': numbers that expired or died since the last delivery, JSON array. 'rank': 1 while only replays wait.
ALTER TABLE lane ADD COLUMN skipped TEXT;
ALTER TABLE lane ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
DROP INDEX lane_due;
CREATE INDEX lane_due ON lane (organisation_id, endpoint_id, rank, due_at_ms) WHERE due_at_ms IS NOT NULL;

-- 'outcome' is now 'pending', 'delivered', 'expired' or 'dead'. 'replay_of': the outcome before a replay.
ALTER TABLE message ADD COLUMN expires_at_ms INTEGER;
ALTER TABLE message ADD COLUMN retries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN finished_at_ms INTEGER;
ALTER TABLE message ADD COLUMN replay_of TEXT;
ALTER TABLE message ADD COLUMN replayed_at_ms INTEGER;
UPDATE message SET retries = attempts;
UPDATE message SET expires_at_ms = created_at_ms + 259200000 WHERE outcome = 'pending';
UPDATE message SET finished_at_ms = created_at_ms WHERE outcome <> 'pending';
CREATE INDEX message_finished ON message (finished_at_ms) WHERE finished_at_ms IS NOT NULL;
CREATE INDEX message_expiry ON message (expires_at_ms) WHERE outcome = 'pending' AND expires_at_ms IS NOT NULL;

CREATE INDEX open_leg_call ON open_leg (organisation_id, call_id);

CREATE TABLE endpoint_state_new (
  organisation_id TEXT NOT NULL,
  endpoint_id     TEXT NOT NULL,
  delivered       INTEGER NOT NULL DEFAULT 0,
  expired         INTEGER NOT NULL DEFAULT 0,
  dead            INTEGER NOT NULL DEFAULT 0,
  last            TEXT,            -- JSON, AttemptRecord
  health          TEXT,            -- JSON, EndpointHealth; NULL: healthy
  PRIMARY KEY (organisation_id, endpoint_id)
) STRICT, WITHOUT ROWID;
INSERT INTO endpoint_state_new (organisation_id, endpoint_id, delivered, dead, last)
  SELECT organisation_id, endpoint_id, delivered, dead, last FROM endpoint_state;
DROP TABLE endpoint_state;
ALTER TABLE endpoint_state_new RENAME TO endpoint_state;

-- What one node has at a time. A lease that was let go of keeps its row and its term.
CREATE TABLE lease (
  name     TEXT PRIMARY KEY,
  node     TEXT NOT NULL,
  term     INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What the operator is told, once per channel.
CREATE TABLE notice (
  id              INTEGER PRIMARY KEY,
  channel         TEXT NOT NULL,
  organisation_id TEXT NOT NULL,
  endpoint_id     TEXT NOT NULL,
  url             TEXT NOT NULL,
  at_ms           INTEGER NOT NULL,
  notice          TEXT NOT NULL,   -- JSON, Notice
  due_at_ms       INTEGER NOT NULL,
  attempts        INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX notice_due ON notice (due_at_ms);
`;
