/** What is kept of the name of a leg that has ended: enough to know it again, nothing to read. */
import { createHash } from 'node:crypto';

/** 16 bytes: two names in a billion billion share one. */
export function legHash(leg: string): Buffer {
  return createHash('sha256').update(leg).digest().subarray(0, 16);
}
