/** That a leg of a source which is posted to has ended: a repeated or late event of it changes nothing. */
export const sql = `
CREATE TABLE ended_leg (
  source_id   TEXT NOT NULL,
  leg_hash    BLOB NOT NULL,       -- of the source's own name of it
  ended_at_ms INTEGER NOT NULL,
  PRIMARY KEY (source_id, leg_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX ended_leg_time ON ended_leg (ended_at_ms);
`;
