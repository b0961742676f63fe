/**
 * Which header fields of an answer are remembered. Pure. Only those listed here: what is not named could hold a session
 * or a secret.
 */
import { cleanWords } from './outcome.ts';

/** As undici gives them: names in lower case. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

const LONGEST_VALUE = 200;

/** By these the receiver's operator finds the request in its own log. */
const TRACES = [
  'x-request-id',
  'request-id',
  'x-correlation-id',
  'x-amzn-requestid',
  'x-ms-request-id',
  'cf-ray',
  'server-timing',
];

/** They help where something went wrong, and would only take room where nothing did. */
const OF_FAILURES = [
  'content-type',
  'content-length',
  'retry-after',
  'server',
  'via',
  'allow',
  'date',
  'location',
  'www-authenticate',
];

/** @returns undefined where there is none of them */
export function toldHeaders(
  headers: AnswerHeaders,
  isDelivered: boolean,
): Record<string, string> | undefined {
  let told: Record<string, string> | undefined;
  for (const name of isDelivered ? TRACES : [...TRACES, ...OF_FAILURES]) {
    const given = headers[name];
    if (given === undefined) continue;
    const value = valueOf(name, typeof given === 'string' ? given : given.join(', '));
    if (value !== '') (told ??= {})[name] = value;
  }
  return told;
}

function valueOf(name: string, value: string): string {
  switch (name) {
    case 'location': {
      // Paths of webhooks are often secrets.
      const url = URL.parse(value);
      return url === null || url.origin === 'null' ? '' : `${url.origin}/…`.slice(0, LONGEST_VALUE);
    }
    case 'date':
    case 'retry-after':
      return DATE_OR_SECONDS.test(value) ? value : '';
    default:
      // An id has digits in a row as a telephone number has; what makes it an id is a letter among them.
      return ID.test(value) ? value : cleanWords(value, LONGEST_VALUE);
  }
}

const DATE_OR_SECONDS = /^(?:\d{1,10}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/;
const ID = /^(?=\d*[A-Za-z])[\w-]{1,200}$/;
