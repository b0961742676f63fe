/**
 * What came of an attempt, read from the receiver's answer or from what broke. Pure. The codes are stable and
 * documented in docs/ERRORS.md; the detail is one plain sentence for an administrator, without a secret of ours.
 */
import { systemCodeOf } from '../runtime/errors.ts';

export const FAILURE_CODES = [
  'redirected',
  'refused_message',
  'refused',
  'gone',
  'rate_limited',
  'receiver_error',
  'unexpected_answer',
  'timeout_connect',
  'timeout_response',
  'dns_failed',
  'connection_refused',
  'connection_lost',
  'tls_certificate',
  'tls_failed',
  'client_certificate_refused',
  'oauth_refused',
  'oauth_failed',
  'oauth_unreachable',
  'address_not_allowed',
  'not_https',
  'claim_lapsed',
  'unknown',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

export interface Failure {
  ok: false;
  code: FailureCode;
  statusCode?: number;
  /** The receiver's own words, as in `detail`. */
  excerpt?: string;
  /** At most 500 characters. */
  detail: string;
  /** What the receiver asks for, within a day. */
  retryAfterMs?: number;
}

export type Outcome = { ok: true; statusCode: number; excerpt?: string } | Failure;

export interface Answer {
  statusCode: number;
  location?: string;
  retryAfter?: string;
  /** The beginning of the receiver's own words. */
  excerpt: string;
}

const LONGEST_EXCERPT = 200;
/** Between our words and the receiver's own. */
export const SAYS = ' It says: ';
const LONGEST_RETRY_AFTER_MS = 24 * 3_600_000;

/** 2xx is delivered, everything else is not. @param nowMs for a Retry-After that names a date */
export function readAnswer(answer: Answer, nowMs: number): Outcome {
  const { statusCode } = answer;
  const own = cleanWords(answer.excerpt, LONGEST_EXCERPT);
  const said = own !== '' && { excerpt: own };
  if (statusCode >= 200 && statusCode < 300) return { ok: true, statusCode, ...said };
  const [code, words] = meaningOf(answer);
  const detail = `The receiver answered ${statusCode}: ${words}.${own === '' ? '' : `${SAYS}${own}`}`;
  const failure: Failure = { ok: false, code, statusCode, detail, ...said };
  const retryAfterMs = answer.retryAfter === undefined ? undefined : readRetryAfter(answer.retryAfter, nowMs);
  if (retryAfterMs !== undefined) failure.retryAfterMs = retryAfterMs;
  return failure;
}

function meaningOf({ statusCode, location }: Answer): [FailureCode, string] {
  switch (statusCode) {
    case 400:
    case 413:
    case 415:
    case 422:
      return ['refused_message', 'it does not accept this message'];
    case 401:
    case 403:
      return ['refused', 'it does not accept our signature, authentication or address; compare the secrets'];
    case 404:
    case 405:
      return ['refused', 'nothing takes POSTs at this address; compare the path'];
    case 410:
      return ['gone', 'it wants no more messages'];
    case 429:
      return ['rate_limited', 'it wants fewer messages at a time'];
    default:
  }
  if (statusCode >= 500) return ['receiver_error', 'it failed'];
  if (statusCode >= 400) return ['refused', 'it refuses the message'];
  if (statusCode >= 300)
    return ['redirected', `it points to ${hostOf(location)}; redirects are not followed, change the address`];
  return ['unexpected_answer', 'that is no answer to a POST'];
}

/** How long the receiver's certificate is valid. */
export interface Validity {
  fromMs: number;
  untilMs: number;
}

/** What broke, by the codes of Node and undici. @param validity where TLS came so far that a certificate was seen */
export function readError(error: unknown, nowMs?: number, validity?: Validity): Failure {
  const systemCode = systemCodeOf(error) ?? '';
  const dated =
    nowMs === undefined || validity === undefined ? undefined : datedWords(systemCode, nowMs, validity);
  if (dated !== undefined) return { ok: false, code: 'tls_certificate', detail: dated };
  const known = BY_SYSTEM_CODE[systemCode];
  if (known !== undefined) return { ok: false, code: known[0], detail: known[1] };
  if (REFUSED_BY_PEER.test(systemCode)) {
    return {
      ok: false,
      code: 'client_certificate_refused',
      detail: `The receiver wants a client certificate that it knows, and has got none or another (${systemCode}). Compare \`tls\` of the endpoint.`,
    };
  }
  if (systemCode.includes('HANDSHAKE_FAILURE')) {
    return {
      ok: false,
      code: 'tls_failed',
      detail: `The receiver refused the TLS connection (${systemCode}). Does it ask for a client certificate?`,
    };
  }
  if (systemCode.startsWith('HPE_')) return { ok: false, code: 'unexpected_answer', detail: NOT_HTTP };
  if (systemCode.startsWith('CERT_') || /CERT|ISSUER|CRL/.test(systemCode)) {
    return {
      ok: false,
      code: 'tls_certificate',
      detail: `The receiver's certificate is not accepted (${systemCode}).`,
    };
  }
  if (/SSL|TLS|EPROTO/.test(systemCode)) {
    return {
      ok: false,
      code: 'tls_failed',
      detail: `TLS with the receiver failed (${systemCode}). Does that port speak HTTPS?`,
    };
  }
  return {
    ok: false,
    code: 'unknown',
    detail: `The attempt failed (${systemCode === '' ? 'no further reason' : systemCode}).`,
  };
}

/** The receiver's own certificate may be in order where one of its authority is not: then there is no date to tell. */
function datedWords(systemCode: string, nowMs: number, { fromMs, untilMs }: Validity): string | undefined {
  if (systemCode === 'CERT_HAS_EXPIRED' && untilMs <= nowMs) {
    return `The receiver's certificate expired on ${dayOf(untilMs)}. It must be renewed.`;
  }
  if (systemCode === 'CERT_NOT_YET_VALID' && fromMs > nowMs) {
    return `The receiver's certificate is valid from ${dayOf(fromMs)} on only. Is a clock wrong?`;
  }
  return undefined;
}

function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** Alerts about our certificate (RFC 8446 section 6.2); about the receiver's, the error is our own and has no alert. */
const REFUSED_BY_PEER = /ALERT_(BAD_|UNSUPPORTED_)?CERTIFICATE|ALERT_(UNKNOWN_CA|ACCESS_DENIED)/;

const NOT_HTTP = 'What answered there does not speak HTTP as it should. Is it the right port?';
const RESOLVE: [FailureCode, string] = [
  'dns_failed',
  "The receiver's host name could not be resolved. Is the address spelled right?",
];
const LOST: [FailureCode, string] = [
  'connection_lost',
  'The receiver closed the connection before it answered.',
];
const NO_ROUTE: [FailureCode, string] = ['connection_refused', 'There is no way to the receiver from here.'];
const UNTRUSTED: [FailureCode, string] = [
  'tls_certificate',
  "The receiver's certificate is signed by nobody we know. It needs one of a well-known authority with its whole chain, or the operator lists its authority in trusted_certificate_files.",
];

const BY_SYSTEM_CODE: Readonly<Record<string, [FailureCode, string]>> = {
  ENOTFOUND: RESOLVE,
  EAI_AGAIN: RESOLVE,
  EAI_NODATA: RESOLVE,
  EAI_NONAME: RESOLVE,
  ECONNREFUSED: ['connection_refused', 'Nothing listens at the receiver’s address.'],
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  ECONNRESET: LOST,
  EPIPE: LOST,
  UND_ERR_SOCKET: LOST,
  ETIMEDOUT: ['timeout_connect', 'The receiver could not be reached in time.'],
  UND_ERR_CONNECT_TIMEOUT: ['timeout_connect', 'The receiver could not be reached in time.'],
  UND_ERR_HEADERS_TIMEOUT: ['timeout_response', 'The receiver did not answer in time.'],
  UND_ERR_HEADERS_OVERFLOW: ['unexpected_answer', 'The receiver answered with too many headers.'],
  UND_ERR_BODY_TIMEOUT: ['timeout_response', 'The receiver did not finish its answer in time.'],
  TOTAL_TIMEOUT: ['timeout_response', 'The receiver did not answer in time.'],
  CERT_HAS_EXPIRED: [
    'tls_certificate',
    "A certificate of the receiver's chain has expired. It must be renewed.",
  ],
  CERT_NOT_YET_VALID: ['tls_certificate', "The receiver's certificate is not valid yet. Is a clock wrong?"],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'tls_certificate',
    "The receiver's certificate is made for another host name.",
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  ADDRESS_NOT_ALLOWED: [
    'address_not_allowed',
    "The receiver's address is private or special and not dialled. The operator can allow it in allowed_addresses.",
  ],
  PORT_NOT_ALLOWED: [
    'address_not_allowed',
    'Ports below 1024 are not dialled, but 443. The operator can allow one in allowed_ports.',
  ],
  CLAIM_LAPSED: ['claim_lapsed', 'Another node has taken the message over; it was not sent here.'],
  OWN_CERTIFICATE: ['tls_failed', 'The endpoint’s own certificates cannot be used for TLS. Apply them anew.'],
  NOT_HTTPS: ['not_https', 'Messages are sent to https:// addresses only.'],
};

/** RFC 9110 section 10.2.3: seconds or a date. */
export function readRetryAfter(value: string, nowMs: number): number | undefined {
  const text = value.trim();
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - nowMs;
  return Number.isNaN(delayMs) ? undefined : Math.min(Math.max(delayMs, 0), LONGEST_RETRY_AFTER_MS);
}

function hostOf(location: string | undefined): string {
  const host = location === undefined ? '' : (URL.parse(location)?.host ?? '');
  return host === '' ? 'another place' : host.slice(0, 100);
}

/**
 * The receiver's words on one line, without anything that could play with a terminal, and without the people of whom
 * it may speak: no address and no number that could be a telephone's.
 */
export function cleanWords(text: string, longest: number): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replace(/[^\s@"'<>(),;]+@[^\s@"'<>(),;]+/g, '…@…')
    .replace(/\+?\d(?:[ ().-]?\d){4,}/g, '…')
    .trim()
    .slice(0, longest);
}
