/**
 * Which addresses may be dialled. An organisation chooses its endpoint's address, the operator's network must not be
 * reached through it: only addresses of the public internet are allowed, and what the operator lists.
 *
 * The check sits where the name is resolved for the connection itself, so the address that was checked is the address
 * that is dialled; a name that answers differently the next time (DNS rebinding) is checked the next time.
 */
import { lookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** A range that the operator allows. */
export type Allowed = readonly [Address, number];

/** The operator's list, read. @returns a problem in words for each entry that is no range */
export function parseAllowed(list: readonly string[]): { allowed: Allowed[]; problems: string[] } {
  const allowed: Allowed[] = [];
  const problems: string[] = [];
  for (const entry of list) {
    const range = readRange(entry);
    if (range === undefined)
      problems.push(`"${entry}" is not an address range; write it like 10.20.0.0/16 or fd00::/8`);
    else allowed.push(range);
  }
  return { allowed, problems };
}

/**
 * @param ip an address in text, IPv4 or IPv6
 * @returns true for global unicast and for what `allowed` lists; IPv4 written as IPv6 counts as IPv4
 */
export function isAllowedAddress(ip: string, allowed: readonly Allowed[]): boolean {
  if (!ipaddr.isValid(ip)) return false;
  const address = ipaddr.process(ip);
  if (allowed.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits)))
    return true;
  if (address.range() !== 'unicast') return false;
  // Only 2000::/3 is handed out for global use (RFC 4291); the rest has uses that nobody should be sent to.
  return address.kind() === 'ipv4' || address.match(ipaddr.parse('2000::'), 3);
}

/** Thrown in place of a connection; `outcome.ts` knows it by its code. */
export class AddressNotAllowed extends Error {
  readonly code = 'ADDRESS_NOT_ALLOWED';

  constructor() {
    super('the address is not allowed');
  }
}

/** A host that is an address itself is never resolved, so it is checked here. @param host as in a URL, `[::1]` too */
export function isAllowedHost(host: string, allowed: readonly Allowed[]): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return isIP(bare) === 0 || isAllowedAddress(bare, allowed);
}

/** Resolves a name to those of its addresses that may be dialled; an error where there are none. */
export function guardedLookup(allowed: readonly Allowed[]): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const dialable = addresses.filter(({ address }) => isAllowedAddress(address, allowed));
      const [first] = dialable;
      if (first === undefined) return callback(new AddressNotAllowed(), []);
      if (options.all === true) callback(null, dialable);
      else callback(null, first.address, first.family);
    });
  };
}

function readRange(entry: string): Allowed | undefined {
  try {
    const [address, bits] = ipaddr.parseCIDR(
      entry.includes('/') ? entry : `${entry}/${entry.includes(':') ? 128 : 32}`,
    );
    return [address, bits];
  } catch {
    return undefined;
  }
}
