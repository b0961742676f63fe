/** What stays when the installation's key changes; and the audit may be forgotten, by upkeep alone. */
export const sql = `
-- What outward ids and fingerprints of secrets are made from: the same over every change of the key.
CREATE TABLE identity (
  name   TEXT PRIMARY KEY,
  sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Rows of the audit from before this time may be deleted. It is 0 but within the transaction that does so.
INSERT INTO meta VALUES ('audit_kept_from_ms', 0);
DROP TRIGGER audit_is_kept;
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
WHEN OLD.at_ms >= coalesce((SELECT value FROM meta WHERE key = 'audit_kept_from_ms'), 0)
BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END;
`;
