/** Accounts: what they are, and which passwords they may have. Pure. */
import type { Role } from './access.ts';
import { COMMON_PASSWORDS } from './common-passwords.ts';

export interface Account {
  id: string;
  /** In small letters; one account each. */
  email: string;
  name: string;
  role: Role;
  /** Of administrators and viewers. */
  organisationId?: string;
  disabled: boolean;
  createdAtMs: number;
  lastLoginAtMs?: number;
}

export const PASSWORD_LENGTH = { least: 10, most: 256 } as const;

/** As it is kept and compared. */
export function normaliseEmail(email: string): string {
  return email.trim().toLowerCase();
}

/**
 * NIST SP 800-63B section 3.1.1.2: long enough, none that is known to be common, nothing that is written on the door;
 * no rules on which characters.
 * @param about what an attacker would try first: e-mail, names
 * @returns what is wrong and what is allowed, undefined if nothing is
 */
export function problemOfPassword(password: string, about: readonly string[]): string | undefined {
  const { length } = password;
  if (length < PASSWORD_LENGTH.least) return `must have at least ${PASSWORD_LENGTH.least} characters`;
  if (length > PASSWORD_LENGTH.most) return `must have at most ${PASSWORD_LENGTH.most} characters`;
  const small = password.toLowerCase();
  if (isCommon(small))
    return 'is one of the most common passwords; take another one, three or four words say';
  const told = about.flatMap((text) => [text, ...text.split('@')]).map((text) => text.toLowerCase());
  const guessed = told.find((text) => text.length >= 4 && withoutEnds(small) === withoutEnds(text));
  return guessed === undefined ? undefined : 'is your own name, address or organisation; take something else';
}

function isCommon(small: string): boolean {
  return COMMON_PASSWORDS.has(small) || /^(.{1,4})\1+.?$/.test(small);
}

/** `acme2026!` says no more than `acme`. */
function withoutEnds(text: string): string {
  return text.replace(/^[\W\d_]+|[\W\d_]+$/g, '').replace(/\s+/g, '');
}
