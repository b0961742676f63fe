/** What keeps dialog events from coming, with what to do about it. */
import type { DialogInfoSettings } from '../../policy/directory.ts';
import { CallhookError } from '../../runtime/errors.ts';
import type { OtherPbx } from './other-pbx.ts';

type Place = Pick<DialogInfoSettings, 'host' | 'port' | 'transport'>;

export function otherPbxRefused(pbx: OtherPbx): CallhookError {
  const kind = pbx === 'Asterisk' ? 'ami' : 'esl';
  const protocol = pbx === 'Asterisk' ? 'manager interface (AMI)' : 'Event Socket';
  return new CallhookError(
    'SOURCE_PROTOCOL',
    `These dialog events come from ${pbx}, whose dialog events call phones answered that still ring and leave out others. Use its ${protocol} instead: a source of kind ${kind}, see docs/sources/${pbx.toLowerCase()}.md.`,
  );
}

export function unreachable({ host, port, transport }: Place, code: string, cause?: unknown): CallhookError {
  const where = `${host}:${port}`;
  const protocol = transport.toUpperCase();
  const advice: Record<string, string> = {
    ECONNREFUSED: `Nothing listens on ${where} for SIP over ${protocol}. Is the PBX running, and is that its port and transport?`,
    ENOTFOUND: `The host name ${host} is not known.`,
    ETIMEDOUT: `No answer from ${where} to SIP over ${protocol}. Is the address right, does a firewall stand between, does the PBX know SUBSCRIBE?`,
    ECONNRESET: `${where} hung up at once. Does it speak SIP over ${protocol} there?`,
  };
  const ofTls =
    transport === 'tls'
      ? `TLS with ${where} failed (${code}). Is it the TLS port, and is its certificate signed by ca_file and made for ${host}?`
      : undefined;
  return new CallhookError(
    'SOURCE_UNREACHABLE',
    advice[code] ?? ofTls ?? `${where} cannot be reached (${code}).`,
    { cause },
  );
}

export function cannotListen(host: string, port: number, code: string, cause: unknown): CallhookError {
  return new CallhookError(
    'LISTEN_FAILED',
    `Dialog events cannot be waited for on ${host}:${port} (${code}). Set listen_host and listen_port to an address of this machine and a free port.`,
    { cause },
  );
}

export function loginRefused({ username }: Pick<DialogInfoSettings, 'username'>): CallhookError {
  return new CallhookError(
    'SOURCE_LOGIN_REFUSED',
    username === undefined
      ? 'The PBX asks for a login. Set username and secret to those of a SIP account that may subscribe to dialog events.'
      : `The PBX refused the login of ${username}. Compare username and secret with the SIP account on the PBX.`,
  );
}

export function noUsableChallenge(): CallhookError {
  return new CallhookError(
    'SOURCE_LOGIN_REFUSED',
    'The PBX asks for a login in a way that is not known here; known is Digest with SHA-512-256, SHA-256 or MD5 and qop auth.',
  );
}

/** What a final answer to SUBSCRIBE says of the whole source, in one sentence. */
export function wordStatus(status: number): string {
  switch (status) {
    case 489:
      return 'the PBX knows no dialog events (489 Bad Event); on Kamailio load presence_dialoginfo and pua_dialoginfo';
    case 403:
      return 'the PBX forbids it (403): allow the account of username to subscribe';
    case 404:
      return 'the PBX does not know the address (404)';
    case 405:
    case 501:
      return `the PBX takes no SUBSCRIBE (${status}); on Kamailio load presence and handle it in the configuration`;
    case 408:
      return 'the PBX does not answer';
    default:
      return `the PBX answers ${status}`;
  }
}
