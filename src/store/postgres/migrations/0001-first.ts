/**
 * The first schema: the same tables under the same names as on the embedded database, and what several nodes need beside
 * them. Numbered migrations are never edited once released: a change is a new file.
 *
 * Names that people and PBXes give are compared byte by byte (COLLATE "C"), so that every database sorts them alike and
 * all nodes lock rows in one order.
 */
export const sql = `
-- Facts about the database as a whole. 'directory_revision' grows with every change of the directory.
CREATE TABLE meta (
  key   text PRIMARY KEY,
  value bigint NOT NULL
);
INSERT INTO meta VALUES ('directory_revision', 0);

-- The directory -------------------------------------------------------------------------------------------

CREATE TABLE source (
  id       text COLLATE "C" PRIMARY KEY,
  kind     text NOT NULL,
  settings json NOT NULL,          -- without the secret
  secret   bytea NOT NULL          -- sealed
);

CREATE TABLE organisation (
  id              text COLLATE "C" PRIMARY KEY,
  name            text NOT NULL,
  default_country text NOT NULL,
  privacy         json NOT NULL    -- PrivacySettings
);

-- Always in quotes: without them PostgreSQL reads the name of whoever is logged in.
CREATE TABLE "user" (
  organisation_id text COLLATE "C" NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  user_id         text COLLATE "C" NOT NULL,
  email           text,
  numbers         json NOT NULL,   -- array, in the user's order
  extensions      json NOT NULL,   -- array
  PRIMARY KEY (organisation_id, user_id)
);

-- Every public number and extension of a user, to find the user by.
CREATE TABLE user_number (
  organisation_id text COLLATE "C" NOT NULL,
  number          text COLLATE "C" NOT NULL,
  user_id         text COLLATE "C" NOT NULL,
  PRIMARY KEY (organisation_id, number),
  FOREIGN KEY (organisation_id, user_id) REFERENCES "user" (organisation_id, user_id) ON DELETE CASCADE
);
CREATE INDEX user_number_by_user ON user_number (organisation_id, user_id);

-- A device belongs to one user of one organisation. Its source may be configured later.
CREATE TABLE device (
  source_id       text COLLATE "C" NOT NULL,
  address         text COLLATE "C" NOT NULL,
  organisation_id text COLLATE "C" NOT NULL,
  user_id         text COLLATE "C" NOT NULL,
  type            text,
  position        integer NOT NULL, -- in the user's list
  PRIMARY KEY (source_id, address),
  FOREIGN KEY (organisation_id, user_id) REFERENCES "user" (organisation_id, user_id) ON DELETE CASCADE
);
CREATE INDEX device_by_user ON device (organisation_id, user_id);

CREATE TABLE function_number (
  organisation_id text COLLATE "C" NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  number          text COLLATE "C" NOT NULL,
  kind            text NOT NULL,
  PRIMARY KEY (organisation_id, number)
);

CREATE TABLE endpoint (
  organisation_id text COLLATE "C" NOT NULL REFERENCES organisation (id) ON DELETE CASCADE,
  id              text COLLATE "C" NOT NULL,
  url             text NOT NULL,
  states          json NOT NULL,   -- array
  delivery        json NOT NULL,   -- DeliverySettings
  secret          bytea NOT NULL,  -- sealed
  PRIMARY KEY (organisation_id, id)
);

-- Calls ---------------------------------------------------------------------------------------------------

-- Legs that have not ended; the row, with all that it remembers of people, goes when the leg ends.
CREATE TABLE open_leg (
  source_id       text COLLATE "C" NOT NULL,
  leg             text COLLATE "C" NOT NULL, -- the source's own name of it
  organisation_id text COLLATE "C" NOT NULL,
  call_id         text COLLATE "C" NOT NULL,
  branch_id       text NOT NULL,
  remembered      json NOT NULL,   -- the rest of OpenLeg
  PRIMARY KEY (source_id, leg)
);
CREATE INDEX open_leg_call ON open_leg (organisation_id, call_id);

-- The outbox ----------------------------------------------------------------------------------------------

-- When an endpoint is worth a look, and what stands between it and its messages. One row per endpoint, locked by the
-- node that gives out its lanes. due_at_ms: when the first of its free lanes is due, never too late, NULL without one.
-- opens_at_ms: when health and rate let something through, NULL: not before something else happens. turn: among those
-- that are due at once, who was served longest ago comes first.
CREATE SEQUENCE endpoint_turn CACHE 1;
CREATE TABLE endpoint_queue (
  organisation_id text COLLATE "C" NOT NULL,
  endpoint_id     text COLLATE "C" NOT NULL,
  due_at_ms       bigint,
  opens_at_ms     bigint DEFAULT 0,
  look_at_ms      bigint GENERATED ALWAYS AS (
    CASE WHEN due_at_ms IS NOT NULL AND opens_at_ms IS NOT NULL THEN greatest(due_at_ms, opens_at_ms) END) STORED,
  turn            bigint NOT NULL DEFAULT 0,
  health          json,                      -- EndpointHealth; NULL: healthy
  tat_ms          double precision NOT NULL DEFAULT 0, -- Gate
  PRIMARY KEY (organisation_id, endpoint_id)
) WITH (fillfactor = 50);
CREATE INDEX endpoint_queue_look ON endpoint_queue (look_at_ms, turn) WHERE look_at_ms IS NOT NULL;

-- One call at one endpoint. last_seq numbers its messages; due_at_ms is when its head is due, NULL without one.
-- While claim_token is set its head is some node's, until claim_until_ms. skipped: numbers that expired or died since the
-- last delivery. rank: 1 while only replays wait.
CREATE TABLE lane (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organisation_id text COLLATE "C" NOT NULL,
  endpoint_id     text COLLATE "C" NOT NULL,
  call_id         text COLLATE "C" NOT NULL,
  last_seq        integer NOT NULL DEFAULT 0,
  due_at_ms       bigint,
  rank            smallint NOT NULL DEFAULT 0,
  skipped         integer[] NOT NULL DEFAULT '{}',
  claim_token     text COLLATE "C",
  claim_until_ms  bigint,
  UNIQUE (organisation_id, endpoint_id, call_id)
) WITH (fillfactor = 80);
CREATE INDEX lane_due ON lane (organisation_id, endpoint_id, rank, due_at_ms)
  WHERE due_at_ms IS NOT NULL AND claim_token IS NULL;
CREATE INDEX lane_claimed ON lane (claim_until_ms, claim_token) WHERE claim_token IS NOT NULL;

CREATE TABLE message (
  id             text COLLATE "C" PRIMARY KEY, -- the webhook-id
  lane_id        bigint NOT NULL REFERENCES lane (id),
  seq            integer NOT NULL,
  body           text NOT NULL,
  created_at_ms  bigint NOT NULL,
  expires_at_ms  bigint,
  outcome        text NOT NULL DEFAULT 'pending', -- or 'delivered', 'expired', 'dead'
  attempts       integer NOT NULL DEFAULT 0,
  retries        integer NOT NULL DEFAULT 0,
  finished_at_ms bigint,
  replay_of      text,             -- the outcome before a replay
  replayed_at_ms bigint,
  UNIQUE (lane_id, seq)
) WITH (fillfactor = 80);
CREATE INDEX message_pending ON message (lane_id, seq) WHERE outcome = 'pending';
CREATE INDEX message_expiry ON message (expires_at_ms) WHERE outcome = 'pending' AND expires_at_ms IS NOT NULL;
CREATE INDEX message_finished ON message (finished_at_ms) WHERE finished_at_ms IS NOT NULL;

CREATE TABLE attempt (
  message_id    text COLLATE "C" NOT NULL,
  number        integer NOT NULL,  -- 1, 2, 3 …
  started_at_ms bigint NOT NULL,
  duration_ms   bigint NOT NULL,
  outcome       text NOT NULL,
  status_code   integer,
  detail        text,
  PRIMARY KEY (message_id, number)
);

-- Among nodes -----------------------------------------------------------------------------------------------

-- What one node has at a time. A lease that was let go of keeps its row and its term.
CREATE TABLE lease (
  name     text COLLATE "C" PRIMARY KEY,
  node     text NOT NULL,
  term     bigint NOT NULL,
  until_ms bigint NOT NULL
);

-- How things are, for people ----------------------------------------------------------------------------------

CREATE TABLE source_state (
  source_id text COLLATE "C" PRIMARY KEY,
  status    text NOT NULL,
  since_ms  bigint NOT NULL,
  advice    text
);

CREATE TABLE endpoint_state (
  organisation_id text COLLATE "C" NOT NULL,
  endpoint_id     text COLLATE "C" NOT NULL,
  delivered       bigint NOT NULL DEFAULT 0,
  expired         bigint NOT NULL DEFAULT 0,
  dead            bigint NOT NULL DEFAULT 0,
  last            json,            -- AttemptRecord
  PRIMARY KEY (organisation_id, endpoint_id)
) WITH (fillfactor = 50);

-- What the operator is told, once per channel.
CREATE TABLE notice (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  channel         text NOT NULL,
  organisation_id text NOT NULL,
  endpoint_id     text NOT NULL,
  url             text NOT NULL,
  at_ms           bigint NOT NULL,
  notice          json NOT NULL,   -- Notice
  due_at_ms       bigint NOT NULL,
  attempts        integer NOT NULL DEFAULT 0
);
CREATE INDEX notice_due ON notice (due_at_ms);
`;
