/**
 * How a number that a PBX writes is read: as a public number in E.164, as an internal extension or SIP name, or
 * as nothing that may leave. Pure.
 *
 * A PBX mixes public numbers with its own: `1001`, `*8`, `112`. Reading one of those as public would invent a
 * telephone number, so whatever is not surely public stays as it is written. Measured (one core, Node 26): a parse
 * takes 5 to 10 µs, less than looking the number up in the database, so nothing is cached.
 */
// The `max` metadata (157 kB, `min` is 83 kB) knows the patterns of real numbers; `min` takes the Finnish
// extension 10022 and the emergency helpline 116117 for public numbers.
import {
  isSupportedCountry,
  Metadata,
  parsePhoneNumberFromString,
  type CountryCode,
  type PhoneNumber,
} from 'libphonenumber-js/max';

/**
 * Digits, an optional `+`, and what people put between them for the eye. Never letters: `CALL-ME` is no number.
 * Four digits are no public number anywhere, with or without a prefix.
 */
const WRITTEN_NUMBER = /^\+?[\d ().-]{5,40}$/;

/** What stays as it is: an extension, a feature code, the user part of a SIP address (RFC 3261: `unreserved`). */
const INTERNAL_NAME = /^(?=.*[A-Za-z0-9])[A-Za-z0-9+*#._~-]{1,64}$/;

/** Longer than any dial plan's extensions, as a rule. */
const SURELY_PUBLIC_DIGITS = 7;

/** @param country ISO 3166, two letters */
export function isKnownCountry(country: string): boolean {
  return isSupportedCountry(country);
}

/**
 * The public number that is meant, in E.164.
 * @param number as the PBX or a person writes it: international with `+` or the country's prefix (`00`, `011`),
 *   national, or national without the leading 0
 * @param defaultCountry ISO 3166, two letters; of an unknown one only `+` numbers are read
 * @returns undefined for extensions, feature codes, emergency and other short numbers, and for what is no number
 */
export function toE164(number: string, defaultCountry: string): string | undefined {
  if (!WRITTEN_NUMBER.test(number)) return undefined;
  const country = isSupportedCountry(defaultCountry) ? defaultCountry : undefined;
  const parsed = parsePhoneNumberFromString(number, {
    ...(country !== undefined && { defaultCountry: country }),
    extract: false,
  });
  if (parsed === undefined) return undefined;
  // Who writes `+` says that it is public: its length decides, because new ranges open before metadata learns them.
  // Not where the parser took a 0 away, though: of an unknown range it cannot know whether that was a prefix.
  if (number.startsWith('+')) {
    const isPublic = parsed.isValid() || (parsed.isPossible() && parsed.number === digitsOf(number));
    return isPublic ? parsed.number : undefined;
  }
  return parsed.isValid() && country !== undefined && isLongEnough(number, parsed, country)
    ? parsed.number
    : undefined;
}

/**
 * What is written outward for a number of the PBX.
 * @returns E.164 where it can be read so; an extension or SIP name as it is; undefined for anything else, such as
 *   an empty text or one with spaces or control characters in it
 */
export function normaliseNumber(number: string, defaultCountry: string): string | undefined {
  return toE164(number, defaultCountry) ?? (INTERNAL_NAME.test(number) ? number : undefined);
}

/** A telephone number within a URI or a SIP user part: scheme, number, parameters, host. */
const SIP_PARTS = /^(?:(?:sips?|tel):)?(\+?[\d ().-]+)(;[^\s@]*)?(@\S+)?$/i;

/**
 * The number in what SIP lays around it: `+358409401234;cpc=ordinary`, `tel:+358…`, `sip:+358…@host`.
 * @returns anything else as it is, also a local number of another place (RFC 3966 `phone-context`)
 */
export function withoutSipParts(text: string): string {
  const [, number, parameters = ''] = SIP_PARTS.exec(text) ?? [];
  if (number === undefined) return text;
  return !number.startsWith('+') && /;phone-context=/i.test(parameters) ? text : number;
}

/**
 * A number with no prefix before it may just as well be an extension: `401234` is a valid Finnish number. So it
 * has to be long, or as long as numbers ever are in that country (Greenland: 6 digits).
 */
function isLongEnough(number: string, parsed: PhoneNumber, country: CountryCode): boolean {
  const digits = digitsOf(number);
  const { nationalNumber } = parsed;
  const isBare = digits === nationalNumber || digits === `${parsed.countryCallingCode}${nationalNumber}`;
  return !isBare || nationalNumber.length >= Math.min(SURELY_PUBLIC_DIGITS, longestIn(country));
}

/** The leading `+` stays. */
function digitsOf(number: string): string {
  return number.replace(/[^\d+]/g, '');
}

function longestIn(country: CountryCode): number {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country);
  return Math.max(...(metadata.numberingPlan?.possibleLengths() ?? [SURELY_PUBLIC_DIGITS]));
}
