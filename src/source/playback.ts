/** Some bytes of a recorded connection, and when they arrived if that is known. What `playback` feeds to a source. */
export interface RecordedChunk {
  bytes: Uint8Array;
  atMs?: number;
}

/** Plays the connections of one source, in order, through its own decoder and mapper. */
export interface Playback {
  /** One connection, from its first byte to its end. The next one is a reconnect. */
  connection(chunks: Iterable<RecordedChunk>): Promise<PlayedConnection>;
}

export interface PlayedConnection {
  packets: number;
  /** What the PBX would not have written. */
  broken: number;
  /** Whether a list of the live channels was among it. */
  resynced: boolean;
}
