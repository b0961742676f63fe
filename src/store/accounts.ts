/**
 * The store's room for those who come in: accounts, sessions, API keys, one-time links; how often they tried; what they
 * were answered; and the audit log. Part of the store's contract (store.ts).
 *
 * Tokens are never stored, only their hashes. Every call that changes something takes what the audit shall say of it and
 * writes that in the same transaction: both are kept, or neither. The audit can be added to and read, never changed.
 */
import type { KeyScope, Role } from '../policy/access.ts';
import type { Account } from '../policy/account.ts';
import type { AuditEntry, AuditNote } from '../policy/audit.ts';
import type { Permit, Rate } from '../policy/rate.ts';

/** A list in parts: what comes after a place in its order. */
export interface Page<Place = string> {
  after?: Place;
  /** At most so many. */
  limit: number;
}

export interface NewAccount {
  id: string;
  email: string;
  name: string;
  role: Role;
  organisationId?: string;
  passwordHash: string;
  createdAtMs: number;
}

export interface Session {
  id: string;
  accountId: string;
  createdAtMs: number;
  seenAtMs: number;
  /** However much it is used. */
  expiresAtMs: number;
  address: string;
  client: string;
}

export interface ApiKey {
  id: string;
  /** Undefined: the operator's own, for the whole installation. */
  organisationId?: string;
  name: string;
  scope: KeyScope;
  /** How the key begins, to know it by. */
  prefix: string;
  createdAtMs: number;
  expiresAtMs?: number;
  lastUsedAtMs?: number;
}

/** A link that can be used once: the first operator's, an invitation, a forgotten password. */
export interface Link {
  id: string;
  purpose: 'set-up' | 'invitation' | 'reset';
  /** Of an invitation: who is invited, as what. */
  email?: string;
  role?: Role;
  organisationId?: string;
  /** Of a reset. */
  accountId?: string;
  createdAtMs: number;
  expiresAtMs: number;
}

export interface SessionTimes {
  /** A session that was not seen for so long has ended. */
  idleMs: number;
  /** Its last sight is written at most so often. */
  seenEveryMs: number;
}

/** What is remembered of a request with an `Idempotency-Key`. */
export type Remembered =
  /** It is the first: answer it, then `remember` or `forgetRequest`. */
  | { state: 'new' }
  /** Its twin is being answered at this moment. */
  | { state: 'under-way' }
  /** The key was used for another request. */
  | { state: 'other' }
  | { state: 'answered'; status: number; answer: string };

export interface AuditFilter {
  /** Undefined: the operator's view, all of them. */
  organisationId?: string;
  thing?: string;
  id?: string;
  actorId?: string;
  fromMs?: number;
  untilMs?: number;
}

export interface AccountStore {
  /** Operator's: is there any? */
  isEmpty(): Promise<boolean>;
  /** @param organisationId undefined: operator's, all of them */
  accounts(organisationId: string | undefined, page: Page): Promise<readonly Account[]>;
  /** @param organisationId undefined: operator's */
  account(organisationId: string | undefined, id: string): Promise<Account | undefined>;
  /** For logging in, which is before anybody knows who it is. */
  byEmail(email: string): Promise<{ account: Account; passwordHash: string } | undefined>;
  /** For changing one's own password. */
  passwordHashOf(accountId: string): Promise<string | undefined>;
  /** @returns false where the e-mail address has an account already */
  create(account: NewAccount, note: AuditNote): Promise<boolean>;
  /**
   * Makes an account from a link, which is used up by that. @param onlyFirst and only if there is no account yet
   * @returns false where the link is not good any more, or the e-mail address has an account
   */
  createByLink(
    tokenHash: string,
    account: NewAccount,
    note: AuditNote,
    options: { onlyFirst: boolean },
  ): Promise<boolean>;
  /** Name, role, disabled. The sessions of an account that is disabled, or gets another role, end. @returns false if there is none */
  change(
    organisationId: string | undefined,
    id: string,
    to: Pick<Account, 'name' | 'role' | 'disabled'>,
    note: AuditNote,
  ): Promise<boolean>;
  /** @returns false if there is none */
  remove(organisationId: string | undefined, id: string, note: AuditNote): Promise<boolean>;
  /** Ends all of its sessions, and links to reset it. @returns false if there is none */
  setPassword(id: string, passwordHash: string, note: AuditNote): Promise<boolean>;
  /** The same by a link, which is used up by that. @returns false where it is not good any more */
  setPasswordByLink(
    tokenHash: string,
    accountId: string,
    passwordHash: string,
    note: AuditNote,
  ): Promise<boolean>;

