/** The feed of what happens, while somebody listens: kept for minutes. */
export const sql = `
-- Organisations that somebody listens to. 'epoch' names one unbroken feed.
CREATE TABLE feed_watch (
  organisation_id TEXT PRIMARY KEY,
  epoch           TEXT NOT NULL,
  until_ms        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Ids are never used again: whoever listens remembers them.
CREATE TABLE feed (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  organisation_id TEXT NOT NULL,
  at_ms           INTEGER NOT NULL,
  entry           TEXT NOT NULL    -- JSON, events
) STRICT;
CREATE INDEX feed_of ON feed (organisation_id, id);
`;
