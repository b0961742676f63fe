/** What went wrong between us and PostgreSQL: is it away, do we stand in each other's way, or is it our own mistake? */
import { DatabaseError } from 'pg';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';

/** What to do, by the system's code or PostgreSQL's SQLSTATE (appendix A of its manual). */
const ADVICE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there. Is PostgreSQL running, is the port right?',
  ENOTFOUND: 'there is no such host. Is its name spelled right?',
  ENOENT: 'a file that the connection string names is not there: a certificate, or the socket.',
  ERR_INVALID_URL: 'its connection string cannot be read. Is the port right?',
  EAI_AGAIN: 'its name cannot be resolved at the moment. Is the name server reachable?',
  EHOSTUNREACH: 'there is no way to that host. Are network and firewall open?',
  ENETUNREACH: 'there is no way to that host. Are network and firewall open?',
  ETIMEDOUT: 'it does not answer. Are network and firewall open?',
  '28000': 'it refuses this login. Does pg_hba.conf let this user in from here?',
  '28P01': 'it refuses this user or password.',
  '3D000': 'there is no such database. Make it with `createdb`.',
  '42501': 'this user may not do that. Make it the owner of the database.',
  '3F000': 'there is no schema to make tables in. Does this user’s search_path name one?',
  '25006':
    'it is a standby, which takes no changes. Name the primary, or all hosts with commas between them.',
  '53100': 'its disk is full.',
  '53300': 'it takes no more connections. Lower database_connections, or raise its max_connections.',
  '57014': 'it took too long for one step. Is it overloaded?',
  '57P01': 'it is shutting down.',
  '57P02': 'it has crashed and is coming back.',
  '57P03': 'it is starting up.',
};

/** SQLSTATEs after which the same statements can just be made again: a deadlock, two writers at once. */
const CONFLICTS = new Set(['40P01', '40001']);

/** A server that takes no changes, where a primary was expected. */
export class IsStandby extends Error {
  readonly code = '25006';

  constructor() {
    super('the server is a standby');
  }
}

export function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && CONFLICTS.has(error.code ?? '');
}

/** Whether the connection that it came over must not be used again: it is lost, or leads to the wrong server. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof DatabaseError)) return true;
  const code = error.code ?? '';
  // Connection exceptions, operator intervention, resources, authorisation, no such database, read only.
  return /^(08|57P|53|28|3D)/.test(code) || code === '57014' || code === '25006';
}

/** @returns for a person if the database is away, else the error as it is */
export function told(error: unknown, places: string): unknown {
  if (error instanceof CallhookError) return error;
  return isAway(error) || codeOf(error) in ADVICE ? unavailable(places, error) : error;
}

/** @param places where it was looked for, without user and password */
export function unavailable(places: string, cause: unknown): CallhookError {
  const advice = ADVICE[codeOf(cause)] ?? reasonOf(cause);
  return new CallhookError('DATABASE_UNAVAILABLE', `The database on ${places} cannot be used: ${advice}`, {
    cause,
  });
}

function codeOf(error: unknown): string {
  return systemCodeOf(error) ?? '';
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  if (/timeout|timed out/i.test(text)) return 'it does not answer in time. Is it overloaded or cut off?';
  if (/terminated|not queryable|closed|ECONNRESET|EPIPE/i.test(text)) return 'the connection was lost.';
  if (/does not support SSL/.test(text))
    return 'it does not speak TLS. Leave sslmode out, or set up TLS there.';
  if (/certificate|altname|self.signed/i.test(text)) {
    return 'its certificate is not trusted. Name its authority by sslrootcert, or use sslmode=require.';
  }
  const code = codeOf(error);
  return code === '' ? 'it gives no reason that is known here.' : `it says ${code}.`;
}
