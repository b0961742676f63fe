/** Certificates for tests: an authority of its own, and what it has signed. */
import { generate } from 'selfsigned';

export interface Pair {
  key: string;
  cert: string;
}

export async function makeAuthority(name = 'An authority of the tests'): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** For a server on this machine. */
export function signServer(authority: Pair): Promise<Pair> {
  return signed(authority, 'localhost', { serverAuth: true });
}

export function signClient(authority: Pair, until = new Date('2100-01-01')): Promise<Pair> {
  return signed(authority, 'callhook', { clientAuth: true }, until);
}

async function signed(
  ca: Pair,
  name: string,
  usage: { serverAuth?: boolean; clientAuth?: boolean },
  notAfterDate = new Date('2100-01-01'),
): Promise<Pair> {
  const made = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca,
    notBeforeDate: new Date('2020-01-01'),
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'extKeyUsage', ...usage },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}
