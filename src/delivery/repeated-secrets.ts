/**
 * Takes out of what is kept of an attempt what is secret between the receiver and us: many a receiver answers with the
 * request that it did not like. Pure.
 */
import type { AttemptDetails } from '../policy/attempt-details.ts';
import { SAYS, type Outcome } from './outcome.ts';
import type { Target } from './target.ts';

interface Told {
  outcome: Outcome;
  details: AttemptDetails;
}

/** What we keep a part of so long is a secret; shorter ones are in words by chance. */
const SECRET_PART = 6;
const SHORTEST_SECRET = 4;

export function withoutRepeatedSecrets(told: Told, target: Target): Told {
  const { outcome, details } = told;
  if (outcome.ok && details.headers === undefined) return told;
  const secrets = secretsOf(target);
  const isSecret = (words: string) => secrets.some((secret) => holdsPartOf(words, secret));
  const { headers, ...rest } = details;
  const harmless = Object.entries(headers ?? {}).filter(([, value]) => !isSecret(value));
  return {
    outcome: outcome.ok ? outcome : { ...outcome, detail: detailWithout(outcome.detail, isSecret) },
    details: harmless.length === 0 ? rest : { ...rest, headers: Object.fromEntries(harmless) },
  };
}

function detailWithout(detail: string, isSecret: (words: string) => boolean): string {
  const at = detail.indexOf(SAYS);
  if (at < 0 || !isSecret(detail.slice(at + SAYS.length))) return detail;
  return `${detail.slice(0, at)} Its words are not kept: they repeat a secret.`;
}

/** All that we have shown the receiver, or sign with. */
function secretsOf({ secrets, headers = {}, oauth }: Target): string[] {
  const shown = Object.values(headers).map((value) => value.replace(/^(Basic|Bearer) /, ''));
  const password = /^Basic (.*)/.exec(headers['authorization'] ?? '')?.[1] ?? '';
  return [
    ...secrets.map((secret) => secret.replace(/^wh\w{2,3}_/, '')),
    ...shown,
    Buffer.from(password, 'base64')
      .toString('utf8')
      .replace(/^[^:]*:/, ''),
    ...(oauth === undefined ? [] : [oauth.clientSecret]),
  ];
}

/** A part is enough: the words are cut, and numbers are taken out of them. */
function holdsPartOf(words: string, secret: string): boolean {
  if (secret.length < SHORTEST_SECRET) return false;
  const length = Math.min(SECRET_PART, secret.length);
  for (let at = 0; at + length <= secret.length; at += 1) {
    if (words.includes(secret.slice(at, at + length))) return true;
  }
  return false;
}
