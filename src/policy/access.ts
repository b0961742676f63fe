/**
 * Who asks, and what they may do. One `Access` is made of each request (src/api/authentication.ts); each route says
 * what it needs, and `refusal` compares the two. Pure.
 */
export const ROLES = ['operator', 'administrator', 'viewer'] as const;
/** `operator`: of the whole installation. The other two belong to one organisation. */
export type Role = (typeof ROLES)[number];

export const KEY_SCOPES = ['read', 'write', 'ingest'] as const;
/** What an API key may do: look, look and change, or post events and nothing else. */
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Somebody who did something, as the audit names them. */
export interface Actor {
  kind: 'account' | 'key' | 'link' | 'system';
  /** Of the account or key; of the system: the user that ran the command. */
  id: string;
  /** For people: an e-mail address, a key's name. */
  name: string;
}

export interface Access {
  actor: Actor;
  role: Role;
  /** Undefined: all of them (operators, and keys without organisation). */
  organisationId?: string;
  /** False for viewers and for keys that only read. */
  mayWrite: boolean;
  /** The session that the request came in, where it was one. */
  sessionId?: string;
}

/**
 * What a route needs.
 * - `nobody`: anybody, logged in or not.
 * - `somebody`: any account or key.
 * - `operator`: the whole installation's.
 * - `organisation`: the organisation in the path is theirs; `administrator`: and they do not only look.
 * `person`: an account, no key, so that a key that got lost cannot make further keys or accounts.
 */
export interface Need {
  who: 'nobody' | 'somebody' | 'operator' | 'organisation' | 'administrator';
  person?: true;
}

/** `foreign`: answered as if it were not there. */
export type Refusal = 'login' | 'forbidden' | 'foreign';

/**
 * @param writes the route changes something
 * @returns undefined where it may go on
 */
export function refusal(
  access: Access | undefined,
  need: Need,
  { organisationId, writes }: { organisationId?: string | undefined; writes: boolean },
): Refusal | undefined {
  if (need.who === 'nobody') return undefined;
  if (access === undefined) return 'login';
  const isInOrganisation =
    organisationId !== undefined || need.who === 'organisation' || need.who === 'administrator';
  if (isInOrganisation && access.organisationId !== undefined && access.organisationId !== organisationId) {
    return 'foreign';
  }
  if (need.who === 'administrator' && access.role === 'viewer') return 'forbidden';
  if (need.who === 'operator' && access.role !== 'operator') return 'forbidden';
  if (need.person === true && access.actor.kind !== 'account') return 'forbidden';
  // What is one's own (sessions, password) a viewer changes too.
  return writes && !access.mayWrite && need.who !== 'somebody' ? 'forbidden' : undefined;
}
