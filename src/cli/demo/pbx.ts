/** What the demo needs of a phone system that is played from recordings. */
import type { SourceSettings } from '../../policy/directory.ts';

export interface DemoPbx {
  /** `a recorded Asterisk`. */
  name: string;
  /** `AMI on 127.0.0.1:5038`. */
  place: string;
  /** How Callhook reaches it. */
  source: SourceSettings;
  /** The address of a user's device, the directory's key. */
  deviceOf(extension: string): string;
  /** The user's public number in the recordings. */
  numberOf(extension: string): string;
  /** Resolves when Callhook listens. */
  listened: Promise<unknown>;
  scenes: readonly Scene[];
  close(): Promise<void>;
}

/** A recorded call, with a sentence for whoever watches. */
export interface Scene {
  says: string;
  /** Plays it at its recorded pace; a longer silence is cut to `LONGEST_SILENCE_MS`. */
  play(signal: AbortSignal): Promise<void>;
}

export const LONGEST_SILENCE_MS = 2_000;
