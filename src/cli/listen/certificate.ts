/** A certificate for the listener on this machine, made once and kept, so that it has to be trusted only once. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { CallhookError, systemCodeOf } from '../../runtime/errors.ts';

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

/**
 * @param folder where it is kept; made if it is not there
 * @throws CallhookError `LISTEN_FAILED`
 */
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
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(keyPath, made.private, { mode: 0o600 });
    writeFileSync(certPath, made.cert);
  } catch (cause) {
    throw new CallhookError(
      'LISTEN_FAILED',
      `The listener’s certificate cannot be kept in ${folder} (${systemCodeOf(cause) ?? 'unknown'}). Name a folder where this user may write with --certificate-folder.`,
      { cause },
    );
  }
  return { key: made.private, cert: made.cert, certPath };
}

/** @returns undefined if there is none yet, or not for much longer */
function readKept(
  keyPath: string,
  certPath: string,
  nowMs: number,
): { key: string; cert: string } | undefined {
  const key = readIfThere(keyPath);
  const cert = readIfThere(certPath);
  if (key === undefined || cert === undefined) return undefined;
  const certificate = parsed(certPath, 'certificate', () => new X509Certificate(cert));
  const privateKey = parsed(keyPath, 'key', () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey)) {
    throw damaged(`${keyPath} and ${certPath} do not belong together`, 'Delete both');
  }
  return certificate.validToDate.getTime() - nowMs > RENEW_BEFORE_MS ? { key, cert } : undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = systemCodeOf(cause) ?? 'unknown';
    // ENOTDIR is told when the folder is made.
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw damaged(`${path} cannot be read (${code})`, 'Delete it', cause);
  }
}

function parsed<T>(path: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw damaged(`${path} is damaged: it holds no ${what}`, 'Delete it', cause);
  }
}

function damaged(what: string, then: string, cause?: unknown): CallhookError {
  return new CallhookError('LISTEN_FAILED', `${what}. ${then}: the listener makes its certificate anew.`, {
    cause,
  });
}
