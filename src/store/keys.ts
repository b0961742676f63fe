/** What the database knows of the installation's keys: a room of the store's contract (store.ts). All operator's. */
export interface KeyStore {
  /** What outward ids and fingerprints are made from (`runtime/keys.ts`); undefined while the key was never changed. */
  identity(): Promise<string | undefined>;
  /** Keeps it, if none is kept yet: before the key changes for the first time. */
  keepIdentity(text: string): Promise<void>;
  /**
   * Seals again, under the key that seals now, what is sealed otherwise, at most `limit` of each kind. Who writes meanwhile
   * wins. @returns how many were looked at; 0 when all is done
   */
  reseal(limit: number): Promise<number>;
  /** How many secrets are sealed under each key, by its id; under '' those from before keys had ids. */
  inUse(): Promise<ReadonlyMap<string, number>>;
}
