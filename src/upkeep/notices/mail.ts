/**
 * Notices by mail, through the operator's own mail server. TLS is always verified: `smtps://` speaks it from the start,
 * `smtp://` turns it on (STARTTLS) where the server offers it and, where a password would travel, must.
 */
import { isIP } from 'node:net';
import { getCACertificates } from 'node:tls';
import { createTransport } from 'nodemailer';
import { mailProblem } from './mail-problem.ts';
import type { Channel } from './notifier.ts';
import { noticeName, wordsOf } from './words.ts';

export interface MailOptions {
  /** `smtp://` or `smtps://`, with user and password if the server wants them, percent-encoded. Never logged. */
  url: string;
  from: string;
  to: readonly string[];
  /** PEM; authorities that count beside the well-known ones. */
  trustedCertificates?: readonly string[];
  timeouts?: MailTimeouts;
  /** Ends the mails under way, at a stop: they are tries that failed. */
  signal?: AbortSignal;
}

export interface MailTimeouts {
  connectMs: number;
  /** Without a word from the server. */
  silenceMs: number;
}

const COMMON = {
  // RFC 3834: no out-of-office reply to this.
  headers: { 'Auto-Submitted': 'auto-generated' },
  disableFileAccess: true,
  disableUrlAccess: true,
};

const TIMEOUTS: MailTimeouts = { connectMs: 10_000, silenceMs: 20_000 };

/**
 * Mails to somebody by name, such as links that were asked for.
 * @returns sends one; rejects with words for the log when it was not taken
 */
export function createLetters({
  from,
  signal,
  ...options
}: Omit<MailOptions, 'to'>): (to: string, subject: string, text: string) => Promise<void> {
  const transport = createTransport(serverOf(options));
  return async (to, subject, text) => {
    try {
      await transport.sendMail({ ...COMMON, from, to, subject, text, signal });
    } catch (error) {
      throw new Error(mailProblem(error), { cause: error });
    }
  };
}

export function createMail(options: MailOptions): Channel {
  const { from, to, signal } = options;
  const transport = createTransport(serverOf(options));
  return async (notice) => {
    try {
      await transport.sendMail({
        ...wordsOf(notice),
        from,
        to: [...to],
        messageId: `<${noticeName(notice)}@callhook>`,
        ...COMMON,
        signal,
      });
      return { ok: true };
    } catch (error) {
      return { ok: false, problem: mailProblem(error) };
    }
  };
}

function serverOf({
  url,
  trustedCertificates = [],
  timeouts = TIMEOUTS,
}: Pick<MailOptions, 'url' | 'trustedCertificates' | 'timeouts'>) {
  const { protocol, hostname, port, username, password } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const secure = protocol === 'smtps:';
  const login =
    username === ''
      ? {}
      : { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } };
  // A server on this machine often has a certificate for no name at all, and nothing leaves the machine.
  const plain = isLoopback(host) ? { ignoreTLS: true } : { requireTLS: username !== '' };
  return {
    host,
    port: port === '' ? (secure ? 465 : 587) : Number(port),
    secure,
    ...(secure ? {} : plain),
    ...login,
    tls: { ca: [...getCACertificates('default'), ...trustedCertificates], minVersion: 'TLSv1.2' as const },
    connectionTimeout: timeouts.connectMs,
    dnsTimeout: timeouts.connectMs,
    greetingTimeout: timeouts.silenceMs,
    socketTimeout: timeouts.silenceMs,
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
