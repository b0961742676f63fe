/**
 * Digest authentication of a client: RFC 7616, and RFC 8760 for SIP. Pure. MD5 and SHA-2, with qop `auth` or with none as
 * RFC 2069 had it (RFC 3261 section 22.4 still allows that).
 */
import { createHash } from 'node:crypto';
import { unquoted } from './fields.ts';
import { splitAt } from './message.ts';

export interface Challenge {
  realm: string;
  nonce: string;
  /** As the server wrote it. */
  algorithm: string | undefined;
  qop: 'auth' | undefined;
  opaque: string | undefined;
  /** The login was right, only the nonce is too old. */
  isStale: boolean;
}

export interface Login {
  username: string;
  secret: string;
}

/** OpenSSL's names. */
const HASHES: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

/**
 * The topmost challenge that can be answered: servers put what they prefer first (RFC 8760 section 2.4).
 * @param fields each `WWW-Authenticate` or `Proxy-Authenticate`
 */
export function chooseChallenge(fields: readonly string[]): Challenge | undefined {
  for (const field of fields) {
    const challenge = readChallenge(field);
    if (challenge !== undefined) return challenge;
  }
  return undefined;
}

/** @returns undefined for what cannot be answered */
function readChallenge(field: string): Challenge | undefined {
  const written = /^Digest\s+(.+)$/is.exec(field)?.[1];
  if (written === undefined) return undefined;
  const values = new Map<string, string>();
  for (const part of splitAt(written, ',')) {
    const [, name = '', value = ''] = /^([\w-]+)\s*=\s*(.*)$/s.exec(part) ?? [];
    if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), unquoted(value));
  }
  const [realm, nonce, algorithm] = [values.get('realm'), values.get('nonce'), values.get('algorithm')];
  const offered = values
    .get('qop')
    ?.split(',')
    .map((one) => one.trim().toLowerCase());
  const isAnswerable = hashOf(algorithm) !== undefined && offered?.includes('auth') !== false;
  if (realm === undefined || nonce === undefined || !isAnswerable) return undefined;
  return {
    realm,
    nonce,
    algorithm,
    qop: offered === undefined ? undefined : 'auth',
    opaque: values.get('opaque'),
    isStale: values.get('stale')?.toLowerCase() === 'true',
  };
}

export interface Use {
  method: string;
  uri: string;
  /** How often this nonce has been used, this time included. */
  count: number;
  cnonce: string;
}

/** The value of `Authorization` or `Proxy-Authorization`. */
export function authorise(
  { realm, nonce, algorithm, qop, opaque }: Challenge,
  { username, secret }: Login,
  { method, uri, count, cnonce }: Use,
): string {
  const hash = (...parts: string[]) =>
    createHash(hashOf(algorithm) ?? 'md5')
      .update(parts.join(':'))
      .digest('hex');
  const nc = count.toString(16).padStart(8, '0');
  const isOfSession = /-sess$/i.test(algorithm ?? '');
  const plain = hash(username, realm, secret);
  const first = isOfSession ? hash(plain, nonce, cnonce) : plain;
  const second = hash(method, uri);
  const response =
    qop === undefined ? hash(first, nonce, second) : hash(first, nonce, nc, cnonce, qop, second);
  const fields = [
    `username=${quoted(username)}`,
    `realm=${quoted(realm)}`,
    `nonce=${quoted(nonce)}`,
    `uri=${quoted(uri)}`,
    `response="${response}"`,
    ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
    ...(qop === undefined && !isOfSession ? [] : [`cnonce="${cnonce}"`]),
    ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
    ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
  ];
  return `Digest ${fields.join(', ')}`;
}

function hashOf(algorithm: string | undefined): string | undefined {
  return HASHES[(algorithm ?? 'MD5').toUpperCase().replace(/-SESS$/, '')];
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
