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
type Range = readonly [Address, number];

/** What the operator allows beside the public internet. */
export interface Allowed {
  ranges: readonly Range[];
  /** In lower case; one that begins with `*.` stands for every name below it. Wherever they resolve to is allowed. */
  hosts: readonly string[];
  ports: ReadonlySet<number>;
}

/** Nothing but the public internet. */
export const NOTHING_MORE: Allowed = { ranges: [], hosts: [], ports: new Set() };

/** 443, and the ports that need no privilege to listen on: behind the others there are mail, DNS, SSH and the like. */
export const HTTPS_PORT = 443;
const FIRST_FREE_PORT = 1_024;

/**
 * The operator's list, read.
 * @param addresses ranges (`10.20.0.0/16`), addresses, host names, `*.` and a domain
 * @returns a problem in words for each entry that is none of them
 */
export function parseAllowed(
  addresses: readonly string[],
  ports: readonly number[] = [],
): { allowed: Allowed; problems: string[] } {
  const ranges: Range[] = [];
  const hosts: string[] = [];
  const problems: string[] = [];
  for (const entry of addresses) {
    const range = readRange(entry);
    if (range !== undefined) ranges.push(range);
    else if (HOST.test(entry) && !ENDS_IN_NUMBER.test(entry)) hosts.push(entry.toLowerCase());
    else
      problems.push(
        `"${entry}" is neither a range of addresses nor a host name; write it like 10.20.0.0/16, fd00::/8, crm.example.com or *.example.com`,
      );
  }
  return { allowed: { ranges, hosts, ports: new Set(ports) }, problems };
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`, 'i');
/** As a URL is read: that is an IPv4 address in some notation, or nothing. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/i;

/**
 * @param ip an address in text, IPv4 or IPv6
 * @param host the name that it was resolved from, where it was
 * @returns true for global unicast and for what `allowed` lists; IPv4 written as IPv6 counts as IPv4
 */
export function isAllowedAddress(ip: string, allowed: Allowed, host?: string): boolean {
  if (!ipaddr.isValid(ip)) return false;
  if (host !== undefined && isListed(host, allowed)) return true;
  const address = ipaddr.process(ip);
  if (allowed.ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits)))
    return true;
  if (address.range() !== 'unicast') return false;
  // Only 2000::/3 is handed out for global use (RFC 4291); the rest has uses that nobody should be sent to.
  return address.kind() === 'ipv4' || address.match(ipaddr.parse('2000::'), 3);
}

export function isAllowedPort(port: number, { ports }: Allowed): boolean {
  return port === HTTPS_PORT || port >= FIRST_FREE_PORT || ports.has(port);
}

/** Thrown in place of a connection; `outcome.ts` knows it by its code. */
export class AddressNotAllowed extends Error {
  readonly code: 'ADDRESS_NOT_ALLOWED' | 'PORT_NOT_ALLOWED';

  constructor(code: AddressNotAllowed['code'] = 'ADDRESS_NOT_ALLOWED') {
    super('the address is not allowed');
    this.code = code;
  }
}

/**
 * What can be said before a name is resolved. A host that is an address itself is never resolved, so it is checked here.
 * @param host as in a URL, `[::1]` too
 */
export function refusalOf(host: string, port: number, allowed: Allowed): AddressNotAllowed | undefined {
  const bare = host.replace(/^\[|\]$/g, '');
  if (isIP(bare) !== 0 && !isAllowedAddress(bare, allowed)) return new AddressNotAllowed();
  return isAllowedPort(port, allowed) ? undefined : new AddressNotAllowed('PORT_NOT_ALLOWED');
}

/** Resolves a name to those of its addresses that may be dialled; an error where there are none. */
export function guardedLookup(allowed: Allowed): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const dialable = addresses.filter(({ address }) => isAllowedAddress(address, allowed, hostname));
      const [first] = dialable;
      if (first === undefined) return callback(new AddressNotAllowed(), []);
      if (options.all === true) callback(null, dialable);
      else callback(null, first.address, first.family);
    });
  };
}

/** A final dot only says that the name is whole. */
function isListed(host: string, { hosts }: Allowed): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  return hosts.some((listed) => (listed.startsWith('*.') ? name.endsWith(listed.slice(1)) : name === listed));
}

function readRange(entry: string): Range | undefined {
  // The library would read 10.1 as 10.0.0.1 too, which nobody means who writes it.
  if (isIP(entry.split('/', 1)[0] ?? '') === 0) return undefined;
  try {
    const [address, bits] = ipaddr.parseCIDR(
      entry.includes('/') ? entry : `${entry}/${entry.includes(':') ? 128 : 32}`,
    );
    return [address, bits];
  } catch {
    return undefined;
  }
}
