/** Which devices an organisation's administrators may add. Those that are there already go on as they were: all. */
export const sql = `
ALTER TABLE organisation ADD COLUMN allowed_devices TEXT NOT NULL DEFAULT '[]'; -- JSON, AllowedDevices
UPDATE organisation SET allowed_devices = '"all"';
`;
