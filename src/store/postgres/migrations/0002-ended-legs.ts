/** That a leg of a source which is posted to has ended: a repeated or late event of it changes nothing. */
export const sql = `
CREATE TABLE ended_leg (
  source_id   text COLLATE "C" NOT NULL,
  leg_hash    bytea NOT NULL,      -- of the source's own name of it
  ended_at_ms bigint NOT NULL,
  PRIMARY KEY (source_id, leg_hash)
);
CREATE INDEX ended_leg_time ON ended_leg (ended_at_ms);
`;
