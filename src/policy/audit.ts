/**
 * The audit log: who changed what, when, from where, from what to what. Secrets are in it as fingerprints only. Pure;
 * the store writes the entries in the transaction of the change.
 */
import type { Actor } from './access.ts';
import type { DirectoryChange } from './directory-changes.ts';
import type { Directory, OrganisationEntry } from './directory.ts';
import {
  endpointWords,
  functionNumberWords,
  organisationWords,
  privacyWords,
  proofWords,
  sourceWords,
  userWords,
  type Words,
} from './directory-words.ts';
import type { EndpointWithSecret } from './organisation.ts';

/** Who did it, and from where. */
export interface By {
  actor: Actor;
  /** Of the network; absent for a command on the machine itself. */
  address?: string;
  /** The browser or client by its own word, or `callhook apply`. */
  client?: string;
  requestId?: string;
}

export const AUDITED_THINGS = [
  'source',
  'organisation',
  'user',
  'function_number',
  'endpoint',
  'account',
  'invitation',
  'api_key',
  'session',
  'key',
] as const;
export type AuditedThing = (typeof AUDITED_THINGS)[number];

export const AUDITED_ACTIONS = ['created', 'changed', 'removed', 'used', 'refused'] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];

/** What is to be written down; the store gives it its number. */
export interface AuditNote {
  atMs: number;
  by: By;
  action: AuditedAction;
  thing: AuditedThing;
  id: string;
  /** Undefined: a matter of the whole installation. */
  organisationId?: string;
  before?: Words;
  after?: Words;
}

export interface AuditEntry extends AuditNote {
  /** Grows with time. */
  number: number;
}

export interface AuditContext {
  atMs: number;
  by: By;
  /** Tells two secrets apart without telling what they are. */
  fingerprint(secret: string): string;
}

/** @param before the directory before the changes, as much of it as they concern */
export function auditOf(
  changes: readonly DirectoryChange[],
  before: Directory,
  context: AuditContext,
): AuditNote[] {
  const { atMs, by } = context;
  // A user who is put twice on the way is one change: the last.
  const named = changes.map((change) => ({ change, name: nameOf(change) }));
  const last = new Map(
    named.map(({ change, name }) => [JSON.stringify(Object.values(name)), { change, name }]),
  );
  const look = lookInto(before, context);
  return [...last.values()].map(({ change, name }) => {
    const [was, is] = [look.was(change), look.is(change)];
    const action = is === undefined ? 'removed' : was === undefined ? 'created' : 'changed';
    return {
      atMs,
      by,
      action,
      ...name,
      ...(was !== undefined && { before: was }),
      ...(is !== undefined && { after: is }),
    };
  });
}

type Name = Pick<AuditNote, 'thing' | 'id' | 'organisationId'>;

function nameOf(change: DirectoryChange): Name {
  switch (change.do) {
    case 'put-source':
      return { thing: 'source', id: change.source.id };
    case 'remove-source':
      return { thing: 'source', id: change.id };
    case 'put-organisation':
      return { thing: 'organisation', id: change.organisation.id, organisationId: change.organisation.id };
    case 'remove-organisation':
      return { thing: 'organisation', id: change.organisationId, organisationId: change.organisationId };
    case 'put-user':
      return { thing: 'user', id: change.user.userId, organisationId: change.organisationId };
    case 'remove-user':
      return { thing: 'user', id: change.userId, organisationId: change.organisationId };
    case 'put-function-number': {
      const { organisationId, functionNumber } = change;
      return { thing: 'function_number', id: functionNumber.number, organisationId };
    }
    case 'remove-function-number':
      return { thing: 'function_number', id: change.number, organisationId: change.organisationId };
    case 'put-endpoint':
      return { thing: 'endpoint', id: change.endpoint.id, organisationId: change.organisationId };
    case 'remove-endpoint':
      return { thing: 'endpoint', id: change.endpointId, organisationId: change.organisationId };
  }
}

function lookInto(before: Directory, { fingerprint }: AuditContext) {
  const sealed = (words: Words, secret: string): Words => ({ ...words, secret: fingerprint(secret) });
  const endpoint = (one: EndpointWithSecret): Words => {
    const { authentication, headers = {}, privateKey } = one.credentials ?? {};
    const print = (secret: string | undefined) =>
      secret === undefined ? {} : { secret: fingerprint(secret) };
    const { authentication: kind, tls, ...rest } = proofWords(one);
    return {
      ...sealed(endpointWords(one), one.secret),
      ...rest,
      ...(kind !== undefined && { authentication: { ...kind, ...print(authentication) } }),
      ...(one.headers !== undefined && {
        headers: Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, fingerprint(value)]),
        ),
      }),
      ...(tls !== undefined && { tls: { ...tls, ...print(privateKey) } }),
    };
  };
  const organisations = new Map(before.organisations.map((entry) => [entry.id, entry]));
  const sources = new Map(before.sources.map((source) => [source.id, source]));
  const users = new Map<string, Map<string, OrganisationEntry['users'][number]>>();
  const userIn = (organisationId: string, userId: string) => {
    let byId = users.get(organisationId);
    if (byId === undefined) {
      byId = new Map(organisations.get(organisationId)?.users.map((user) => [user.userId, user]));
      users.set(organisationId, byId);
    }
    return byId.get(userId);
  };
  const inOrganisation = ({ thing, id, organisationId = '' }: Name): Words | undefined => {
    const entry = organisations.get(organisationId);
    switch (thing) {
      case 'source': {
        const source = sources.get(id);
        return source && sealed(sourceWords(source), source.secret);
      }
      case 'organisation':
        return entry && { ...organisationWords(entry), privacy: privacyWords(entry.privacy) };
      case 'user': {
        const user = userIn(organisationId, id);
        return user && userWords(user);
      }
      case 'function_number': {
        const found = entry?.functionNumbers.find(({ number }) => number === id);
        return found && functionNumberWords(found);
      }
      case 'endpoint': {
        const found = entry?.endpoints.find((one) => one.id === id);
        return found && endpoint(found);
      }
      default:
        return undefined;
    }
  };
  return {
    was: (change: DirectoryChange) => inOrganisation(nameOf(change)),
    is(change: DirectoryChange): Words | undefined {
      switch (change.do) {
        case 'put-source':
          return sealed(sourceWords(change.source), change.source.secret);
        case 'put-organisation': {
          const { organisation } = change;
          return { ...organisationWords(organisation), privacy: privacyWords(organisation.privacy) };
        }
        case 'put-user':
          return userWords(change.user);
        case 'put-function-number':
          return functionNumberWords(change.functionNumber);
        case 'put-endpoint':
          return endpoint(change.endpoint);
        default:
          return undefined;
      }
    },
  };
}
