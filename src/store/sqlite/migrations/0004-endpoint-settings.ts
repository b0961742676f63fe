/** What receivers may ask for: filters, the extended body, authentication, TLS, secrets that overlap. */
export const sql = `
ALTER TABLE endpoint ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'; -- JSON, EndpointSettings
ALTER TABLE endpoint ADD COLUMN sealed BLOB;                         -- sealed JSON: credentials, former secrets
ALTER TABLE endpoint ADD COLUMN secret_ends_at_ms INTEGER;           -- of the first former secret, NULL without one
CREATE INDEX endpoint_secret_ends ON endpoint (secret_ends_at_ms) WHERE secret_ends_at_ms IS NOT NULL;
`;
