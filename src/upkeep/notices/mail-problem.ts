/**
 * Why a mail was not taken, in our own words: a mail server's may repeat addresses and more, so of its answer only the
 * number is told. Pure.
 */
import { systemCodeOf } from '../../runtime/errors.ts';

/** @param error what nodemailer threw: its code, and what Node or the server said */
export function mailProblem(error: unknown): string {
  const code = systemCodeOf(error) ?? '';
  const words = error instanceof Error ? error.message : '';
  // Nodemailer puts its own code over Node's; what is left of a certificate's problem is its message.
  if (/certificate/i.test(words) && (code === 'ESOCKET' || code === 'ETLS')) return CERTIFICATE;
  if (/SSL routines/.test(words)) return NO_TLS;
  const answer = answerOf(error);
  return `${BY_CODE[code] ?? 'The mail could not be sent'}${answer === undefined ? ` (${code || 'no further reason'})` : ` (it answered ${answer})`}.`;
}

const CERTIFICATE =
  "The mail server's certificate is not accepted. It needs one of a well-known authority for the host name in smtp_url, or its authority stands in trusted_certificate_files.";
const NO_TLS =
  'TLS with the mail server failed. Does that port speak TLS from the start? If not, smtp_url begins with smtp://.';

const BY_CODE: Readonly<Record<string, string>> = {
  EDNS: "The mail server's host name could not be resolved",
  ESOCKET: 'The mail server could not be reached, or the connection to it broke',
  ECONNECTION: 'The mail server hung up',
  ETIMEDOUT: 'The mail server did not answer in time. On port 465 smtp_url begins with smtps://',
  EPROTOCOL: 'What answers there is no mail server',
  ETLS: 'The mail server offers no STARTTLS, and a password is not sent without TLS',
  EAUTH: 'The mail server refused user or password',
  ENOAUTH: 'The mail server wants user and password in smtp_url',
  EENVELOPE: 'The mail server refused the sender or the recipients',
  EMESSAGE: 'The mail server refused the mail',
  EABORT: 'The connector stopped while the mail was under way',
};

function answerOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return undefined;
  return typeof error.responseCode === 'number' ? error.responseCode : undefined;
}
