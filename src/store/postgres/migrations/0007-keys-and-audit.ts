/** What stays when the installation's key changes; and the audit may be forgotten, by upkeep alone. */
export const sql = `
-- What outward ids and fingerprints of secrets are made from: the same over every change of the key.
CREATE TABLE identity (
  name   text PRIMARY KEY,
  sealed bytea NOT NULL
);

-- Rows of the audit from before this time may be deleted. It is 0 but within the transaction that does so.
INSERT INTO meta VALUES ('audit_kept_from_ms', 0);
CREATE FUNCTION refuse_audit_deletion() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.at_ms >= coalesce((SELECT value FROM meta WHERE key = 'audit_kept_from_ms'), 0) THEN
    RAISE EXCEPTION 'the audit log is only added to';
  END IF;
  RETURN OLD;
END $$;
DROP TRIGGER audit_stays ON audit;
CREATE TRIGGER audit_stays BEFORE UPDATE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit
FOR EACH ROW EXECUTE FUNCTION refuse_audit_deletion();
`;
