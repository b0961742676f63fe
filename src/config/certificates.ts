/** Reads files of certificates (PEM) and makes sure that there is something in them to trust. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
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
