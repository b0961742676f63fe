/**
 * Logging in. Whoever has no account hears the same as whoever has a wrong password, after the same time. Tries are
 * counted by account and by address, in the store, so that all nodes count together.
 */
import { createHash } from 'node:crypto';
import type { Account } from '../../policy/account.ts';
import { problemOfPassword } from '../../policy/account.ts';
import type { AuditNote, By } from '../../policy/audit.ts';
import type { Rate } from '../../policy/rate.ts';
import { HashingBusy } from '../../runtime/password-hash.ts';
import { hashToken, newId, newToken } from '../../runtime/tokens.ts';
import { SESSION_TIMES, type ApiContext } from '../context.ts';
import { sessionCookie } from '../cookies.ts';
import { Refused, refuseFields } from '../problem.ts';
import type { Answer } from '../route.ts';

/** Of one account from one address, of one account at all, from one address at all. */
const TRIES: Readonly<Record<'both' | 'account' | 'address', Rate>> = {
  both: { burst: 10, everyMs: 60_000 },
  account: { burst: 50, everyMs: 30_000 },
  address: { burst: 50, everyMs: 10_000 },
};

export interface From {
  by: By;
  nowMs: number;
  address: string;
  /** The cookie that came with it: that session ends, so that nobody logs in with one that somebody else planted. */
  session: string | undefined;
}

export async function logIn(
  context: ApiContext,
  { email, password }: { email: string; password: string },
  from: From,
): Promise<Answer> {
  const { accounts } = context.store;
  const forgive = await countTries(context, email, from);
  const found = await accounts.byEmail(email);
  const isRight = await inTurn(() => context.passwords.verify(password, found?.passwordHash));
  if (!isRight || found === undefined || found.account.disabled) {
    throw loginRefused();
  }
  await forgive();
  return openSession(context, found.account, from, found.passwordHash);
}

/** @returns forgets them, after a success. @throws Refused `TOO_MANY_REQUESTS` */
export async function countTries(
  { store: { accounts } }: Pick<ApiContext, 'store'>,
  email: string,
  { address, nowMs }: Pick<From, 'address' | 'nowMs'>,
): Promise<() => Promise<void>> {
  // Whoever reads the database shall not read who tried.
  const who = createHash('sha256').update(email).digest('base64url');
  const both = `login of ${who} from ${address}`;
  const names = { both, account: `login of ${who}`, address: `login from ${address}` } as const;
  for (const kind of ['address', 'account', 'both'] as const) {
    const { allowed, retryAfterMs } = await accounts.tryOnce(names[kind], nowMs, TRIES[kind]);
    if (!allowed) throw tooMany(retryAfterMs);
  }
  return () => accounts.forgive(both);
}

/**
 * A new session instead of whichever there was.
 * @param passwordHash what it was verified with: a password may be changed while that takes its time
 * @throws Refused `LOGIN_REFUSED`
 */
export async function openSession(
  context: ApiContext,
  account: Account,
  from: From,
  passwordHash?: string,
): Promise<Answer> {
  const { by, nowMs, address } = from;
  const { accounts } = context.store;
  const before =
    from.session === undefined
      ? undefined
      : await accounts.useSession(hashToken(from.session), nowMs, SESSION_TIMES);
  const token = newToken('session');
  const session = {
    id: newId(),
    accountId: account.id,
    createdAtMs: nowMs,
    seenAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_TIMES.longestMs,
    address,
    client: by.client ?? '',
  };
  const actor = { kind: 'account', id: account.id, name: account.email } as const;
  const note: AuditNote = {
    atMs: nowMs,
    by: { ...by, actor },
    action: 'created',
    thing: 'session',
    id: session.id,
    ...(account.organisationId !== undefined && { organisationId: account.organisationId }),
  };
  const options = { instead: before?.session.id, passwordHash };
  if (!(await accounts.openSession(session, hashToken(token), note, options))) throw loginRefused();
  return {
    body: {
      kind: 'account',
      id: account.id,
      name: account.name,
      role: account.role,
      ...(account.organisationId !== undefined && { organisation: account.organisationId }),
      may_write: account.role !== 'viewer',
    },
    headers: { 'set-cookie': sessionCookie(token, context) },
  };
}

/** @throws Refused `REQUEST_INVALID`, `STORE_UNAVAILABLE` while too many are being hashed */
export async function hashNew(
  { passwords, store }: Pick<ApiContext, 'passwords' | 'store'>,
  password: string,
  who: { email: string; name: string; organisationId?: string | undefined },
  field: string,
): Promise<string> {
  const { email, name, organisationId } = who;
  const organisation =
    organisationId === undefined ? undefined : await store.directory.organisation(organisationId);
  const about = [
    email,
    name,
    'callhook',
    ...(organisation === undefined ? [] : [organisation.id, organisation.name]),
  ];
  const problem = problemOfPassword(password, about);
  if (problem !== undefined) throw refuseFields([{ in: 'body', pointer: `/${field}`, message: problem }]);
  return inTurn(() => passwords.hash(password));
}

export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HashingBusy) throw tooMany(1_000);
    throw error;
  }
}

function loginRefused(): Refused {
  return new Refused('LOGIN_REFUSED', 'E-mail address or password is not right, or the account is disabled.');
}

function tooMany(retryAfterMs: number): Refused {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  return new Refused('TOO_MANY_REQUESTS', `Too many tries. Come again in ${seconds} s.`, {
    headers: { 'retry-after': String(seconds) },
  });
}
