/** A command for any shell that sends a message as Callhook does, but for the signature: its secret stays here. */
import type { WholeMessage } from './messages.ts';

export function curlOf({ id, body_text, attempts }: WholeMessage, url: string): string {
  const last = attempts.at(-1);
  const sent = last?.request_headers ?? {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(Date.parse(last?.started_at ?? new Date().toISOString()) / 1_000)),
  };
  const headers = Object.entries(sent).filter(([name]) => name !== 'webhook-signature');
  return [
    `curl --request POST ${quoted(url)}`,
    ...headers.map(([name, value]) => `--header ${quoted(`${name}: ${value}`)}`),
    `--data-binary ${quoted(body_text)}`,
  ].join(' \\\n  ');
}

/** For a POSIX shell: nothing within single quotes has a meaning. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
