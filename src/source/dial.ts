/** How a source begins a connection over TCP or TLS: the certificate is compared with the host that was configured. */
import { readFileSync } from 'node:fs';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { CallhookError, systemCodeOf } from '../runtime/errors.ts';

export interface Place {
  host: string;
  port: number;
  tls: boolean;
  /** PEM of an own certificate authority. */
  caFile?: string;
}

/**
 * @returns a socket that is not connected yet
 * @throws CallhookError `SOURCE_UNREACHABLE`, also where the system refuses to begin
 */
export function dial(
  { host, port, tls, caFile }: Place,
  unreachable: (code: string, cause: unknown) => CallhookError,
): Socket {
  const ca = tls && caFile !== undefined ? readAuthority(caFile) : undefined;
  try {
    if (!tls) return connectTcp({ host, port });
    const options: ConnectionOptions = { host, port };
    // RFC 6066, 3: a server name is never an address; the certificate is then compared with `host`.
    if (isIP(host) === 0) options.servername = host;
    if (ca !== undefined) options.ca = ca;
    return connectTls(options);
  } catch (cause) {
    throw unreachable(systemCodeOf(cause) ?? 'unknown', cause);
  }
}

function readAuthority(caFile: string): string {
  let pem: string;
  try {
    pem = readFileSync(caFile, 'utf8');
  } catch (cause) {
    throw new CallhookError(
      'SOURCE_UNREACHABLE',
      `The certificate file ${caFile} (ca_file) cannot be read (${systemCodeOf(cause) ?? 'unknown'}). Is the name right, may this user read it?`,
      { cause },
    );
  }
  // Node takes a file without any for an empty list, and then nobody is trusted.
  if (!pem.includes('-----BEGIN CERTIFICATE-----')) {
    throw new CallhookError(
      'SOURCE_UNREACHABLE',
      `The certificate file ${caFile} (ca_file) holds no certificate. It has to be PEM: text with \`-----BEGIN CERTIFICATE-----\`.`,
    );
  }
  return pem;
}
