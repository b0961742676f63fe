/** What the routes work with. */
import type { Tester } from '../command/test-endpoint.ts';
import type { PasswordHasher } from '../runtime/password-hash.ts';
import type { Logger } from '../runtime/logger.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Store } from '../store/store.ts';

export interface ApiContext {
  store: Pick<Store, 'directory' | 'accounts' | 'health' | 'outbox' | 'feed'>;
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
}

/** A session ends after so long without a request, and after so long in any case. */
export const SESSION_TIMES = {
  idleMs: 8 * 3_600_000,
  longestMs: 7 * 86_400_000,
  seenEveryMs: 60_000,
} as const;

export const KEY_USED_EVERY_MS = 60_000;
export const ANSWERS_KEPT_MS = 24 * 3_600_000;
