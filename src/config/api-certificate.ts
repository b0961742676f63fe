/** The certificate that the API shows, with its key: what cannot be used is told, and never gets to the server. */
import { X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';
import type { ApiSettings } from './api-settings.ts';
import { certificatesIn, problemOfPem, readPrivateKey, refusalOfTls } from './certificates.ts';

export interface ApiCertificate {
  /** PEM: the server's certificate, then those between it and its authority. */
  cert: string;
  /** PEM. */
  key: string;
  validFromMs: number;
  validUntilMs: number;
}

type Files = Pick<ApiSettings, 'api_tls_certificate_file' | 'api_tls_key_file'>;
type Setting = keyof Files;

/** One that has expired is read too: who reads it says so. @throws CallhookError `CONFIG_INVALID` */
export async function readApiCertificate(files: Files): Promise<ApiCertificate> {
  const { cert, first } = await readServerCertificate(files);
  const text = await read(files, 'api_tls_key_file');
  const key = keyOf(files, text);
  if (!first.checkPrivateKey(key)) throw ofAnother(files, cert, key);
  const refusal = refusalOfTls(cert, text);
  if (refusal !== undefined) throw unusable(files, 'api_tls_certificate_file', refusal);
  return {
    cert,
    key: text,
    validFromMs: first.validFromDate.getTime(),
    validUntilMs: first.validToDate.getTime(),
  };
}

/** Without the key, which only the user that serves may read. @throws CallhookError `CONFIG_INVALID` */
export async function readServerCertificate(
  files: Pick<Files, 'api_tls_certificate_file'>,
): Promise<{ cert: string; first: X509Certificate }> {
  const cert = await read(files, 'api_tls_certificate_file');
  const problem = problemOfPem(cert);
  if (problem !== undefined) throw unusable(files, 'api_tls_certificate_file', problem);
  return { cert, first: new X509Certificate(certificatesIn(cert)[0]!) };
}

async function read(files: Partial<Files>, setting: Setting): Promise<string> {
  try {
    return await readFile(files[setting] ?? '', 'utf8');
  } catch (error) {
    const code = systemCodeOf(error) ?? 'unknown reason';
    const advice =
      code === 'EACCES' ? 'Let the user that runs Callhook read it' : 'Is the name right, and is it there';
    throw unusable(files, setting, `cannot be read (${code}). ${advice}`, code === 'EACCES' ? '.' : '?');
  }
}

function keyOf(files: Files, text: string): KeyObject {
  const key = readPrivateKey(text);
  switch (key) {
    case 'has a passphrase':
      throw unusable(files, 'api_tls_key_file', `${key}. \`openssl pkey -in KEY -out PLAIN\` takes it away`);
    case 'is none':
      throw unusable(
        files,
        'api_tls_key_file',
        'holds no private key. It has to be PEM, text with `-----BEGIN PRIVATE KEY-----`',
      );
    default:
      return key;
  }
}

/** The key may fit one further down: then the order is wrong. */
function ofAnother(files: Files, cert: string, key: KeyObject): CallhookError {
  const isInChain = certificatesIn(cert).some((one) => new X509Certificate(one).checkPrivateKey(key));
  return isInChain
    ? unusable(files, 'api_tls_certificate_file', 'has to begin with the certificate of `api_tls_key_file`')
    : unusable(files, 'api_tls_key_file', `is not the key of ${files.api_tls_certificate_file}`);
}

function unusable(files: Partial<Files>, setting: Setting, why: string, end = '.'): CallhookError {
  return new CallhookError('CONFIG_INVALID', `${setting}: ${files[setting]} ${why}${end}`);
}
