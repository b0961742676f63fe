/** What every answer says to a browser, whatever it answers. */
import type { ApiContext } from './context.ts';
import { isOverTls } from './cookies.ts';

/** https://owasp.org/www-project-secure-headers; an answer of the API is no page. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

/** RFC 6797, for a year. Not for the names below it: they may be somebody else's. */
const ONLY_OVER_TLS = { 'strict-transport-security': 'max-age=31536000' } as const;

export function securityHeaders(place: Pick<ApiContext, 'publicUrl'>): Readonly<Record<string, string>> {
  return isOverTls(place) ? { ...HEADERS, ...ONLY_OVER_TLS } : HEADERS;
}
