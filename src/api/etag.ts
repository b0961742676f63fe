/** Conditional requests (RFC 9110 section 13): what somebody has read is what they change. */
import { createHash } from 'node:crypto';
import { Refused } from './problem.ts';

const HASH_CHARACTERS = 22;

/** Of a representation: another text, another tag. */
export function etagOf(body: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url');
  return `"${hash.slice(0, HASH_CHARACTERS)}"`;
}

/** @throws Refused `CHANGED_MEANWHILE`, or `MATCH_NEEDED` where something is there and nothing was named */
export function checkMatch(
  ifMatch: string | undefined,
  current: unknown,
  needed: 'needed' | 'optional',
): void {
  if (ifMatch === undefined) {
    if (current === undefined || needed === 'optional') return;
    throw new Refused(
      'MATCH_NEEDED',
      'It is there already. Read it, and send its ETag as If-Match, so that nobody’s change is lost.',
    );
  }
  if (current !== undefined && hasTag(ifMatch, etagOf(current))) return;
  throw new Refused('CHANGED_MEANWHILE', 'It is not any more what you have read. Read it again.');
}

/** @param list of tags as `If-Match` and `If-None-Match` have it */
export function hasTag(list: string, tag: string): boolean {
  return list.split(',').some((one) => [tag, `W/${tag}`, '*'].includes(one.trim()));
}
