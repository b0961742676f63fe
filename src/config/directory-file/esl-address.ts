/** Which addresses a device on a FreeSWITCH can have: the presence id of its channels, as the source compares it. */

/** @returns what is wrong and what is allowed, undefined if nothing is */
export function problemOfEslAddress(address: string): string | undefined {
  const bare = address.replace(/^sips?:/i, '');
  if (!/^[^\s@/;]+@[^\s@/;]+$/.test(bare)) {
    return 'is no device of FreeSWITCH; write its user and domain as its channels have them (Channel-Presence-ID), such as 1001@pbx.example.com';
  }
  return bare === address ? undefined : `is never met; leave out what stands before ${bare}`;
}
