/** The feed of what happens, while somebody listens: kept for minutes. */
export const sql = `
-- Organisations that somebody listens to. 'epoch' names one unbroken feed.
CREATE TABLE feed_watch (
  organisation_id text COLLATE "C" PRIMARY KEY,
  epoch           text NOT NULL,
  until_ms        bigint NOT NULL
);

-- 'xid': the transaction that wrote it, to tell which rows a snapshot has seen (feed.ts).
CREATE TABLE feed (
  id              bigint GENERATED ALWAYS AS IDENTITY,
  organisation_id text COLLATE "C" NOT NULL,
  xid             xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at_ms           bigint NOT NULL DEFAULT extract(epoch FROM clock_timestamp()) * 1000,
  entry           text NOT NULL,   -- JSON, events
  PRIMARY KEY (organisation_id, xid, id)
);
CREATE INDEX feed_time ON feed (at_ms);
`;