  /**
   * A new session, and the end of `instead`.
   * @param options.passwordHash what was verified; undefined: nothing was
   * @returns false where the account is gone, disabled, or has another password by now: nothing is opened
   */
  openSession(
    session: Session,
    tokenHash: string,
    note: AuditNote,
    options?: { instead?: string | undefined; passwordHash?: string | undefined },
  ): Promise<boolean>;
  /** The session of a token and its account, if neither has ended; it counts as seen. */
  useSession(
    tokenHash: string,
    nowMs: number,
    times: SessionTimes,
  ): Promise<{ session: Session; account: Account } | undefined>;
  sessions(accountId: string, nowMs: number, times: SessionTimes): Promise<readonly Session[]>;
  /** @param id undefined: all of the account's. @returns how many ended */
  endSessions(accountId: string, id: string | undefined, note: AuditNote): Promise<number>;

  /** @param organisationId undefined: operator's, all of them */
  apiKeys(organisationId: string | undefined, page: Page): Promise<readonly ApiKey[]>;
  apiKey(organisationId: string | undefined, id: string): Promise<ApiKey | undefined>;
  createApiKey(key: ApiKey, tokenHash: string, note: AuditNote): Promise<void>;
  /** @returns false if there is none */
  removeApiKey(organisationId: string | undefined, id: string, note: AuditNote): Promise<boolean>;
  /** The key of a token, if it has not expired. Its last use is written at most once in `usedEveryMs`. */
  useApiKey(tokenHash: string, nowMs: number, usedEveryMs: number): Promise<ApiKey | undefined>;

  /** A new link. One for the set-up or a reset takes the place of those before it. */
  createLink(link: Link, tokenHash: string, note?: AuditNote): Promise<void>;
  link(tokenHash: string, nowMs: number): Promise<Link | undefined>;
  /** @param organisationId undefined: operator's, all of them */
  invitations(organisationId: string | undefined, nowMs: number, page: Page): Promise<readonly Link[]>;
  /** @returns false if there is none */
  removeInvitation(organisationId: string | undefined, id: string, note: AuditNote): Promise<boolean>;

  /** One more try of something that may be done so often, on all nodes together. */
  tryOnce(name: string, nowMs: number, rate: Rate): Promise<Permit>;
  /** Forgets how often it was tried. */
  forgive(name: string): Promise<void>;

  /**
   * Asks for the answer to a request that may have been made before, and takes its place if it was not.
   * @param requestHash of what makes it the same request
   * @param abandonedBeforeMs one that was begun before then and never answered is given up
   */
  recall(
    actorId: string,
    key: string,
    requestHash: string,
    nowMs: number,
    abandonedBeforeMs: number,
  ): Promise<Remembered>;
  remember(actorId: string, key: string, status: number, answer: string): Promise<void>;
  forgetRequest(actorId: string, key: string): Promise<void>;

  /** Writes down what was done elsewhere. */
  note(note: AuditNote): Promise<void>;
  /** Newest first. `after`: numbers below it. */
  audit(filter: AuditFilter, page: Page<number>): Promise<readonly AuditEntry[]>;

  /** Upkeep: deletes the oldest entries, of those from before `beforeMs`, at most `limit`. @returns how many */
  forgetAudit(beforeMs: number, limit: number): Promise<number>;
  /** Upkeep: deletes sessions, links, keys, tries and answers that are over. @returns how many */
  forgetExpired(nowMs: number, times: { idleMs: number; answersMs: number }): Promise<number>;
}
