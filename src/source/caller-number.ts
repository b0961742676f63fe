/**
 * Numbers as PBXes write them: which words stand for one that is withheld, and when two writings may be one number.
 * What sources of all kinds share.
 */
import { withoutSipParts } from '../policy/phone-number.ts';

const WITHHELD = /^(sips?:)?(anonymous|restricted|private|withheld)(@\S*)?$/i;

export function isWithheld(number: string): boolean {
  return WITHHELD.test(number);
}

/** Greenland's whole numbers have six digits; two callers at once who share the last six are hardly ever two. */
const TELLING_DIGITS = 6;

/** What stays of a number however a dialplan writes it: national, international, with a prefix for a line. */
export function numberKey(number: string): string {
  const digits = withoutSipParts(number).replace(/[+ ().-]/g, '');
  return /^\d{6,}$/.test(digits) ? digits.slice(-TELLING_DIGITS) : number;
}
