/** Pages of the audit log by each of its filters, newest first, without looking at what is not asked for. */
export const sql = `
CREATE INDEX audit_of_organisation_thing ON audit (organisation_id, thing, number);
CREATE INDEX audit_of_organisation_thing_id ON audit (organisation_id, thing_id, number);
CREATE INDEX audit_of_thing_id ON audit (thing_id, number);
CREATE INDEX audit_of_actor ON audit (actor_id, number);
CREATE INDEX audit_of_thing ON audit (thing, number);
CREATE INDEX audit_time ON audit (at_ms, number);
`;
