/** The log: messages by organisation, the trail of each call, devices that nobody knows, figures over time. */
export const sql = `
-- 'number': a fixed order among messages of one moment.
ALTER TABLE message
  ADD COLUMN organisation_id text COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
UPDATE message SET organisation_id = lane.organisation_id FROM lane WHERE lane.id = message.lane_id;
CREATE INDEX message_log ON message (organisation_id, created_at_ms, number);
CREATE INDEX message_failed ON message (organisation_id, created_at_ms, number) WHERE outcome IN ('expired', 'dead');

-- One row per step of a leg, with only what may leave. 'begins': the first of its call.
CREATE TABLE trail (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id text COLLATE "C" NOT NULL,
  call_id         text COLLATE "C" NOT NULL,
  branch_id       text COLLATE "C" NOT NULL,
  state           smallint NOT NULL,
  begins          smallint NOT NULL,
  at_ms           bigint NOT NULL,
  entry           text NOT NULL,   -- JSON
  UNIQUE (organisation_id, call_id, branch_id, state)
);
CREATE INDEX trail_begins ON trail (organisation_id, at_ms, id) WHERE begins = 1;

-- Devices of legs that belong to nobody.
CREATE TABLE unknown_device (
  source_id   text COLLATE "C" NOT NULL,
  address     text COLLATE "C" NOT NULL,
  events      bigint NOT NULL,
  first_at_ms bigint NOT NULL,
  last_at_ms  bigint NOT NULL,
  PRIMARY KEY (source_id, address)
);

-- What came of messages at one endpoint, for ten minutes from at_ms on.
CREATE TABLE statistic (
  organisation_id text COLLATE "C" NOT NULL,
  endpoint_id     text COLLATE "C" NOT NULL,
  at_ms           bigint NOT NULL,
  delivered       bigint NOT NULL,
  failed          bigint NOT NULL, -- attempts
  expired         bigint NOT NULL,
  dead            bigint NOT NULL,
  latencies       integer[] NOT NULL, -- how many deliveries by slot
  PRIMARY KEY (organisation_id, endpoint_id, at_ms)
) WITH (fillfactor = 50);
CREATE INDEX statistic_time ON statistic (at_ms);
`;
