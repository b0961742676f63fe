/** Sources tell when they were last heard, how far behind they are, how often they broke and why. */
export const sql = `
ALTER TABLE source_state ADD COLUMN heard_at_ms bigint;
ALTER TABLE source_state ADD COLUMN lag_ms bigint;
-- Since counted_since_ms, which is NULL until the next state is told.
ALTER TABLE source_state ADD COLUMN reconnects bigint NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN counted_since_ms bigint;
ALTER TABLE source_state ADD COLUMN broke_at_ms bigint;
ALTER TABLE source_state ADD COLUMN broke_why text;
`;
