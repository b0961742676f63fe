/** Which addresses a device on a FreeSWITCH can have: the presence id of its channels, as the source compares it. */

/** The source writes every domain so: in SIP it has no capital letters that count (RFC 3261 section 19.1.4). */
function withSmallDomain(address: string): string {
  return address.replace(/@.*$/, (domain) => domain.toLowerCase());
}

/** @returns what is wrong and what is allowed, undefined if nothing is */
export function problemOfEslAddress(address: string): string | undefined {
  const bare = address.replace(/^sips?:/i, '');
  if (!/^[^\s@/;]+@[^\s@/;]+$/.test(bare)) {
    return 'is no device of FreeSWITCH; write its user and domain as its channels have them (Channel-Presence-ID), such as 1001@pbx.example.com';
  }
  if (bare !== address) return `is never met; leave out what stands before ${bare}`;
  const met = withSmallDomain(bare);
  return met === bare ? undefined : `is never met; write the domain in small letters: ${met}`;
}
