/** Attempts tell where their time went, whom they reached and what came back. */
export const sql = `
-- JSON, AttemptDetails. NULL where there is nothing to tell; no row is written anew.
ALTER TABLE attempt ADD COLUMN details text;
`;
