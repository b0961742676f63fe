/**
 * Where the database is, read from its connection string. Several hosts may stand in it, as libpq allows
 * (`postgres://user@a:5432,b:5433/callhook`): one place for each, to be tried in turn. Pure.
 */
import { CallhookError } from '../../runtime/errors.ts';

/** One server, as `pg` takes it. */
export interface Place {
  connectionString: string;
  /** `a:5432`, without user and password. */
  host: string;
  database: string;
}

/** `postgres://user:password@`, hosts, the rest. An `@` further on would be one of the password: no part of it is shown. */
const SHAPE = /^(postgres(?:ql)?:\/\/(?:[^@/?#]*@)?)([^@/?#]*)([^@]*)$/;
/** A name, an address or nothing; a port. */
const HOST = /^(\[[\da-f:.]+\]|[^\s:[\]]*)(:\d{1,5})?$/i;

/** @throws CallhookError `DATABASE_UNAVAILABLE` if it cannot be read */
export function placesOf(connectionString: string): readonly [Place, ...Place[]] {
  const [, login = '', hosts = '', rest = ''] = SHAPE.exec(connectionString) ?? [];
  if (login === '' || !hosts.split(',').every((host) => HOST.test(host))) {
    throw new CallhookError(
      'DATABASE_UNAVAILABLE',
      'The connection string of the database cannot be read. Write it as postgres://user:password@host:5432/database; in the password write @ as %40, / as %2F, # as %23 and ? as %3F.',
    );
  }
  const [database = ''] = rest.split(/[?#]/);
  const [first = '', ...others] = hosts.split(',');
  const placeAt = (host: string): Place => ({
    connectionString: login + host + withTlsModes(rest),
    host: host === '' ? 'localhost' : host,
    database: database.replace(/^\//, ''),
  });
  return [placeAt(first), ...others.map(placeAt)];
}

/**
 * `sslmode` means what PostgreSQL's own documentation says: `require` encrypts, `verify-full` also checks the
 * certificate. `pg` alone would read every mode as `verify-full`, with a warning that it will change its mind.
 */
function withTlsModes(rest: string): string {
  if (!/[?&]sslmode=/.test(rest) || /[?&]uselibpqcompat=/.test(rest)) return rest;
  return rest.replace('?', '?uselibpqcompat=true&');
}
