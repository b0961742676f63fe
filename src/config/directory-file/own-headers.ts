/** Header fields that an organisation adds to its messages: nothing that steers HTTP, nothing that is ours. */
import { z } from 'zod';

const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
/** Visible ASCII, spaces within: whatever could end a header's line is none of it. */
const VALUE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const MOST = 20;
/** Names and values together: servers take 8 to 16 KiB of headers in all. */
const MOST_BYTES = 4_096;

/** RFC 9110 section 7.6.1, and what else only two neighbours on the way tell each other. */
const OF_HTTP =
  'connection keep-alive te trailer transfer-encoding upgrade http2-settings expect via forwarded date host';
const OF_MESSAGES = 'content-type content-length content-encoding content-md5 digest user-agent';
const OURS = new Set(`${OF_HTTP} ${OF_MESSAGES}`.split(' '));
const OUR_PREFIXES = ['webhook-', 'callhook-', 'proxy-', ':'];

export const ownHeaders = z.record(z.string(), z.string()).superRefine((headers, context) => {
  const refuse = (message: string, ...path: string[]) => context.addIssue({ code: 'custom', message, path });
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(headers)) {
    const problem = problemOfName(name) ?? (seen.has(name.toLowerCase()) ? 'is there twice' : undefined);
    if (problem !== undefined) refuse(problem, name);
    if (!VALUE.test(value)) refuse('must be one line of visible ASCII, no space before or after it', name);
    seen.add(name.toLowerCase());
  }
  if (seen.size > MOST) refuse(`has more than ${MOST} header fields`);
  const bytes = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (bytes > MOST_BYTES) refuse(`is longer than ${MOST_BYTES} bytes in all`);
});

/** By name in lower case, in the order of the alphabet. */
export function readHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function problemOfName(name: string): string | undefined {
  if (!NAME.test(name))
    return "is no name of a header field; allowed are up to 64 letters, digits and !#$%&'*+-.^_`|~";
  const lower = name.toLowerCase();
  const isOurs = OURS.has(lower) || OUR_PREFIXES.some((prefix) => lower.startsWith(prefix));
  return isOurs ? 'is a header field that Callhook or HTTP itself sets; choose another name' : undefined;
}
