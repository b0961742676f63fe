/**
 * The settings by which the connector speaks to its operator: mail, the operator's webhook, traces. Each is off while
 * its address is empty. Pure. What is told of a problem never repeats a setting, since two of them hold secrets.
 */
import { decodeSecret } from '../delivery/signature.ts';

export interface OutwardSettings {
  smtp_url: string;
  mail_from: string;
  mail_to: readonly string[];
  operator_webhook_url: string;
  operator_webhook_secret: string;
  otlp_url: string;
}

interface Problem {
  key: keyof OutwardSettings;
  problem: string;
}

/** `name@host`, alone or as `Some Name <name@host>`. Whether it exists only the mail server knows. */
const ADDRESS = /^(?:[^\s@<>,]+@[^\s@<>,]+|[^<>\r\n]+<[^\s@<>,]+@[^\s@<>,]+>)$/;

export function checkOutward(settings: OutwardSettings): Problem[] {
  const told = [...mailProblems(settings), ...webhookProblems(settings), ...traceProblems(settings)];
  return told.map(([key, words]) => ({ key, problem: `\`${key}\`: ${words}` }));
}

type Told = [keyof OutwardSettings, string];

function mailProblems({ smtp_url: url, mail_from: from, mail_to: to }: OutwardSettings): Told[] {
  if (url === '') return [];
  const told: Told[] = [];
  if (!isMailServer(url))
    told.push([
      'smtp_url',
      'must be smtp:// or smtps:// with a host, such as smtps://user:password@mail.example.org, and nothing after the port; special characters of user and password are written as %40 and the like',
    ]);
  if (from === '') told.push(['smtp_url', 'needs `mail_from`, the sender of the mails']);
  else if (!ADDRESS.test(from)) told.push(['mail_from', 'must be an address, such as callhook@example.org']);
  if (to.length === 0) told.push(['smtp_url', 'needs `mail_to`, who gets the mails']);
  if (!to.every((address) => ADDRESS.test(address)))
    told.push(['mail_to', 'must be addresses, such as ["operations@example.org"]']);
  return told;
}

function isMailServer(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['smtp:', 'smtps:'].includes(url.protocol) || url.hostname === '') return false;
  return (
    ['', '/'].includes(url.pathname + url.search + url.hash) && decodes(url.username) && decodes(url.password)
  );
}

function decodes(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function webhookProblems(settings: OutwardSettings): Told[] {
  const { operator_webhook_url: url, operator_webhook_secret: secret } = settings;
  if (url === '') return [];
  const told: Told[] = [];
  if (URL.parse(url)?.protocol !== 'https:')
    told.push(['operator_webhook_url', 'must be an https:// address']);
  const wanted = 'whsec_ and base64 of 24 to 64 bytes; `openssl rand -base64 32` makes the second part';
  if (secret === '') {
    told.push(['operator_webhook_url', `needs \`operator_webhook_secret\`: ${wanted}`]);
  } else if (!secret.startsWith('whsec_') || decodeSecret(secret) === undefined) {
    told.push(['operator_webhook_secret', `must be ${wanted}`]);
  }
  return told;
}

function traceProblems({ otlp_url: url }: OutwardSettings): Told[] {
  if (url === '' || ['http:', 'https:'].includes(URL.parse(url)?.protocol ?? '')) return [];
  return [
    ['otlp_url', 'must be an http:// or https:// address of a collector, such as http://127.0.0.1:4318'],
  ];
}
