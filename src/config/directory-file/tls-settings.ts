/**
 * Certificates of one endpoint: are they what they should be, and do they go together? What would only fail at the first
 * call is told when the file is applied.
 */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { certificatesIn, problemOfPem, readPrivateKey, refusalOfTls } from '../certificates.ts';
import { strict } from './shapes.ts';

interface TlsTexts {
  ca?: string | undefined;
  certificate?: string | undefined;
  key?: string | undefined;
}

const pem = z.string().max(65_536, 'is longer than 65,536 characters').optional();

/** @param nowMs a client certificate must not have expired by then */
export function tlsShape(nowMs: () => number) {
  return strict({ ca: pem, certificate: pem, key: pem }).superRefine((texts, context) => {
    for (const [field, message] of problemsOf(texts, nowMs())) {
      context.addIssue({ code: 'custom', message, path: [field] });
    }
  });
}

type Told = readonly [field: keyof TlsTexts, text: string];

function problemsOf({ ca, certificate, key }: TlsTexts, nowMs: number): Told[] {
  const told: Told[] = [];
  if (ca !== undefined) {
    const problem = problemOfPem(ca);
    if (problem !== undefined) told.push(['ca', problem]);
  }
  if (certificate !== undefined && key === undefined) {
    told.push(['certificate', 'needs its private key: give `key` too']);
  }
  if (certificate === undefined && key !== undefined) told.push(['key', 'needs its `certificate`']);
  if (certificate !== undefined && key !== undefined) told.push(...problemsOfPair(certificate, key, nowMs));
  return told;
}

function problemsOfPair(certificate: string, keyText: string, nowMs: number): Told[] {
  const problem = problemOfPem(certificate);
  const key = readKey(keyText);
  const told: Told[] = [];
  if (problem !== undefined) told.push(['certificate', problem]);
  if (typeof key === 'string') told.push(['key', key]);
  if (problem !== undefined || typeof key === 'string') return told;

  const first = new X509Certificate(certificatesIn(certificate)[0] ?? '');
  if (first.validToDate.getTime() <= nowMs) {
    told.push(['certificate', `expired on ${first.validToDate.toISOString().slice(0, 10)}; have it renewed`]);
  }
  if (!first.checkPrivateKey(key)) {
    return [
      ...told,
      ['key', 'is not the key of `certificate` (where that has a chain, of the first one in it)'],
    ];
  }
  const refusal = refusalOfTls(certificate, keyText);
  return refusal === undefined ? told : [...told, ['certificate', refusal]];
}

/** @returns the key, or what is wrong with its text */
function readKey(text: string): KeyObject | string {
  const key = readPrivateKey(text);
  switch (key) {
    case 'has a passphrase':
      return `${key}; \`openssl pkey -in KEY -out PLAIN\` takes it away, and it is sealed in the database`;
    case 'is none':
      return 'is no private key. It has to be PEM, text with `-----BEGIN PRIVATE KEY-----`';
    default:
      return key;
  }
}
