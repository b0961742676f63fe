/** Sources tell when they were last heard, how far behind they are, how often they broke and why. Few endpoints are unwell. */
export const sql = `
ALTER TABLE source_state ADD COLUMN heard_at_ms INTEGER;
ALTER TABLE source_state ADD COLUMN lag_ms INTEGER;
-- Since counted_since_ms, which is NULL until the next state is told.
ALTER TABLE source_state ADD COLUMN reconnects INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN counted_since_ms INTEGER;
ALTER TABLE source_state ADD COLUMN broke_at_ms INTEGER;
ALTER TABLE source_state ADD COLUMN broke_why TEXT;

-- A look at everything asks for these, and for no other state.
CREATE INDEX endpoint_unwell ON endpoint_state (organisation_id) WHERE health IS NOT NULL;
`;
