/** A certificate for the listener on this machine, made once and kept, so that it has to be trusted only once. */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';

export interface Certificate {
  /** PEM. */
  key: string;
  cert: string;
  /** The certificate's file, for `trusted_certificate_files`. */
  certPath: string;
}

const DAYS = 365;
/** Renewed when less than this is left. */
const RENEW_BEFORE_MS = 7 * 86_400_000;

/** @param folder where it is kept; made if it is not there */
export async function obtainCertificate(folder: string, nowMs = Date.now()): Promise<Certificate> {
  const keyPath = join(folder, 'listen-key.pem');
  const certPath = join(folder, 'listen-certificate.pem');
  const kept = readKept(keyPath, certPath, nowMs);
  if (kept !== undefined) return { ...kept, certPath };
  const made = await generate([{ name: 'commonName', value: 'callhook listen' }], {
    keyType: 'ec',
    notAfterDate: new Date(nowMs + DAYS * 86_400_000),
    extensions: [
      // It is its own authority, so that trusting it means trusting it alone.
      { name: 'basicConstraints', cA: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(keyPath, made.private, { mode: 0o600 });
  writeFileSync(certPath, made.cert);
  return { key: made.private, cert: made.cert, certPath };
}

function readKept(
  keyPath: string,
  certPath: string,
  nowMs: number,
): { key: string; cert: string } | undefined {
  try {
    const [key, cert] = [readFileSync(keyPath, 'utf8'), readFileSync(certPath, 'utf8')];
    return new X509Certificate(cert).validToDate.getTime() - nowMs > RENEW_BEFORE_MS
      ? { key, cert }
      : undefined;
  } catch {
    return undefined;
  }
}
