/** Links that work once: how they are made, passed on and found again. */
import type { AuditNote } from '../policy/audit.ts';
import { hashToken, newId, newToken } from '../runtime/tokens.ts';
import type { Link } from '../store/accounts.ts';
import type { ApiContext } from './context.ts';
import { LINK_PATHS } from './link-page.ts';
import { Refused } from './problem.ts';
import { timeText } from './shapes.ts';

const HOUR_MS = 3_600_000;

const TERM_MS: Readonly<Record<Link['purpose'], number>> = {
  'set-up': 24 * HOUR_MS,
  invitation: 7 * 24 * HOUR_MS,
  reset: 2 * HOUR_MS,
};

const MAILS: Readonly<Record<'invitation' | 'reset', { subject: string; before: string }>> = {
  invitation: {
    subject: 'Your invitation to Callhook',
    before: 'You are invited to Callhook. Choose a password here:',
  },
  reset: { subject: 'Your new password for Callhook', before: 'Choose a new password for Callhook here:' },
};

type Purpose = Pick<Link, 'purpose' | 'email' | 'role' | 'organisationId' | 'accountId'>;

export interface MadeLink {
  link: string;
  expires: string;
  mailed: boolean;
}

/** @param to who gets it by mail, where a mail server is configured; undefined: nobody */
export async function makeLink(
  context: Pick<ApiContext, 'store' | 'clock' | 'publicUrl' | 'mail' | 'log'>,
  purpose: Purpose,
  to: string | undefined,
  note?: AuditNote,
  id = newId(),
): Promise<MadeLink> {
  const { store, clock, publicUrl } = context;
  const token = newToken('link');
  const createdAtMs = clock.nowMs();
  const expiresAtMs = createdAtMs + TERM_MS[purpose.purpose];
  await store.accounts.createLink({ ...purpose, id, createdAtMs, expiresAtMs }, hashToken(token), note);
  const link = `${publicUrl}${LINK_PATHS[purpose.purpose]}#${token}`;
  const expires = timeText(expiresAtMs);
  return { link, expires, mailed: await mailed(context, purpose.purpose, to, link, expires) };
}

async function mailed(
  { mail, log }: Pick<ApiContext, 'mail' | 'log'>,
  purpose: Link['purpose'],
  to: string | undefined,
  link: string,
  expires: string,
): Promise<boolean> {
  if (mail === undefined || to === undefined || purpose === 'set-up') return false;
  const { subject, before } = MAILS[purpose];
  const until = `${expires.slice(0, 16).replace('T', ' ')} UTC`;
  const text = `${before}\n\n${link}\n\nThe link works once, until ${until}. If you expected no such mail, ignore it.\n`;
  try {
    await mail(to, subject, text);
    return true;
  } catch (error) {
    log.warn(
      { problem: error instanceof Error ? error.message : 'unknown' },
      'a mail with a link was not taken',
    );
    return false;
  }
}

/** @throws Refused `LINK_USED` */
export async function goodLink(
  { store, clock }: Pick<ApiContext, 'store' | 'clock'>,
  token: string,
  purpose: Link['purpose'],
): Promise<Link> {
  const link = await store.accounts.link(hashToken(token), clock.nowMs());
  if (link === undefined || link.purpose !== purpose) throw linkUsed();
  return link;
}

export function linkUsed(): Refused {
  return new Refused(
    'LINK_USED',
    'It was used, has expired, or another one took its place. Ask for a new one.',
  );
}

/** While there is no account: how the first one is made. The link before it is not good any more. */
export async function setUpLink(context: ApiContext): Promise<MadeLink | undefined> {
  if (!(await context.store.accounts.isEmpty())) return undefined;
  return makeLink(context, { purpose: 'set-up' }, undefined);
}
