/** The log: messages by organisation, the trail of each call, devices that nobody knows, figures over time. */
export const sql = `
ALTER TABLE message ADD COLUMN organisation_id TEXT NOT NULL DEFAULT '';
UPDATE message SET organisation_id = lane.organisation_id FROM lane WHERE lane.id = message.lane_id;
CREATE INDEX message_log ON message (organisation_id, created_at_ms);
CREATE INDEX message_failed ON message (organisation_id, created_at_ms) WHERE outcome IN ('expired', 'dead');

-- One row per step of a leg, with only what may leave. 'begins': the first of its call.
CREATE TABLE trail (
  id              INTEGER PRIMARY KEY,
  organisation_id TEXT NOT NULL,
  call_id         TEXT NOT NULL,
  branch_id       TEXT NOT NULL,
  state           INTEGER NOT NULL,
  at_ms           INTEGER NOT NULL,
  begins          INTEGER NOT NULL,
  entry           TEXT NOT NULL,   -- JSON
  UNIQUE (organisation_id, call_id, branch_id, state)
) STRICT;
CREATE INDEX trail_begins ON trail (organisation_id, at_ms) WHERE begins = 1;

-- Devices of legs that belong to nobody.
CREATE TABLE unknown_device (
  source_id   TEXT NOT NULL,
  address     TEXT NOT NULL,
  events      INTEGER NOT NULL,
  first_at_ms INTEGER NOT NULL,
  last_at_ms  INTEGER NOT NULL,
  PRIMARY KEY (source_id, address)
) STRICT, WITHOUT ROWID;

-- What came of messages at one endpoint, for ten minutes from at_ms on.
CREATE TABLE statistic (
  organisation_id TEXT NOT NULL,
  endpoint_id     TEXT NOT NULL,
  at_ms           INTEGER NOT NULL,
  delivered       INTEGER NOT NULL,
  failed          INTEGER NOT NULL, -- attempts
  expired         INTEGER NOT NULL,
  dead            INTEGER NOT NULL,
  latencies       TEXT NOT NULL,    -- JSON array, how many deliveries by slot
  PRIMARY KEY (organisation_id, endpoint_id, at_ms)
) STRICT, WITHOUT ROWID;
CREATE INDEX statistic_time ON statistic (at_ms);
`;
