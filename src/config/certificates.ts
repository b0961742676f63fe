/** Certificates and keys in PEM: files of those to trust are read, and what is wrong with any of them is found. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * @param files of `trusted_certificate_files`
 * @returns the text of each
 * @throws CallhookError `CONFIG_INVALID`, one line per file that is not there, holds none or a damaged one
 */
export function readCertificates(files: readonly string[]): string[] {
  const problems: string[] = [];
  const texts = files.map((file) => {
    const { text = '', problem } = readOne(file);
    if (problem !== undefined) problems.push(`trusted_certificate_files: ${file} ${problem}.`);
    return text;
  });
  if (problems.length > 0) throw new CallhookError('CONFIG_INVALID', problems.join('\n'));
  return texts;
}

function readOne(file: string): { text?: string; problem?: string } {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return { problem: `cannot be read (${systemCodeOf(error) ?? 'unknown reason'})` };
  }
  const problem = problemOfPem(text);
  return problem === undefined ? { text } : { problem };
}

/** @returns what is wrong with a text that should hold certificates, undefined if nothing is */
export function problemOfPem(text: string): string | undefined {
  const certificates = certificatesIn(text);
  if (certificates.length === 0) {
    return 'holds no certificate. It has to be PEM, text with `-----BEGIN CERTIFICATE-----`; `openssl x509 -inform der` makes that of DER';
  }
  const damaged = certificates.findIndex((certificate) => !isCertificate(certificate));
  return damaged < 0 ? undefined : `is damaged: certificate ${damaged + 1} in it is none`;
}

export function certificatesIn(text: string): readonly string[] {
  return text.match(CERTIFICATE) ?? [];
}

function isCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).raw.length > 0;
  } catch {
    return false;
  }
}

export function readPrivateKey(text: string): KeyObject | 'has a passphrase' | 'is none' {
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text)) return 'has a passphrase';
  try {
    return createPrivateKey(text);
  } catch {
    return 'is none';
  }
}

/** What TLS itself does not take: keys that are too short, digests of the past. @returns undefined if it takes it */
export function refusalOfTls(cert: string, key: string): string | undefined {
  try {
    createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
    return undefined;
  } catch (error) {
    return `cannot be used for TLS (${systemCodeOf(error) ?? 'unknown reason'})`;
  }
}
