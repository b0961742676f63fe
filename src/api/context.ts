/** What the routes work with. */
import type { Tester } from '../command/test-endpoint.ts';
import type { PasswordHasher } from '../runtime/password-hash.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Store } from '../store/store.ts';

export interface ApiContext {
  store: Pick<
    Store,
    'directory' | 'accounts' | 'feed' | 'health' | 'leases' | 'log' | 'node' | 'nowMs' | 'outbox'
  >;
  clock: Clock;
  log: Logger;
  passwords: PasswordHasher;
  /** Sends test events, as messages are sent. */
  attempter: Tester['attempter'];
  /** Something may be due: this node's dispatcher looks. */
  wake(): void;
  /** Tells secrets apart in the audit, without telling them. */
  fingerprint(secret: string): string;
  /** Where people find the portal; empty: where it listens. */
  publicUrl: string;
  /** Sends a mail, where a mail server is configured. Rejects if it was not taken. */
  mail?: (to: string, subject: string, text: string) => Promise<void>;
  /** What the operator may see of it. */
  installation: Installation;
}

export interface Installation {
  database: { kind: 'sqlite' | 'postgresql'; name: string };
  /** Why the database takes no messages; undefined when it does. */
  databaseProblem(): string | undefined;
  settings: readonly ShownSetting[];
}

/** A setting in force. Without its value where that may hold a secret. */
export interface ShownSetting {
  name: string;
  value?: string | number | boolean | readonly (string | number)[];
  secret: boolean;
  /** It is not empty. */
  set: boolean;
  /** Where it comes from, as far as that is known. */
  from?: 'default' | 'file' | 'environment';
}

/** A session ends after so long without a request, and after so long in any case. */
export const SESSION_TIMES = {
  idleMs: 8 * 3_600_000,
  longestMs: 7 * 86_400_000,
  seenEveryMs: 60_000,
} as const;

export const KEY_USED_EVERY_MS = 60_000;
export const ANSWERS_KEPT_MS = 24 * 3_600_000;
